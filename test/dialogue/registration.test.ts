import { beforeEach, describe, expect, test } from '@jest/globals';
import { days, later, minutes } from '../../src/clock.ts';
import type { Key } from '../../src/conversation/course.ts';
import { needsOf, previousOf } from '../../src/dialogue/turn.ts';
import type { ContactId, RegistrationId } from '../../src/ids.ts';
import { Chat, course, meaning, saying, seatsOf } from '../support/scene.ts';

const k12 = course('K12', 'Khởi sự kinh doanh');
const k13 = course('K13', 'Bán hàng qua mạng');
const key = (id: string, contactId: string): Key => ({
  id,
  version: 1,
  schema: 1,
  contactId: contactId as ContactId,
  registrationId: 'r1' as RegistrationId,
});

let chat: Chat;
beforeEach(() => {
  chat = new Chat();
  chat.docs = {
    courses: [k12, k13],
    seats: [seatsOf(k12), seatsOf(k13)],
    keys: [],
    phoneKeys: new Map(),
  };
});

function toCheck(): void {
  chat.sends('register:c-K12', 'Ghi tên K12');
  chat.presses('Tôi đồng ý');
  chat.says('Trần Thị Mai');
  chat.says('0905123456');
}

describe('a form begins on an act, not on a topic', () => {
  test('asking about courses lists them and writes nothing', () => {
    chat.asks('có lớp nào không', 'training');
    expect(chat.texts[0]).toMatch(saying('training.list'));
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test('“đăng ký” with the topic begins it', () => {
    chat.asks('em muốn đăng ký học', 'training', { signals: ['act'] });
    expect(chat.conversation.memory.flow).toMatchObject({
      flow: 'registration',
      asking: 'courseId',
    });
  });

  test('a question about registering is answered', () => {
    chat.asks('đăng ký lớp cần giấy tờ gì?', 'training', { signals: ['act'], aspect: 'papers' });
    expect(chat.texts[0]).toContain('Giấy tờ của lớp học');
    expect(chat.titles).toEqual(['Ghi tên K12', 'Ghi tên K13', 'Gặp cán bộ']);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test('a likely “dk lop”, and a bare “đăng ký” after the list, begin it, too', () => {
    const intents = [{ name: 'training', probability: 0.74 }];
    const meant = { intents, decision: 'choose', signals: ['act'] } as const;
    chat.says('em muốn dk lop k12', meaning('em muốn dk lop k12', undefined, meant));
    expect(chat.texts[0]).toMatch(saying('consent.course.v1'));
    chat.says('huỷ');
    chat.asks('có lớp nào không', 'training');
    chat.says('dang ky', meaning('dang ky', undefined, { signals: ['act'] }));
    expect(chat.conversation.memory.flow).toMatchObject({ asking: 'courseId' });
  });

  test('taking a registration back begins none', () => {
    chat.asks('cho em huỷ đăng ký lớp k12', 'training', { signals: ['act'] });
    expect(chat.texts[0]).toMatch(saying('training.leave'));
  });

  test('“k12” after the list is its button', () => {
    chat.asks('có lớp nào không', 'training');
    chat.says('k12');
    expect(chat.texts[0]).toMatch(saying('consent.course.v1'));
  });

  test('without an open course nobody is asked for anything', () => {
    chat.docs = { ...chat.docs, courses: [] };
    chat.asks('đăng ký lớp', 'training', { signals: ['act'] });
    expect(chat.texts[0]).toMatch(saying('registration.none'));
    chat.asks('có lớp nào không', 'training');
    expect(chat.texts[0]).toMatch(saying('training.none'));
  });
});

describe('questions in the middle', () => {
  test('where the class is held is told of the class that is being registered for', () => {
    chat.sends('register:c-K12');
    chat.presses('Tôi đồng ý');
    chat.asks('lớp này học ở đâu', 'training', { aspect: 'place' });
    expect(chat.texts).toEqual([
      expect.stringContaining('Lớp “Khởi sự kinh doanh”: buổi đầu 08:00'),
      expect.stringMatching(saying('registration.fullName.ask')),
    ]);
  });

  test('another aspect is answered from the answer', () => {
    chat.sends('register:c-K12');
    chat.asks('học có cần giấy tờ gì không?', 'training', { aspect: 'papers' });
    expect(chat.texts[0]).toContain('Giấy tờ của lớp học');
    expect(chat.texts[1]).toMatch(saying('consent.course.v1'));
  });

  test('a likely question is answered rather than taken for a bad name', () => {
    chat.sends('register:c-K12');
    chat.presses('Tôi đồng ý');
    const intents = [{ name: 'household_tax', probability: 0.7 }];
    chat.says(
      'thuế bao nhiêu vậy?',
      meaning('thuế bao nhiêu vậy?', undefined, { intents, decision: 'choose' }),
    );
    expect(chat.texts[0]).toContain('thuế hộ kinh doanh');
    expect(chat.texts[1]).toMatch(saying('registration.fullName.ask'));
  });

  test('its topic is the ground of follow-ups', () => {
    chat.sends('register:c-K12');
    expect(previousOf(chat.conversation, chat.now)).toEqual({ intent: 'training' });
  });

  test('a weak guess does not end the form', () => {
    chat.sends('register:c-K12');
    const intents = [{ name: 'data_erasure', probability: 0.17 }];
    chat.says('ừm thì', meaning('ừm thì', undefined, { intents, decision: 'answer' }));
    expect(chat.texts).toEqual([expect.stringMatching(saying('registration.consent.again'))]);
  });

  test('an alarm in the middle is answered without a second question that “có” could mean', () => {
    toCheck();
    chat.asks('mất tiền rồi', 'scam_check', { signals: ['worried'] });
    expect(chat.texts).toEqual([
      expect.stringContaining('nghi lừa đảo'),
      expect.stringMatching(saying('registration.check')),
    ]);
  });

  test('Get Started in the middle ends the form and says so', () => {
    chat.sends('register:c-K12');
    chat.takes({ type: 'opened' });
    expect(chat.texts[0]).toMatch(saying('registration.dropped'));
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test('“sửa tên” before the read-back asks for the name, and opens no case', () => {
    chat.sends('register:c-K12');
    chat.presses('Tôi đồng ý');
    chat.says('Hoa');
    chat.asks('sửa tên', 'data_access_update');
    expect(chat.conversation.memory.flow).toHaveProperty('asking', 'fullName');
  });
});

describe('nothing personal before the agreement', () => {
  test('name and number sent at the start are not kept', () => {
    const said = 'em tên là Lan, 0905123456, đăng ký lớp k12';
    chat.asks(said, 'training', { signals: ['act'] });
    expect(JSON.stringify(chat.conversation.memory)).not.toMatch(/Lan|0905/);
  });

  test.each(['không', 'không đồng ý', 'em không đồng ý đâu ạ', 'thôi'])('“%s” ends it', (said) => {
    chat.sends('register:c-K12');
    chat.says(said);
    expect(chat.conversation.memory.flow).toBeUndefined();
    expect(chat.effects).toEqual([]);
  });

  test.each([
    'đồng ý nếu không mất tiền',
    'đồng ý à?',
    'chưa đồng ý đâu',
    'hmm',
    'sao phải đồng ý',
  ])('“%s” is no agreement', (said) => {
    chat.sends('register:c-K12');
    chat.says(said);
    expect(chat.conversation.memory.flow).not.toHaveProperty('values.consent');
  });

  test.each([
    'đồng ý',
    'dong y nha',
    'ok',
    'Dạ vâng ạ',
    'có',
    '1',
    'Tôi đồng ý',
    'em đồng ý, tên em là Lan',
  ])('“%s” is one', (said) => {
    chat.sends('register:c-K12');
    chat.says(said);
    expect(chat.conversation.memory.flow).toHaveProperty('values.consent', 'consent.course.v1');
  });

  test.each(['em 15 tuổi', 'con tôi mới 12 tuổi', 'dưới 16', 'chưa đủ 16 tuổi ạ'])(
    '“%s” ends it kindly',
    (said) => {
      chat.sends('register:c-K12');
      chat.says(said);
      expect(chat.texts[0]).toMatch(saying('consent.under16'));
      expect(chat.conversation.memory.flow).toBeUndefined();
    },
  );
});

describe('the read-back', () => {
  test('shows the number in groups and registers only after yes', () => {
    toCheck();
    expect(chat.texts[0]).toContain('0905 123 456');
    expect(chat.effects).toEqual([]);
    chat.presses('Đúng rồi');
    expect(chat.effects).toEqual([
      {
        type: 'register',
        courseId: 'c-K12',
        fullName: 'Trần Thị Mai',
        phone: '0905123456',
        wording: 'consent.course.v1',
      },
    ]);
    expect(chat.texts[0]).toContain('08:00 thứ Bảy 05/12/2026, Hội trường xã Ea Kar');
    expect(JSON.stringify(chat.conversation.memory)).not.toContain('0905');
  });

  test('a corrected number replaces the first one', () => {
    toCheck();
    chat.says('nhầm, 0912345678 mới đúng');
    expect(chat.texts[0]).toContain('0912 345 678');
  });

  test.each([
    ['sửa số', 'phone'],
    ['sai tên rồi', 'fullName'],
    ['quay lại', 'phone'],
  ])('“%s” asks for %s again', (said, slot) => {
    toCheck();
    chat.says(said);
    expect(chat.conversation.memory.flow).toHaveProperty('asking', slot);
  });

  test('anything unclear is asked again, and registers nothing', () => {
    toCheck();
    chat.says('à');
    expect(chat.texts[0]).toMatch(saying('registration.check.again'));
    chat.says('sai');
    expect(chat.texts[0]).toMatch(saying('registration.check.again'));
    expect(chat.effects).toEqual([]);
  });

  test.each(['huỷ đăng ký lớp này đi', 'thôi em không học nữa'])('“%s” stops it', (said) => {
    toCheck();
    chat.says(said);
    expect(chat.texts[0]).toMatch(saying('registration.cancelled'));
  });

  test('“huỷ” stops it', () => {
    toCheck();
    chat.says('huỷ');
    expect(chat.texts[0]).toMatch(saying('registration.cancelled'));
    expect(chat.conversation.memory.flow).toBeUndefined();
  });
});

describe('stale buttons', () => {
  test('the yes of an earlier read-back does not confirm a later one', () => {
    toCheck();
    const [yes] = chat.choices;
    chat.says('số là 0912345678');
    chat.sends(yes?.payload ?? '');
    expect(chat.texts[0]).toMatch(saying('stale.step'));
    expect(chat.texts[1]).toContain('0912 345 678');
    expect(chat.effects).toEqual([]);
  });

  test('the agreement to one course does not count for another', () => {
    chat.sends('register:c-K12');
    const [agree] = chat.choices;
    chat.now = later(chat.now, minutes(1));
    chat.sends('register:c-K13');
    chat.sends(agree?.payload ?? '');
    expect(chat.texts[0]).toMatch(saying('stale.step'));
    expect(chat.conversation.memory.flow).not.toHaveProperty('values.consent');
  });

  test('pressing “Đúng rồi” twice registers once', () => {
    toCheck();
    const [yes] = chat.choices;
    chat.presses('Đúng rồi');
    chat.sends(yes?.payload ?? '');
    expect(chat.texts[0]).toMatch(saying('stale.over'));
    expect(chat.effects).toEqual([]);
  });

  test('a form left for a day is over', () => {
    toCheck();
    chat.now = later(chat.now, days(2));
    chat.asks('thuế hộ', 'household_tax');
    expect(chat.texts).toHaveLength(1);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test.each([
    'registration:check/yes/x.1',
    'registration:consent/yes',
    'registration:phone/0905123456',
    'register:',
    'register:không-có',
    'registration:constructor/__proto__/1',
    'case:__proto__',
    'ask:__proto__/constructor',
    'menu:__proto__/99',
    'x'.repeat(900),
    '',
  ])('a made-up payload changes nothing: %s', (payload) => {
    chat.sends(payload);
    expect(chat.texts.length).toBeGreaterThan(0);
    expect(chat.effects).toEqual([]);
    expect(chat.conversation.memory.flow?.['asking'] ?? 'courseId').toBe('courseId');
  });
});

describe('what forbids a registration', () => {
  test('a course that has closed since its button was shown', () => {
    chat.docs = { ...chat.docs, courses: [{ ...k12, state: 'closed' }] };
    chat.sends('register:c-K12');
    expect(chat.texts[0]).toMatch(saying('registration.closed'));
  });

  test('a course whose last day is over, in the middle of the form', () => {
    chat.now = later(k12.closesAt, minutes(-2));
    toCheck();
    chat.now = later(chat.now, minutes(3));
    chat.presses('Đúng rồi');
    expect(chat.texts[0]).toMatch(saying('registration.closed'));
    expect(chat.effects).toEqual([]);
  });

  test('a place that this person has already', () => {
    chat.docs = { ...chat.docs, keys: [key('course/c-K12/contact/p1', 'p1')] };
    chat.sends('register:c-K12');
    expect(chat.texts[0]).toMatch(saying('registration.already'));
  });

  test('the place won by the same person on another device while they typed', () => {
    toCheck();
    chat.docs = { ...chat.docs, keys: [key('course/c-K12/contact/p1', 'p1')] };
    chat.presses('Đúng rồi');
    expect(chat.texts[0]).toMatch(saying('registration.already'));
    expect(chat.effects).toEqual([]);
  });

  test('a number that is on the list already is asked again', () => {
    chat.docs = { ...chat.docs, phoneKeys: new Map([['c-K12/0905123456', key('k', 'p9')]]) };
    toCheck();
    expect(chat.texts[0]).toMatch(saying('registration.phoneTaken'));
    chat.says('0912345678');
    chat.presses('Đúng rồi');
    expect(chat.effects).toMatchObject([{ type: 'register', phone: '0912345678' }]);
  });

  test('a course without its seats is not promised', () => {
    chat.docs = { ...chat.docs, seats: [] };
    chat.sends('register:c-K12');
    expect(chat.texts[0]).toMatch(saying('registration.noSeats'));
  });

  test('a full course named in a sentence is told at the next step at the latest', () => {
    chat.docs = { ...chat.docs, seats: [seatsOf(k12, 30), seatsOf(k13)] };
    chat.asks('đăng ký lớp k12', 'training', { signals: ['act'] });
    chat.says('đồng ý');
    expect(chat.texts[0]).toMatch(saying('registration.full'));
    expect(chat.effects).toEqual([]);
  });
});

test('a turn names what it reads: course, seats, the person’s key, and the number’s', () => {
  toCheck();
  const event = { type: 'text', text: 'số là 0912345678' } as Parameters<
    typeof needsOf
  >[1]['event'];
  expect(needsOf(chat.conversation, { event, understood: meaning('') }, chat.now)).toEqual([
    { list: 'openCourses' },
    { in: 'courses', id: 'c-K12' },
    { in: 'seats', id: 'c-K12' },
    { in: 'keys', id: 'course/c-K12/contact/p1' },
    { in: 'keys', phoneOf: 'c-K12', phone: '0905123456' },
    { in: 'keys', phoneOf: 'c-K12', phone: '0912345678' },
  ]);
});

test('an example course says so wherever it is named', () => {
  chat.docs = { ...chat.docs, courses: [{ ...k12, example: true }], seats: [seatsOf(k12)] };
  chat.asks('có lớp nào không', 'training');
  expect(chat.texts[0]).toContain('VÍ DỤ – Khởi sự kinh doanh');
  chat.presses('Ghi tên');
  expect(chat.texts[0]).toContain('VÍ DỤ');
});
