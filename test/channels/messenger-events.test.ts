import { describe, expect, test } from '@jest/globals';
import type { WebhookRequest } from '../../src/channels/channel.ts';
import { parseMessenger } from '../../src/channels/messenger-events.ts';
import type { Instant } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { AppError } from '../../src/errors.ts';
import { pageOf, payload, payloadsOf } from '../support/payloads.ts';

const page = '100000000000001';
const person = '200000000000001';
const receivedAt = 1_800_000_000_000 as Instant;

const request = (body: unknown): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt,
});

const parse = (body: unknown, ourPage = page): InboundEvent[] =>
  parseMessenger(request(body), ourPage);

/** One entry of our Page; the lists are what Meta puts into it. */
const delivery = (lists: Record<string, unknown>, id: unknown = page): unknown => ({
  object: 'page',
  entry: [{ id, time: 1, ...lists }],
});

const from = (what: Record<string, unknown>): Record<string, unknown> => ({
  sender: { id: person },
  recipient: { id: page },
  timestamp: 1_700_000_000_000,
  ...what,
});

const one = (what: Record<string, unknown>): InboundEvent => {
  const events = parse(delivery({ messaging: [from(what)] }));
  expect(events).toHaveLength(1);
  return events[0]!;
};

/** What each kind of event comes down to, in one line. */
function summary(event: InboundEvent): string {
  const standby = event.standby ? ' (standby)' : '';
  switch (event.type) {
    case 'text':
    case 'pageReply':
      return `${event.type} “${event.text}”${standby}`;
    case 'choice':
      return `choice ${event.payload} “${event.title}”${standby}`;
    case 'attachment':
      return `attachment ${event.kind}${event.url === undefined ? '' : ' at a url'}`;
    case 'opened':
      return `opened ${event.ref ?? ''}`.trim();
    case 'edited':
      return `edited ${event.of} “${event.text}”`;
    case 'removed':
      return `removed ${event.of}`;
    case 'enforced':
      return `enforced ${event.action}`;
    case 'unsupported':
      return `unsupported ${event.what}`;
    case 'delivered':
      return `delivered ${event.upTo}`;
    case 'comment':
      return `comment “${event.text}” on ${event.postId}`;
    case 'sent':
      return `sent ${event.jobId}`;
    case 'routed':
      return `routed to ${event.to}${event.asked ? ' (asked)' : ''}`;
    case 'touched':
    case 'left':
    case 'joined':
      return event.type;
  }
}

