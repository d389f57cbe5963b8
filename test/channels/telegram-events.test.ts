import { describe, expect, test } from '@jest/globals';
import { pressOf, parseUpdate } from '../../src/channels/telegram-events.ts';
import type { Bot } from '../../src/channels/telegram-events.ts';
import { privateLink, readStart } from '../../src/channels/telegram-links.ts';
import type { Instant } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { payload, payloadsOf } from '../support/payloads.ts';
import { entitiesOf, membership, pressed, said } from '../support/telegram-bot.ts';

const bot = { id: '313534466', name: 'NhipCauBot' };
const receivedAt = 1_800_000_000_000 as Instant;
const parse = (update: unknown, as: Bot = bot): InboundEvent[] =>
  parseUpdate(update, as, receivedAt);
const one = (update: unknown): InboundEvent => {
  const events = parse(update);
  expect(events).toHaveLength(1);
  return events[0]!;
};
const group = -100200300;

/** What each event comes down to, in one line. */
function summary(event: InboundEvent): string {
  const where = event.shared ? ' (group)' : '';
  switch (event.type) {
    case 'text':
      return `text “${event.text}”${where}`;
    case 'choice':
      return `choice ${event.payload} “${event.title}”${where}`;
    case 'attachment':
      return `attachment ${event.kind}${event.url === undefined ? '' : ' at a url'}${where}`;
    case 'opened':
      return `opened ${event.ref ?? ''}`.trim() + where;
    case 'edited':
      return `edited ${event.of} “${event.text}”${where}`;
    case 'unsupported':
      return `unsupported ${event.what}${event.address === '' ? ' of nobody' : ''}`;
    default:
      return event.type + where;
  }
}

