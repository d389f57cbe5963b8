import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Instant } from '../../src/clock.ts';
import type { Answer, Content, Section, Topic } from '../../src/content/content.ts';
import { buildContent } from '../../src/content/library.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import type { Course, Key, Seats } from '../../src/conversation/course.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { emptyMemory } from '../../src/conversation/memory.ts';
import type { Loaded, Need, OfferedLink, Scene, Turn } from '../../src/dialogue/flow.ts';
import { needsOf, takeTurn } from '../../src/dialogue/turn.ts';
import type {
  ContactId,
  ConversationId,
  CourseId,
  EventId,
  OrganisationId,
} from '../../src/ids.ts';
import { emptyGazetteer } from '../../src/nlu/entities/gazetteer.ts';
import type { Understanding } from '../../src/nlu/types.ts';

/** A conversation with the dialogue alone: real phrases, a small content, documents in memory. */

/** Monday, when people work. */
export const mondayMorning = instantOf({ year: 2026, month: 11, day: 23 }, 9, 0);
export const mondayNight = instantOf({ year: 2026, month: 11, day: 23 }, 21, 0);

const phrasesFile = new URL('../../content/phrases.yaml', import.meta.url);
/** `content/phrases.yaml` as it is, so that a test fails where a flow and its words part. */
export const phrases: ReadonlyMap<string, string | readonly string[]> = new Map(
  Object.entries(parse(readFileSync(phrasesFile, 'utf8')) as Record<string, string | string[]>).map(
    ([key, said]) => [key, typeof said === 'string' ? said.trim() : said],
  ),
);

const section = (aspect: Section['aspect'], button: string, text: string): Section => ({
  aspect,
  button,
  text,
  unverified: [],
  line: 1,
});

function answer(intent: string, title: string, more: Partial<Answer> = {}): Answer {
  return {
    intent,
    title,
    owner: 'ubnd-cap-xa' as OrganisationId,
    asOf: '2026-11-23',
    expires: '2027-05-22',
    sources: [{ name: 'Văn bản mẫu', read: 'original', for: ['main', 'papers', 'time'] }],
    next: [],
    sections: [
      section('main', '', `Chuyện chung về ${title.toLowerCase()}.`),
      section('papers', 'Giấy tờ', `Giấy tờ của ${title.toLowerCase()}.`),
      section('time', 'Bao lâu', `Thời gian của ${title.toLowerCase()}.`),
    ],
    file: `content/answers/x/${intent}.md`,
    ...more,
  };
}

const own = { owner: 'nhip-cau' as OrganisationId, sources: [] };
const answers: readonly Answer[] = [
  answer('household_registration', 'Đăng ký hộ kinh doanh', { next: ['household_tax'] }),
  answer('household_tax', 'Thuế hộ kinh doanh', {
    sections: [
      section('main', '', 'Chuyện chung về thuế hộ kinh doanh.'),
      section('papers', 'Giấy tờ', 'Giấy tờ của thuế hộ kinh doanh.'),
      section('time', 'Bao lâu', 'Thời gian của thuế hộ kinh doanh.'),
      section('amount', 'Nộp bao nhiêu', 'Mức của thuế hộ kinh doanh.'),
    ],
  }),
  answer('enterprise_registration', 'Đăng ký doanh nghiệp'),
  answer('training', 'Lớp học, tập huấn'),
  answer('scam_check', 'Nghi lừa đảo'),
  answer('complaint_feedback', 'Góp ý, phản ánh'),
  answer('data_erasure', 'Xoá dữ liệu', own),
  answer('data_access_update', 'Xem, sửa dữ liệu', own),
  answer('privacy_policy', 'Em lưu những gì', own),
  answer('bot_help', 'Em giúp được gì', own),
];

const topics: readonly Topic[] = [
  ...answers.map(({ intent, title }) => ({
    intent,
    title,
    button: title.slice(0, 20),
    eager: false,
  })),
  { intent: 'human_handoff', title: 'Gặp cán bộ', button: 'Gặp cán bộ', eager: true },
  { intent: 'greeting', title: 'Chào hỏi', button: 'Chào hỏi', eager: false },
  { intent: 'thanks_goodbye', title: 'Cảm ơn', button: 'Cảm ơn, tạm biệt', eager: false },
  ...['ocop', 'trademark', 'loan_nhcsxh', 'einvoice', 'competition', 'mentoring'].map((intent) => ({
    intent,
    title: intent,
    button: intent,
    eager: false,
  })),
];

const group = (id: string, title: string, intents: readonly string[]) => ({ id, title, intents });
const organisation = (id: string, name: string, phone?: string) => ({
  id: id as OrganisationId,
  name,
  formerly: [],
  asOf: '2026-11-23',
  ...(phone === undefined ? {} : { phone }),
});

