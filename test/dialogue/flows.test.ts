import { describe, expect, test } from '@jest/globals';
import { days, hours, later, minutes } from '../../src/clock.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import { choicesOf } from '../../src/dialogue/replies.ts';
import { Chat, meaning, mondayNight, saying } from '../support/scene.ts';

const messenger = {
  channel: {
    name: 'messenger',
    limits: { textLength: 2000, choices: 13, choiceTitle: 20, perSecond: 300 },
    delivery: 'push' as const,
  },
};

describe('passing on to a person', () => {
  test('who asks is passed on at once; what is said names the page only on the web', () => {
    const web = new Chat();
    web.asks('cho em nói chuyện với người', 'human_handoff');
    expect(web.effects).toEqual([
      { type: 'wait', reason: 'asked_human' },
      { type: 'notify', code: 'waiting' },
    ]);
    expect(web.texts[0]).toMatch(saying('handoff.web'));
    const page = new Chat(messenger);
    page.says('gặp cán bộ');
    expect(page.texts[0]).not.toMatch(saying('handoff.web'));
  });

  test.each([
    [instantOf({ year: 2026, month: 11, day: 23 }, 12, 0), '13:30 thứ Hai 23/11/2026'],
    [instantOf({ year: 2026, month: 11, day: 23 }, 17, 0), '07:30 thứ Ba 24/11/2026'],
    [instantOf({ year: 2026, month: 11, day: 27 }, 18, 0), '07:30 thứ Hai 30/11/2026'],
  ])('outside hours the next opening is said', (now, opens) => {
    const chat = new Chat({ now });
    chat.says('gặp cán bộ');
    expect(chat.texts[0]).toContain(opens);
    expect(chat.texts.join()).not.toMatch(/\d+ (?:phút|giờ|tiếng) nữa/);
  });

  test.each([
    ['human:complaint', 'complaint', 'waiting'],
    ['human:scam', 'scam_suspected', 'urgent'],
    ['human:twice', 'not_understood_twice', 'waiting'],
    ['human:wrong', 'wrong_answer_reported', 'waiting'],
    ['human:urgent', 'urgent', 'urgent'],
    ['human:anything', 'asked_human', 'waiting'],
  ])('the button %s gives the reason %s', (payload, reason, code) => {
    const chat = new Chat();
    chat.sends(payload);
    expect(chat.effects).toEqual([
      { type: 'wait', reason },
      { type: 'notify', code },
    ]);
  });

  test('an answer about fraud or a complaint says on its person button why', () => {
    const chat = new Chat();
    chat.asks('cán bộ hách dịch', 'complaint_feedback');
    expect(chat.choices).toContainEqual({ title: 'Gặp cán bộ', payload: 'human:complaint' });
    chat.asks('bị lừa', 'scam_check');
    expect(chat.choices).toContainEqual({ title: 'Gặp cán bộ', payload: 'human:scam' });
  });

  test('money lost: what to do first comes before the detail, and a person is offered, not imposed', () => {
    const chat = new Chat();
    chat.asks('mất tiền rồi, phải đóng phí gì', 'scam_check', {
      aspect: 'papers',
      signals: ['worried'],
    });
    expect(chat.texts[0]).toContain('Chuyện chung về nghi lừa đảo');
    expect(chat.texts.at(-1)).toMatch(saying('handoff.offer'));
    expect(chat.effects).toEqual([]);
  });

  test('hurry without money is not told about money', () => {
    const chat = new Chat();
    chat.asks('gấp lắm cho em gặp cán bộ ngay', 'human_handoff', { signals: ['urgent'] });
    expect(chat.texts[0]).toMatch(saying('handoff.hurry'));
    expect(chat.texts[0]).not.toMatch(/OTP/);
  });

  test('nobody on duty: no “first” is promised, what to do is still said', () => {
    const chat = new Chat({ staffed: false });
    chat.sends('human:scam');
    expect(chat.texts[0]).toMatch(saying('handoff.urgentNobody'));
    expect(chat.texts[0]).not.toContain('xem trước');
  });

  test('anger is offered a person before anything else, without being called urgent', () => {
    const chat = new Chat();
    chat.says('đồ vô dụng', meaning('đồ vô dụng', undefined, { signals: ['rude'] }));
    expect(chat.texts[0]).toMatch(saying('handoff.offer'));
    chat.says('ừ', meaning('ừ'));
    expect(chat.effects).toContainEqual({ type: 'wait', reason: 'asked_human' });
  });

  test('a wish that is only guessed is asked first', () => {
    const chat = new Chat();
    const intents = [{ name: 'human_handoff', probability: 0.15 }];
    chat.says('để coi', meaning('để coi', undefined, { intents, decision: 'answer' }));
    expect(chat.texts[0]).toMatch(saying('handoff.offer'));
    expect(chat.effects).toEqual([]);
    chat.says('vâng');
    expect(chat.effects).toContainEqual({ type: 'wait', reason: 'asked_human' });
  });

  test('asking again keeps the place and says since when', () => {
    const chat = new Chat({ now: mondayNight });
    chat.says('gặp cán bộ');
    chat.now = later(chat.now, minutes(20));
    chat.says('gặp cán bộ');
    expect(chat.texts).toEqual([expect.stringContaining('từ 21:00 thứ Hai 23/11/2026')]);
    expect(chat.effects).toEqual([]);
  });

  test('where nobody is on duty no number to call back is asked for', () => {
    const chat = new Chat({ staffed: false });
    chat.says('gặp cán bộ');
    expect(chat.texts).toHaveLength(1);
    chat.sends('callMe:');
    chat.presses('Tôi đồng ý');
    chat.says('0905123456');
    chat.presses('Đúng rồi');
    expect(chat.texts[0]).toMatch(saying('callback.doneNobody'));
  });

  test('a number sent instead of a yes begins the call-back with its consent, and is not kept before it', () => {
    const chat = new Chat();
    chat.says('gặp cán bộ');
    chat.says('0905 123 456');
    expect(chat.texts[0]).toMatch(saying('consent.callback.v1'));
    expect(JSON.stringify(chat.conversation.memory)).not.toContain('0905');
    chat.says('không');
    expect(chat.texts[0]).toMatch(saying('consent.refused'));
    expect(chat.effects).toEqual([]);
  });

  test('a call-back asked for without waiting puts the person into the queue', () => {
    const chat = new Chat();
    chat.sends('callMe:');
    chat.presses('Tôi đồng ý');
    chat.says('0905123456');
    chat.presses('Đúng rồi');
    expect(chat.effects).toEqual([
      { type: 'askCallBack', phone: '0905123456', wording: 'consent.callback.v1' },
      { type: 'wait', reason: 'callback' },
      { type: 'notify', code: 'waiting' },
    ]);
  });

  test('“huỷ” without anything under way is no wonder', () => {
    const chat = new Chat();
    chat.says('huỷ');
    expect(chat.texts[0]).toMatch(saying('cancel.nothing'));
    expect(chat.effects).toEqual([]);
  });
});