/** Every published webhook, and exactly what it means to us. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  '01-text': ['text “What is Vercel?”'],
  '02-quick-reply': ['choice DEVELOPER_DEFINED_PAYLOAD_FOR_PICKING_GREEN “Green”'],
  '03-quick-reply-user-phone': ['choice <PHONE_NUMBER> “<PHONE_NUMBER>”'],
  '04-image': ['attachment image at a url'],
  // Where somebody stands is neither needed nor kept.
  '05-location': ['attachment location'],
  '06-sticker-2026-transition': ['attachment sticker at a url'],
  '07-sticker-legacy-thumbup': ['attachment sticker at a url'],
  '08-fallback-link': ['text “This is where I want to go: https://youtu.be/bbo_fZAjIhg”'],
  '09-reply-to': ['text “hello, world!”'],
  '10-message-edit': [
    'edited messenger/12345654332/mid.1457764197618:41d102a3e1ae206a38 “hello, world!”',
  ],
  '11-message-deleted': ['removed messenger/12345654332/message_id'],
  '12-message-unsupported': ['unsupported message'],
  '13-postback-get-started': ['opened'],
  '14-postback-mme-referral': ['opened ref_data_in_m_dot_me_param'],
  '15-referral-existing-thread': ['opened ref_data_in_m_dot_me_param'],
  '16-delivery': ['delivered 1458668856253'],
  '17-read': [],
  // Another app spoke: nothing to answer, and no colleague either.
  '18-echo-own-app': [],
  '19-echo-in-standby-template': ['pageReply “” (standby)'],
  '20-standby-message': ['choice DEVELOPER_DEFINED_PAYLOAD “hello, world!” (standby)'],
  '21-pass-thread-control': ['routed to us'],
  '22-take-thread-control': ['routed to other'],
  '23-request-thread-control': ['routed to other (asked)'],
  '24-policy-enforcement-block': ['enforced block'],
  '25-reaction': ['touched'],
  // Comments of the Page itself, in the new and the old spelling.
  '26-feed-comment-add': [],
  '27-feed-comment-add-with-photo': [],
  '28-feed-comment-edited': [],
  '29-feed-comment-remove': [],
  '30-feed-post-add-visitor': [],
  '31-mention-post-add-real': ['unsupported change:mention'],
  '32-two-entries-one-delivery': [
    'unsupported change:parking',
    'unsupported change:payment_options',
  ],
  '33-send-api-error-190': [],
};

describe('what Meta publishes', () => {
  test.each(Object.entries(meanings))('%s is understood', (name, expected) => {
    const file = `messenger/${name}`;
    expect(parse(payload(file), pageOf(file)).map(summary)).toEqual(expected);
  });

  test('every published webhook is in the table', () => {
    const known = Object.keys(meanings).map((name) => `messenger/${name}`);
    expect(payloadsOf('messenger')).toEqual(known);
  });

  test.each(Object.keys(meanings))('%s of a Page that is not ours is dropped', (name) => {
    expect(parse(payload(`messenger/${name}`), 'some-other-page')).toEqual([]);
  });
});

describe('ids', () => {
  test('a text carries its ids, its conversation and its time', () => {
    expect(one({ message: { mid: 'm_1', text: 'Chào em' } })).toEqual({
      id: `messenger/${page}/m_1`,
      channel: 'messenger',
      account: page,
      address: person,
      conversationId: `messenger/${page}/${person}`,
      at: 1_700_000_000_000,
      type: 'text',
      text: 'Chào em',
    });
  });

  test('ids sent as numbers are the same as ids sent as strings', () => {
    const written = { sender: { id: '17' }, message: { mid: '5', text: 'a' } };
    const counted = { sender: { id: 17 }, message: { mid: 5, text: 'a' } };
    const asNumbers = delivery({ messaging: [counted] }, 100000000000001);
    expect(parse(asNumbers)).toEqual(parse(delivery({ messaging: [written] })));
  });

  test('a missing or broken timestamp is the time of receipt', () => {
    for (const timestamp of [undefined, null, 'soon', 0, -5, {}]) {
      expect(one({ timestamp, message: { mid: 'm', text: 'a' } }).at).toBe(receivedAt);
    }
  });

  test('a timestamp may be a string', () => {
    const event = one({ timestamp: '1527459824000', message: { mid: 'm', text: 'a' } });
    expect(event.at).toBe(1_527_459_824_000);
  });

  test('events without an id of the platform have the same id in every copy of a delivery', () => {
    const opened = from({ postback: { title: 'Bắt đầu', payload: 'GET_STARTED' } });
    const again = from({ ...opened, timestamp: 1_700_000_000_001 });
    const [first, copy] = [
      parse(delivery({ messaging: [opened] })),
      parse(delivery({ messaging: [opened] })),
    ];
    expect(copy).toEqual(first);
    expect(parse(delivery({ messaging: [again] }))[0]?.id).not.toBe(first[0]?.id);
  });

  test('each edit of a message is an event of its own', () => {
    const edit = (n: unknown): string =>
      one({ message_edit: { mid: 'm', text: 'b', num_edit: n } }).id;
    expect(new Set([edit(1), edit('1'), edit(2)]).size).toBe(2);
  });
});

describe('several at once', () => {
  test('every entry and every event in it is read, in order', () => {
    const said = (mid: string) => from({ message: { mid, text: mid } });
    const events = parse({
      object: 'page',
      entry: [
        { id: page, messaging: [said('a'), said('b')] },
        { id: page, standby: [said('c')], messaging: [said('d')] },
        { id: 'another page', messaging: [said('x')] },
        { id: page, messaging: [said('e')] },
      ],
    });
    expect(events.map(summary)).toEqual([
      'text “a”',
      'text “b”',
      'text “d”',
      'text “c” (standby)',
      'text “e”',
    ]);
  });

  test('an entry that cannot be read takes no other with it', () => {
    const good = { id: page, messaging: [from({ message: { mid: 'm', text: 'còn đây' } })] };
    const events = parse({
      object: 'page',
      entry: [null, 7, { id: page, messaging: 'not a list' }, good, { messaging: [] }],
    });
    expect(events.map(summary)).toEqual(['unsupported entry', 'text “còn đây”']);
  });

  test('an event that cannot be read takes no other with it', () => {
    const events = parse(
      delivery({
        messaging: [
          null,
          from({ message: { text: 'no mid' } }),
          from({ message: { mid: 'm', text: 'còn đây' } }),
        ],
      }),
    );
    expect(events.map(summary)).toEqual([
      'unsupported messaging',
      'unsupported messaging',
      'text “còn đây”',
    ]);
  });
});

describe('what people send', () => {
  test('a message keeps its words where something beside them is of a new shape', () => {
    const message = { mid: 'm', text: 'Cho em hỏi', attachments: [{ kind: 9 }], quick_reply: 'x' };
    expect(summary(one({ message }))).toBe('text “Cho em hỏi”');
  });

  test('a message with neither words nor attachment is unsupported, and says for whom', () => {
    const event = one({ message: { mid: 'm', text: '' } });
    expect(summary(event)).toBe('unsupported message');
    expect(event.address).toBe(person);
  });

  test.each(['template', 'post', 'constructor', '__proto__', 'toString'])(
    'an attachment of the kind %s is unsupported',
    (type) => {
      const event = one({ message: { mid: 'm', attachments: [{ type, payload: {} }] } });
      expect(summary(event)).toBe(`unsupported attachment:${type}`);
    },
  );

  test.each([
    ['audio', 'audio'],
    ['video', 'video'],
    ['reel', 'video'],
    ['ig_reel', 'video'],
    ['file', 'file'],
    ['sticker', 'sticker'],
  ])('an attachment %s is one of the kind %s', (type, kind) => {
    const payload = { url: 'https://cdn.example/a' };
    const event = one({ message: { mid: 'm', attachments: [{ type, payload }] } });
    expect(summary(event)).toBe(`attachment ${kind} at a url`);
  });

  test('a location keeps no coordinates and no map', () => {
    const place = {
      type: 'location',
      payload: { url: 'https://maps.example/12.3,4.5', coordinates: { lat: 12.66, long: 108.05 } },
    };
    const event = one({ message: { mid: 'm', attachments: [place] } });
    expect(JSON.stringify(event)).not.toMatch(/108|12\.|maps/);
  });

  test('a pressed button in standby has no payload and still counts as somebody being there', () => {
    const [event] = parse(delivery({ standby: [from({ postback: { title: 'Giấy tờ' } })] }));
    expect(event).toMatchObject({ type: 'opened', standby: true });
  });

  test('a reaction touches, taking it back does not', () => {
    const reaction = { mid: 'm', reaction: 'love', emoji: '❤' };
    expect(one({ reaction: { ...reaction, action: 'react' } }).type).toBe('touched');
    const back = from({ reaction: { ...reaction, action: 'unreact' } });
    expect(parse(delivery({ messaging: [back] }))).toEqual([]);
  });

  test('what is unsupported carries its own part of the delivery and nobody else’s', () => {
    const other = from({ message: { mid: 'm', text: 'chuyện riêng của người khác' } });
    const news = from({ brand_new: { n: 1 } });
    const [, event] = parse(delivery({ messaging: [other, news] }));
    expect(event).toMatchObject({ type: 'unsupported', what: 'brand_new' });
    expect(JSON.parse((event as { raw: string }).raw)).toEqual(news);
  });
});

describe('echoes', () => {
  const echo = (message: Record<string, unknown>): InboundEvent[] =>
    parse(
      delivery({
        messaging: [
          {
            sender: { id: page },
            recipient: { id: person },
            timestamp: 1_700_000_000_000,
            message: { mid: 'm_echo', is_echo: true, ...message },
          },
        ],
      }),
    );

  test('our own mark settles the call that carries it', () => {
    const mark = `out/messenger/${page}/${person}/re/abc/0/1`;
    const [event] = echo({ text: 'Chào', app_id: 1, metadata: `nhipcau:${mark}` });
    expect(event).toMatchObject({
      type: 'sent',
      jobId: mark,
      platformId: 'm_echo',
      conversationId: `messenger/${page}/${person}`,
    });
  });

  test.each([26390203743090, '26390203743090', undefined, null])(
    'an answer out of the Page inbox (app %s) is a colleague’s, to that person',
    (app_id) => {
      const [event] = echo({ text: 'Chị Hoa đây', app_id });
      expect(event).toMatchObject({
        type: 'pageReply',
        text: 'Chị Hoa đây',
        address: person,
        conversationId: `messenger/${page}/${person}`,
      });
    },
  );

  test('another app’s message, and metadata that is not ours, are nobody’s', () => {
    expect(echo({ text: 'Khuyến mãi', app_id: 5, metadata: 'theirs' })).toEqual([]);
  });

  test('an echo that says for nobody is dropped', () => {
    const message = { mid: 'm', is_echo: true, text: 'a' };
    expect(parse(delivery({ messaging: [{ sender: { id: page }, message }] }))).toEqual([]);
  });
});

describe('comments under the Page’s posts', () => {
  const comment = (value: Record<string, unknown>): InboundEvent[] => {
    const about = { item: 'comment', verb: 'add', comment_id: 'c_1', post_id: 'p_1' };
    return parse(delivery({ changes: [{ field: 'feed', value: { ...about, ...value } }] }));
  };

  test('a person’s comment is kept with its time, which comes in seconds', () => {
    const [event] = comment({
      from: { id: '77', name: 'Y Bliêm' },
      message: 'Cho mình hỏi lớp học',
      created_time: 1_700_000_000,
    });
    expect(event).toMatchObject({
      id: `messenger/${page}/c_1/add`,
      type: 'comment',
      commentId: 'c_1',
      text: 'Cho mình hỏi lớp học',
      postId: 'p_1',
      address: '77',
      at: 1_700_000_000_000,
    });
  });

  test('a comment without words, or with a time nobody can read, is still one', () => {
    const [event] = comment({ from: { id: '77' }, created_time: '2026-11-26T02:00:00+0000' });
    expect(event).toMatchObject({ type: 'comment', text: '', at: receivedAt });
  });

  test('our own comments and those without an author are ignored', () => {
    expect(comment({ from: { id: Number(page) }, message: 'a' })).toEqual([]);
    expect(comment({ message: 'a' })).toEqual([]);
  });

  test('a second copy of a comment has the same id', () => {
    const [first] = comment({ from: { id: '77' }, message: 'a' });
    const [copy] = comment({ from: { id: '77' }, message: 'a' });
    expect(copy?.id).toBe(first?.id);
  });
});

describe('what is no delivery', () => {
  const refusal = (body: Uint8Array): unknown => {
    try {
      parseMessenger({ ...request(''), body }, page);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each([
    ['nothing', Buffer.from('')],
    ['no JSON', Buffer.from('hub=1')],
    ['JSON cut off', Buffer.from('{"object":"page","entry":[{"id":')],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['10,000 levels deep', Buffer.from('['.repeat(10_000) + ']'.repeat(10_000))],
    ['100 levels deep', Buffer.from('{"a":'.repeat(100) + '1' + '}'.repeat(100))],
  ])('a body that is %s is refused', (_what, body) => {
    expect(refusal(body)).toMatchObject({ code: 'bad_json', status: 400 });
    expect(refusal(body)).toBeInstanceOf(AppError);
  });

  test.each([
    [null],
    [[]],
    [{}],
    [7],
    ['x'],
    [{ object: 'instagram', entry: [] }],
    [{ object: 'page' }],
  ])('JSON that is no delivery of a Page (%j) holds no events', (body) => {
    expect(parse(JSON.stringify(body))).toEqual([]);
  });

  test('names out of the language’s own cupboard are ordinary ids', () => {
    const body = `{"object":"page","entry":[{"id":"${page}","messaging":[{
      "sender":{"id":"__proto__"},"timestamp":1700000000000,"__proto__":{"isAdmin":true},
      "message":{"mid":"$where","text":"constructor"}}]}]}`;
    expect(parse(body)).toEqual([
      expect.objectContaining({
        type: 'text',
        id: `messenger/${page}/$where`,
        conversationId: `messenger/${page}/__proto__`,
      }),
    ]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test('objects that refuse to become text are no reason to fail', () => {
    const strange = { toString: false, valueOf: false };
    const read = parse(
      delivery({ changes: [{ field: strange }], messaging: [{ timestamp: strange }] }),
    );
    expect(read.map(({ type }) => type)).toEqual(['unsupported', 'unsupported']);
  });
});