export const content: Content = buildContent({
  gazetteer: emptyGazetteer,
  hash: 'test',
  answers,
  topics,
  outside: new Map([
    ['gia_nong_san', 'fallback.price'],
    ['ho_tich', 'fallback.civil'],
  ]),
  facts: [],
  phrases,
  menu: [
    group('programme', 'Về chương trình', ['privacy_policy']),
    group('business', 'Đăng ký kinh doanh', [
      'household_registration',
      'enterprise_registration',
      'ocop',
      'trademark',
      'loan_nhcsxh',
      'einvoice',
      'competition',
      'mentoring',
    ]),
    group('tax', 'Thuế, hoá đơn', ['household_tax']),
    group('money', 'Vay vốn, hỗ trợ', ['loan_nhcsxh']),
    group('learning', 'Lớp học, cuộc thi', ['training']),
    group('people', 'Gặp cán bộ', ['human_handoff', 'complaint_feedback', 'scam_check']),
    group('privacy', 'Dữ liệu của tôi', ['data_erasure']),
  ],
  organisations: [
    organisation('nhip-cau', 'Đơn vị phụ trách Nhịp Cầu'),
    organisation('so-khcn', 'Sở Khoa học và Công nghệ'),
    organisation('ubnd-cap-xa', 'UBND xã, phường'),
  ],
  programme: {
    name: 'Nhịp Cầu',
    owner: 'Đơn vị phụ trách Nhịp Cầu',
    privacyContact: 'gõ “gặp cán bộ”',
    official: false,
    organisationId: 'nhip-cau' as OrganisationId,
  },
  retention: {
    messages: 180,
    registrations: 180,
    callbacks: 30,
    consents: 730,
    cases: 730,
    turns: 90,
    audit: 730,
    linkMinutes: 10,
    forms: 1,
  },
  caseTerms: { answerWorkingDays: 2, erase: 20, withdraw: 15, access: 10, correct: 10 },
  courses: [],
  sendingRules: [],
  calendar: {
    week: {
      monday: ['07:30-11:30', '13:30-17:00'],
      tuesday: ['07:30-11:30', '13:30-17:00'],
      wednesday: ['07:30-11:30', '13:30-17:00'],
      thursday: ['07:30-11:30', '13:30-17:00'],
      friday: ['07:30-11:30', '13:30-17:00'],
      saturday: [],
      sunday: [],
    },
    off: [],
    makeUp: [],
    until: '2027-12-31',
    line: 1,
  },
});

export function course(code: string, title: string, more: Partial<Course> = {}): Course {
  return {
    id: `c-${code}` as CourseId,
    version: 1,
    schema: 1,
    code,
    title,
    organisationId: 'so-khcn' as OrganisationId,
    organisers: [],
    capacity: 30,
    sessions: [
      {
        startsAt: instantOf({ year: 2026, month: 12, day: 5 }, 8),
        endsAt: instantOf({ year: 2026, month: 12, day: 5 }, 11),
        place: 'Hội trường xã Ea Kar',
      },
    ],
    opensAt: instantOf({ year: 2026, month: 11, day: 1 }),
    closesAt: instantOf({ year: 2026, month: 12, day: 4 }),
    audience: 'Ai cũng được',
    state: 'open',
    example: false,
    ...more,
  };
}

/** Documents as a store would hold them; `phoneKeys` by `<course>/<phone>`. */
export interface Docs {
  readonly courses: readonly Course[];
  readonly seats: readonly Seats[];
  readonly keys: readonly Key[];
  readonly phoneKeys: ReadonlyMap<string, Key>;
  /** What a typed code, or the id in a button, leads to. */
  readonly link?: OfferedLink;
}

/** The code that whoever asks for one gets. */
export const freshLink = { code: 'K7MTQ4X', id: 'offer-of-k7mtq4x' };

export const seatsOf = ({ id, capacity }: Course, taken = 0): Seats => ({
  id,
  version: 1,
  schema: 1,
  capacity,
  taken,
});

/** Gives what was named and throws for everything else, as the pipeline's does. */
export function loadedFrom(docs: Docs, needs: readonly Need[]): Loaded {
  const isNamed = (name: string, id: string): boolean =>
    needs.some((need) => 'in' in need && 'id' in need && need.in === name && need.id === id);
  const all: Readonly<Record<string, readonly { readonly id: string }[]>> = {
    courses: docs.courses,
    seats: docs.seats,
    keys: docs.keys,
  };
  return {
    get: ({ name }, id) => {
      if (!isNamed(name, id)) throw new Error(`${name}/${id} was not named`);
      return all[name]?.find((doc) => doc.id === id) as never;
    },
    list: () => {
      if (!needs.some((need) => 'list' in need)) throw new Error('openCourses was not named');
      return docs.courses.filter(({ state }) => state === 'open');
    },
    phoneKey: (courseId, phone) => {
      const named = needs.some(
        (need) => 'phoneOf' in need && need.phoneOf === courseId && need.phone === phone,
      );
      if (!named) throw new Error(`the key of ${phone} was not named`);
      return docs.phoneKeys.get(`${courseId}/${phone}`);
    },
    freshLink: () => {
      if (!needs.some((need) => 'link' in need && need.link === 'fresh'))
        throw new Error('a fresh link was not named');
      return freshLink;
    },
    link: () => {
      if (!needs.some((need) => 'link' in need && need.link !== 'fresh'))
        throw new Error('no link was named');
      return docs.link;
    },
  };
}