describe('requests about one’s own data', () => {
  test('asking how long it takes is answered, and opens no case', () => {
    const chat = new Chat();
    chat.asks('xoá mất bao lâu', 'data_erasure', { aspect: 'time' });
    expect(chat.texts[0]).toContain('Thời gian của xoá dữ liệu');
    expect(chat.texts.at(-1)).toMatch(saying('privacy.erase.ask'));
    expect(chat.effects).toEqual([]);
  });

  test.each([
    ['erase', '20 ngày'],
    ['withdraw', '15 ngày'],
    ['access', '10 ngày'],
    ['correct', '10 ngày'],
  ])('%s is received with a code and its legal term', (kind, term) => {
    const chat = new Chat();
    chat.sends(`case:${kind}`);
    expect(chat.texts[0]).toContain(term);
    const [opened] = chat.effects;
    const code = opened?.type === 'openCase' ? opened.code : 'none';
    expect(chat.texts[0]).toContain(code);
    expect(chat.effects).toEqual([
      { type: 'openCase', kind, code },
      { type: 'wait', reason: 'privacy_request' },
      { type: 'notify', code: 'privacy_request' },
    ]);
  });

  test('the same button again tells the same code and opens no second case', () => {
    const chat = new Chat();
    chat.sends('case:erase');
    const [opened] = chat.effects;
    chat.now = later(chat.now, days(3));
    chat.sends('case:erase');
    expect(chat.effects).toEqual([]);
    expect(chat.texts[0]).toContain(opened?.type === 'openCase' ? opened.code : 'none');
  });

  test('two requests in one moment have two codes', () => {
    const codes = ['case:erase', 'case:access'].map((payload) => {
      const [opened] = new Chat().sends(payload).effects;
      return opened?.type === 'openCase' ? opened.code : '';
    });
    expect(codes[0]).not.toBe(codes[1]);
  });

  test('a wish for a person beside it is passed on and leaves its reason', () => {
    const chat = new Chat();
    chat.sends('case:erase');
    chat.says('gặp cán bộ');
    expect(chat.texts[0]).toMatch(saying('handoff.open'));
    expect(chat.effects).toEqual([{ type: 'notify', code: 'waiting' }]);
    expect(chat.conversation.waiting?.reason).toBe('privacy_request');
  });

  test('taking back consent in one’s own words leads with that', () => {
    const chat = new Chat();
    chat.asks('tôi không cho phép sử dụng thông tin của tôi nữa', 'data_erasure');
    expect(chat.titles[0]).toBe('Rút đồng ý');
  });
});

