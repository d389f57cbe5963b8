import { days, later } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import type { Course, Registration, Seats } from '../../src/conversation/course.ts';
import type { CourseId, OrganisationId } from '../../src/ids.ts';
import * as collections from '../../src/store/collections.ts';
import { insert } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';

export const courseId = 'c-K12' as CourseId;

/** Opens the course K12 with so many seats. */
export async function openCourse(store: Store, now: Instant, capacity = 30): Promise<void> {
  const course = {
    id: courseId,
    schema: 1 as const,
    code: 'K12',
    title: 'Khởi sự kinh doanh',
    organisationId: 'so-khcn' as OrganisationId,
    organisers: [],
    capacity,
    sessions: [
      { startsAt: later(now, days(20)), endsAt: later(now, days(20)), place: 'Hội trường mẫu' },
    ],
    opensAt: (now - days(1)) as Instant,
    closesAt: later(now, days(10)),
    audience: 'Ai cũng được',
    state: 'open' as const,
    example: false,
  };
  await store.commit([
    insert<Course>(collections.courses, course),
    insert<Seats>(collections.seats, { id: courseId, schema: 1, capacity, taken: 0 }),
  ]);
}

export async function registrationsOf(store: Store): Promise<Registration[]> {
  return store.collection(collections.registrations).find({ where: { courseId }, limit: 500 });
}

export async function seatsTaken(store: Store): Promise<number | undefined> {
  return (await store.collection(collections.seats).get(courseId))?.taken;
}