/** Every published webhook, and exactly what it means to us. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  '01-text': ['text “text”'],
  '02-sticker': ['attachment sticker'],
  // Somebody else's number, or one of whom we do not know: not ours to take.
  '03-contact': ['unsupported message:contact'],
  '04-location': ['attachment location'],
  '05-document': ['attachment file'],
  // Said in a group, and not to the bot.
  '06-group-text': [],
  '07-edited-message': ['edited telegram/313534466/427770117.229 “hiiiii”'],
  '08-channel-post': ['unsupported channel_post of nobody'],
  '09-callback-query-private': ['choice data “data”'],
  '10-callback-query-group': ['choice 123 “123” (group)'],
  '11-reply-to-message': ['text “replyText”'],
  '12-photo-2025': ['attachment image'],
  '13-text-with-mention-entity': ['text “@vercelchatsdkbot hi”'],
  '14-my-chat-member-blocked': ['left'],
  '15-my-chat-member-added-to-supergroup': ['joined (group)'],
  // The next call to the old group is told its new id.
  '16-group-migrated-to-supergroup': [],
  '17-callback-query-inline-message': ['unsupported callback_query of nobody'],
};

describe('published webhooks', () => {
  test('each has its meaning written down', () => {
    expect(payloadsOf('telegram').map((name) => name.slice('telegram/'.length))).toEqual(
      Object.keys(meanings),
    );
  });

  test.each(Object.entries(meanings))('%s', (name, meaning) => {
    const events = parse(payload(`telegram/${name}`));
    expect(events.map(summary)).toEqual(meaning);
    for (const { id, conversationId, address } of events) {
      expect(id.startsWith('telegram/313534466/')).toBe(true);
      expect(conversationId).toBe(`telegram/313534466/${address}`);
    }
  });
});

describe('a person’s line', () => {
  test('is known by chat and message, so that an edit finds it', () => {
    const update = { update_id: 7, ...said('chào em', { message: { message_id: 5 } }) };
    const { message } = update as unknown as { message: Record<string, unknown> };
    const edit = { update_id: 8, edited_message: { ...message, text: 'chào chị', edit_date: 9 } };
    expect(one(edit)).toMatchObject({ type: 'edited', of: one(update).id, text: 'chào chị' });
    expect(one(edit).id).not.toBe(one({ ...edit, update_id: 9 }).id);
  });

  test('keeps Telegram’s time and its order within a second', () => {
    const event = one({ update_id: 900_123, ...said('a', { message: { date: 1_700_000_000 } }) });
    expect(event).toMatchObject({ at: 1_700_000_000_000, order: 900_123 });
  });

  test.each([
    ['voice', 'audio'],
    ['video_note', 'video'],
    ['animation', 'video'],
    ['venue', 'location'],
  ])('of %s is a %s without an address: that would hold the token', (field, kind) => {
    const update = said('', { message: { text: undefined, [field]: { file_id: 'x' } } });
    expect(one(update)).toMatchObject({ type: 'attachment', kind });
    expect(JSON.stringify(one(update))).not.toContain('file_id');
  });

  test('under a picture is what was said', () => {
    const message = { text: undefined, photo: [{}], caption: 'giấy này đúng chưa em' };
    expect(summary(one(said('', { message })))).toBe('text “giấy này đúng chưa em”');
  });

  test('that shares one’s own number is that number; somebody else’s is not taken', () => {
    const contact = (user_id: number) =>
      said('', { message: { text: undefined, contact: { phone_number: '84905000000', user_id } } });
    expect(summary(one(contact(430000001)))).toBe('text “84905000000”');
    const other = one(contact(430000002));
    expect(summary(other)).toBe('unsupported message:contact');
    expect(JSON.stringify(other)).not.toContain('84905');
  });

  test.each(['poll', 'dice', 'story'])('of a %s gets the polite fallback', (field) => {
    const event = one(said('', { message: { text: undefined, [field]: {} } }));
    expect(event).toMatchObject({ type: 'unsupported', address: '430000001' });
  });

  test('of another bot is none', () => {
    expect(parse(said('hi', { message: { from: { id: 9, is_bot: true } } }))).toEqual([]);
  });
});

describe('a command', () => {
  test.each([
    ['/start', 'opened'],
    ['/start hoi-cho-ea-kar', 'opened hoi-cho-ea-kar'],
    [`/start ${privateLink('x', 'ask:training').split('=')[1]}`, 'opened ask:training'],
    ['/menu', 'choice menu: “/menu”'],
    ['/lop', 'choice ask:training “/lop”'],
    ['/canbo em bị lừa', 'choice human:ask “/canbo em bị lừa”'],
    ['/xoa', 'choice ask:data_erasure “/xoa”'],
    ['/help', 'choice ask:bot_help “/help”'],
    ['/thue ho kinh doanh', 'text “thue ho kinh doanh”'],
  ])('%s', (text, meaning) => {
    expect(summary(one(said(text)))).toBe(meaning);
  });
});

describe('in a group', () => {
  const inGroup = (text: string, message: Record<string, unknown> = {}): InboundEvent[] =>
    parse(said(text, { chat: group, message: { entities: entitiesOf(text), ...message } }));

  test.each([
    ['@NhipCauBot mở quán cần giấy gì', 'text “mở quán cần giấy gì” (group)'],
    ['mở quán cần giấy gì @nhipcaubot ơi', 'text “mở quán cần giấy gì ơi” (group)'],
    ['@NhipCauBot', 'opened (group)'],
    ['/lop', 'choice ask:training “/lop” (group)'],
    ['/lop@NhipCauBot', 'choice ask:training “/lop@NhipCauBot” (group)'],
    ['/start@NhipCauBot', 'opened (group)'],
  ])('“%s” is addressed', (text, meaning) => {
    expect(inGroup(text).map(summary)).toEqual([meaning]);
  });

  test.each([
    'trưa nay ăn gì',
    '@NhipCauBotKhac chào',
    'mail: a@NhipCauBot.vn',
    '/lop@BotKhac',
    '/thoitiet',
    'xem /lop nhé',
  ])('“%s” is not, and leaves no trace', (text) => {
    expect(inGroup(text)).toEqual([]);
  });

  test('a reply to the bot is addressed, one to somebody else is not', () => {
    const reply = (id: number) => inGroup('còn phí?', { reply_to_message: { from: { id } } });
    expect(reply(313534466).map(summary)).toEqual(['text “còn phí?” (group)']);
    expect(reply(5)).toEqual([]);
  });

  test('a mention of the bot without a user name counts, of another person not', () => {
    const mention = (id: number) =>
      inGroup('em ơi', {
        entities: [{ type: 'text_mention', offset: 0, length: 2, user: { id } }],
      });
    expect(mention(313534466).map(summary)).toEqual(['text “ơi” (group)']);
    expect(mention(5)).toEqual([]);
  });

  test('pictures, edits and joinings of others leave no trace', () => {
    expect(inGroup('', { text: undefined, photo: [{}] })).toEqual([]);
    expect(inGroup('', { text: undefined, new_chat_members: [{ id: 5 }] })).toEqual([]);
    const { message } = said('hi', { chat: group }) as { message: unknown };
    expect(parse({ update_id: 1, edited_message: message })).toEqual([]);
  });

  test('before the name is known, a mention is nobody’s and a reply is still ours', () => {
    const nameless = { id: bot.id, name: undefined };
    const text = '@NhipCauBot chào';
    expect(parse(said(text, { chat: group }), nameless)).toEqual([]);
    const reply = { reply_to_message: { from: { id: 313534466 } } };
    expect(parse(said('còn phí?', { chat: group, message: reply }), nameless)).toHaveLength(1);
  });

  test('each topic of a forum is a talk of its own', () => {
    const topic = { is_topic_message: true, message_thread_id: 42 };
    const [event] = inGroup('@NhipCauBot chào', topic);
    expect(event?.address).toBe(`${group}_42`);
    // A mere reply thread is no topic.
    const [other] = inGroup('@NhipCauBot chào', { message_thread_id: 42 });
    expect(other?.address).toBe(`${group}`);
  });

  test('an anonymous administrator is a person', () => {
    const from = { id: 1087968824, is_bot: true };
    expect(inGroup('@NhipCauBot chào', { from })).toHaveLength(1);
  });
});

describe('membership', () => {
  test.each([
    ['kicked', 'member', 'left'],
    ['left', 'administrator', 'left'],
    ['member', 'kicked', 'joined'],
    ['administrator', 'left', 'joined'],
  ])('%s after %s is %s', (status, before, meaning) => {
    expect(summary(one({ update_id: 1, ...membership(status, before) }))).toBe(meaning);
  });

  test('a change of rights says nothing, and a channel is no chat', () => {
    expect(parse({ update_id: 1, ...membership('administrator', 'member') })).toEqual([]);
    const { my_chat_member: it } = membership('administrator', 'left', group);
    const channel = { ...(it as object), chat: { id: group, type: 'channel' } };
    expect(parse({ update_id: 1, my_chat_member: channel })).toEqual([]);
  });
});

describe('a press', () => {
  test('carries its payload, the title that was read, and the id to acknowledge', () => {
    const press = pressed('ask:training', { title: 'Lớp học' });
    const event = one({ update_id: 3, ...press });
    expect(event).toMatchObject({ type: 'choice', payload: 'ask:training', title: 'Lớp học' });
    expect(pressOf(event)).toBe(press.callback_query.id);
  });

  test('under a message in a foreign chat is acknowledged and answered nowhere', () => {
    const event = one(payload('telegram/17-callback-query-inline-message'));
    expect(event.address).toBe('');
    expect(pressOf(event)).toBe('4382bfdwdsb323b2d9');
  });

  test('is nothing that a message could be taken for', () => {
    expect(pressOf(one(said('chào')))).toBeUndefined();
  });
});

describe('update kinds invented later (D11)', () => {
  test.each(['purchased_paid_media', 'business_message', 'guest_message', 'managed_bot', 'x'])(
    '%s is acknowledged, counted, and kept by its field names alone',
    (kind) => {
      const event = one({ update_id: 9, [kind]: { from: { id: 5 }, secret: 'Trần Thị Mai' } });
      expect(event).toMatchObject({ type: 'unsupported', what: kind, address: '' });
      expect(JSON.stringify(event)).not.toContain('Mai');
      expect(JSON.stringify(event)).toContain('secret');
    },
  );

  test('a known kind of a new shape is unsupported, never an error', () => {
    expect(summary(one({ update_id: 9, message: { chat: 'x' } }))).toBe(
      'unsupported message of nobody',
    );
  });
});

describe('a link into a private chat', () => {
  test.each(['ask:data_erasure', 'register:0193a7b0-1111-7222-8333-444455556666', 'human:ask'])(
    'brings %s there and fits into 64 characters',
    (carried) => {
      const start = new URL(privateLink('NhipCauBot', carried)).searchParams.get('start')!;
      expect(start).toMatch(/^[\w-]{1,64}$/);
      expect(readStart(start)).toBe(carried);
    },
  );

  test('too long for it opens the chat alone', () => {
    expect(privateLink('NhipCauBot', `ask:${'x'.repeat(60)}`)).toBe('https://t.me/NhipCauBot');
  });

  test('that only looks like ours is a reference like any other', () => {
    expect(readStart('p-')).toBe('');
    expect(readStart('p-poster')).toBe('p-poster');
    expect(readStart('p-%%')).toBe('p-%%');
  });
});