describe('answers', () => {
  test('a follow-up of which the model is fairly sure is answered, not asked back', () => {
    const chat = new Chat();
    chat.asks('mở hộ kinh doanh', 'household_registration');
    const intents = [{ name: 'household_registration', probability: 0.8 }];
    const meant = { intents, decision: 'choose', signals: ['followUp'], aspect: 'papers' } as const;
    chat.says('còn giấy tờ', meaning('còn giấy tờ', undefined, meant));
    expect(chat.texts[0]).toContain('Giấy tờ của đăng ký hộ kinh doanh');
    chat.says('còn giấy tờ', meaning('còn giấy tờ', undefined, { ...meant, signals: [] }));
    expect(chat.texts[0]).toMatch(saying('clarify.ask'));
  });

  test('a second question gets its button', () => {
    const chat = new Chat();
    chat.asks('mở hộ kinh doanh với lại đóng thuế sao', 'household_registration', {
      also: 'household_tax',
    });
    expect(chat.texts.join('\n')).toMatch(saying('answer.also'));
    expect(chat.choices).toContainEqual({
      title: 'Thuế hộ kinh doanh',
      payload: 'ask:household_tax',
    });
  });

  test('“làm thế nào” is told by the main section where none is written for it', () => {
    const chat = new Chat();
    chat.asks('nộp thuế thế nào', 'household_tax', { aspect: 'how' });
    expect(chat.texts[0]).toContain('Chuyện chung về thuế hộ kinh doanh.');
    expect(chat.conversation.memory.lastAnswer).not.toHaveProperty('aspect');
    chat.asks('phạt bao nhiêu', 'household_tax', { aspect: 'penalty' });
    expect(chat.texts[0]).toMatch(saying('answer.noSection'));
  });

  test('marks for “did this help” stand under answers alone', () => {
    const chat = new Chat();
    chat.asks('thuế', 'household_tax');
    expect(chat.last.replies.at(-1)).toHaveProperty('feedback', true);
    chat.says('menu');
    expect(chat.last.replies.at(-1)).not.toHaveProperty('feedback');
  });

  test('a button for a topic that is gone is answered as stale', () => {
    const chat = new Chat();
    chat.sends('ask:old_topic/fee');
    expect(chat.texts[0]).toMatch(saying('stale'));
  });

  test.each(['không hiểu', 'ko hieu', 'vậy là sao'])(
    '“%s” after an answer offers other words or a person',
    (said) => {
      const chat = new Chat();
      chat.asks('thuế', 'household_tax');
      chat.says(said);
      expect(chat.texts[0]).toMatch(saying('clarify.none'));
      chat.says(said);
      expect(chat.texts[0]).toMatch(saying('fallback.second'));
    },
  );

  test.each(['ok', 'dạ', 'không', 'ừ'])('a nod (“%s”) is no misunderstanding', (said) => {
    const chat = new Chat();
    chat.asks('thuế', 'household_tax');
    const intents = [{ name: 'ocop', probability: 0.1 }];
    chat.says(said, meaning(said, undefined, { intents, decision: 'choose' }));
    expect(chat.texts).toEqual([expect.stringMatching(saying('opening.again'))]);
    expect(chat.conversation.memory.misunderstood).toBe(0);
  });
});