export function conversationAt(at: Instant, more: Partial<Conversation> = {}): Conversation {
  return {
    id: 'web/w/1' as ConversationId,
    version: 1,
    schema: 1,
    channel: 'web',
    account: 'w',
    address: '1',
    contactId: 'p1' as ContactId,
    organisationId: 'nhip-cau' as OrganisationId,
    handledBy: 'bot',
    hold: 0,
    reach: {},
    memory: emptyMemory,
    outboxOrder: 0,
    createdAt: at,
    updatedAt: at,
    waitingSince: 0,
    holdUntil: 0,
    ...more,
  };
}

/** What a sentence means, said by the test: without an intent nothing in scope was found. */
export function meaning(
  text: string,
  intent?: string,
  more: Partial<Understanding> = {},
): Understanding {
  return {
    text,
    intents: intent === undefined ? [] : [{ name: intent, probability: 0.95 }],
    scope: intent === undefined ? -5 : 6,
    decision: intent === undefined ? 'human' : 'answer',
    entities: [],
    signals: [],
    ...more,
  };
}

type Place = Partial<Omit<Scene, 'conversation' | 'docs'>>;
export type EventBody = InboundEvent extends infer E
  ? E extends InboundEvent
    ? Omit<E, 'id' | 'channel' | 'account' | 'address' | 'conversationId' | 'at'>
    : never
  : never;

/** A chat with one person: each call is one event, and returns the turn. */
export class Chat {
  conversation: Conversation;
  now: Instant;
  docs: Docs = { courses: [], seats: [], keys: [], phoneKeys: new Map() };
  place: Place;
  last: Turn = { memory: emptyMemory, replies: [], effects: [] };
  #n = 0;

  constructor(place: Place = {}, conversation: Partial<Conversation> = {}) {
    this.place = place;
    this.now = place.now ?? mondayMorning;
    this.conversation = conversationAt(this.now, conversation);
  }

  says(
    text: string,
    understood: Understanding = meaning(text),
    more: Partial<InboundEvent> = {},
  ): Turn {
    return this.takes({ type: 'text', text, ...more } as EventBody, understood);
  }

  asks(text: string, intent: string, more: Partial<Understanding> = {}): Turn {
    return this.says(text, meaning(text, intent, more));
  }

  /** Presses a button of the last turn, by the beginning of its title. */
  presses(title: string): Turn {
    const found = this.choices.find((choice) => choice.title.startsWith(title));
    if (!found) throw new Error(`no button “${title}” among: ${this.titles.join(' · ')}`);
    return this.sends(found.payload, found.title);
  }

  sends(payload: string, title = ''): Turn {
    return this.takes({ type: 'choice', payload, title });
  }

  takes(body: EventBody, understood?: Understanding): Turn {
    this.#n += 1;
    const event = {
      id: `web/w/${this.#n}` as EventId,
      channel: this.conversation.channel,
      account: 'w',
      address: '1',
      conversationId: this.conversation.id,
      at: this.now,
      ...body,
    } as InboundEvent;
    const input = understood ? { event, understood } : { event };
    const docs = loadedFrom(this.docs, needsOf(this.conversation, input, this.now));
    const scene = {
      content,
      hours: content.hours(this.now),
      staffed: true,
      channel: {
        name: 'web',
        limits: { textLength: 4000, choices: 13, choiceTitle: 20, perSecond: 100 },
        delivery: 'pull' as const,
      },
      privacyUrl: 'https://nhipcau.example/quyen-rieng-tu',
      ...this.place,
      now: this.now,
      docs,
    };
    this.last = takeTurn(this.conversation, input, scene);
    this.conversation = after(this.conversation, this.last, this.now);
    return this.last;
  }

  get texts(): readonly string[] {
    return this.last.replies.map((reply) => (reply.type === 'text' ? reply.text : ''));
  }

  get choices() {
    const last = this.last.replies.at(-1);
    return last?.type === 'text' ? (last.choices ?? []) : [];
  }

  get titles(): readonly string[] {
    return this.choices.map(({ title }) => title);
  }

  get effects() {
    return this.last.effects;
  }
}

/** What the pipeline makes of a turn's effects, as far as the next turn can see it. */
function after(conversation: Conversation, { memory, effects }: Turn, now: Instant): Conversation {
  const { waiting: before, ...rest } = conversation;
  let waiting = before;
  for (const effect of effects) {
    if (effect.type === 'wait') {
      waiting = {
        since: waiting?.since ?? now,
        reason: effect.reason,
        organisationId: rest.organisationId,
      };
    }
    if (effect.type === 'stopWaiting') waiting = undefined;
  }
  return { ...rest, ...(waiting ? { waiting } : {}), memory };
}

/** The phrase with anything in place of its braces, anywhere in a text. */
export function saying(key: string): RegExp {
  const said = phrases.get(key);
  if (typeof said !== 'string') throw new Error(`no phrase ${key}`);
  const escaped = said.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replaceAll(/\{\w+\}/g, '[\\s\\S]+?'), 'u');
}