describe('feedback', () => {
  test('“sai rồi” reports the answer with the question that led to it', () => {
    const chat = new Chat();
    chat.asks('mở quán phở', 'household_registration');
    chat.says('sai rồi');
    expect(chat.effects).toEqual([
      { type: 'feedback', helpful: false, intent: 'household_registration', text: 'mở quán phở' },
    ]);
  });

  test('“sai rồi” long after an answer is an ordinary sentence', () => {
    const chat = new Chat();
    chat.asks('mở quán phở', 'household_registration');
    chat.now = later(chat.now, hours(1));
    chat.asks('sai rồi', 'complaint_feedback');
    expect(chat.last.flow).toBe('faq');
    expect(chat.effects).toEqual([]);
  });

  test('a mark counts for the answer it stands under, not for the last one', () => {
    const chat = new Chat();
    chat.asks('mở quán phở', 'household_registration');
    expect(chat.last.replies.at(-1)).toHaveProperty('about', 'household_registration');
    chat.asks('thuế', 'household_tax');
    chat.sends('feedback:yes/household_registration');
    expect(chat.effects).toEqual([
      { type: 'feedback', helpful: true, intent: 'household_registration' },
    ]);
    chat.sends('feedback:no/household_registration');
    expect(chat.effects).toEqual([
      { type: 'feedback', helpful: false, intent: 'household_registration' },
    ]);
    chat.says('chỗ nộp không đúng');
    expect(chat.effects).toEqual([
      {
        type: 'feedback',
        helpful: false,
        intent: 'household_registration',
        text: 'chỗ nộp không đúng',
      },
    ]);
  });

  test.each(['feedback:no', 'feedback:no/no_such_topic'])(
    'a mark that names no answer (“%s”) counts for the last one',
    (sent) => {
      const chat = new Chat();
      chat.asks('thuế', 'household_tax');
      chat.sends(sent);
      expect(chat.effects).toEqual([
        { type: 'feedback', helpful: false, intent: 'household_tax', text: 'thuế' },
      ]);
    },
  );

  test('the question after thanks carries what it is about, short enough for every platform', () => {
    const chat = new Chat(messenger);
    chat.asks('mở quán phở', 'household_registration');
    chat.asks('cảm ơn', 'thanks_goodbye');
    const payloads = choicesOf(chat.last.replies).map(({ payload }) => payload);
    expect(payloads).toEqual([
      'feedback:yes/household_registration',
      'feedback:no/household_registration',
    ]);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(64);
  });

  test('a picture instead of an explanation, or thanks, goes its own way', () => {
    const chat = new Chat();
    chat.asks('mở quán phở', 'household_registration');
    chat.says('sai rồi');
    chat.takes({ type: 'attachment', kind: 'image' });
    expect(chat.texts[0]).toMatch(saying('fallback.file'));
    chat.says('sai rồi');
    chat.asks('thôi cảm ơn', 'thanks_goodbye');
    expect(chat.texts[0]).toMatch(saying('thanks.reply'));
  });

  test('on the web thanks are answered without a question', () => {
    const chat = new Chat();
    chat.asks('mở quán phở', 'household_registration');
    chat.asks('cảm ơn', 'thanks_goodbye');
    expect(chat.texts).toHaveLength(1);
  });

  test('who waits for a person is not asked whether it helped', () => {
    const chat = new Chat(messenger);
    chat.asks('mở quán phở', 'household_registration');
    chat.says('gặp cán bộ');
    chat.asks('cảm ơn', 'thanks_goodbye');
    expect(chat.texts).toHaveLength(1);
  });
});
