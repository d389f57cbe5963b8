import { describe, expect, test } from '@jest/globals';
import type { WebhookRequest } from '../../src/channels/channel.ts';
import { parseZaloOa } from '../../src/channels/zalo-oa-events.ts';
import type { Instant } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { oaOf, payload, payloadsOf } from '../support/payloads.ts';
import { citizen, oaId, zaloEvent } from '../support/platforms/zalo-oa.ts';

const receivedAt = 1_800_000_000_000 as Instant;
const at = receivedAt - 1_000;

const request = (body: unknown, headers: Record<string, string> = {}): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt,
});
const parse = (body: unknown, ourOa = oaId, headers?: Record<string, string>): InboundEvent[] =>
  parseZaloOa(request(body, headers), ourOa);
const one = (name: string, what: Record<string, unknown>): InboundEvent => {
  const events = parse(zaloEvent(name, what, at));
  expect(events).toHaveLength(1);
  return events[0]!;
};

/** What each kind of event comes down to, in one line. */
function summary(event: InboundEvent): string {
  const who = event.address === '' ? '' : ` by ${event.address}`;
  switch (event.type) {
    case 'text':
    case 'pageReply':
      return `${event.type} “${event.text}”${who}`;
    case 'choice':
      return `choice ${event.payload} “${event.title}”${who}`;
    case 'attachment':
      return `attachment ${event.kind}${event.url === undefined ? '' : ' at a url'}${who}`;
    case 'opened':
      return `opened ${event.ref ?? ''}${who}`;
    case 'enforced':
      return `enforced ${event.action}: ${event.reason}`;
    case 'unsupported':
      return `unsupported ${event.what}${event.raw === undefined ? '' : ', kept'}${who}`;
    case 'touched':
      return `touched by ${event.what}${who}`;
    default:
      return `${event.type}${who}`;
  }
}

/** Every published webhook of the OA, and exactly what it means to us. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  '01-oa-user-send-text': [`text “This is testing message” by ${citizen}`],
  '02-oa-user-send-sticker': [`attachment sticker at a url by ${citizen}`],
  // Words under a picture are a question.
  '03-oa-user-send-image': [`text “This is testing message” by ${citizen}`],
  '04-oa-user-send-file': [`attachment file at a url by ${citizen}`],
  // Our own message come back: no officer typed it.
  '05-oa-echo-oa-send-text': [],
  '06-oa-user-send-text-docs': ['text “message” by 246845883529197922'],
  '07-oa-follow': ['opened oa_profile by 24684588352919792'],
  // Neither birthday nor gender nor address.
  '08-oa-user-submit-info': ['text “Name Example, 0912345678” by 246845883529697922'],
  '09-oa-add-user-to-tag': ['unsupported add_user_to_tag'],
  // Delivered to a telephone number: nobody we know.
  '10-zns-user-received-message': [],
  '11-oa-user-send-location': ['attachment location by sender-1'],
  '12-oa-user-seen-message-array': ['delivered by USER_ID'],
  '13-oa-registration-probe': [],
  // Answers of the API are no events.
  '14-oa-token-response': [],
  '15-oa-error-outside-window': [],
};

describe('what Zalo publishes of its OA', () => {
  test.each(Object.entries(meanings))('%s is understood', (name, expected) => {
    const file = `zalo/${name}`;
    expect(parse(payload(file), oaOf(file)).map(summary)).toEqual(expected);
  });

  test('every published webhook is in a table', () => {
    const bots = payloadsOf('zalo').filter((name) => /-bot-/.test(name));
    const known = Object.keys(meanings).map((name) => `zalo/${name}`);
    expect(payloadsOf('zalo')).toEqual([...known, ...bots].sort());
  });

  test.each(Object.keys(meanings))('%s of an OA that is not ours is dropped', (name) => {
    expect(parse(payload(`zalo/${name}`), 'some-other-oa')).toEqual([]);
  });
});

describe('ids', () => {
  test('a text carries its ids, its conversation and its time', () => {
    expect(one('user_send_text', { message: { msg_id: 'm1', text: 'Chào em' } })).toEqual({
      id: `zalo/${oaId}/user_send_text/m1`,
      channel: 'zalo',
      account: oaId,
      address: citizen,
      conversationId: `zalo/${oaId}/${citizen}`,
      at,
      type: 'text',
      text: 'Chào em',
    });
  });

  test('ids sent as numbers lose no digit: two people beyond 2^53 stay two', () => {
    const body = (from: string): string =>
      `{"event_name":"user_send_text","timestamp":${at},"sender":{"id":${from}},` +
      `"recipient":{"id":${oaId}},"message":{"msg_id":9007199254740995,"text":"a 4339761418830368433 b"}}`;
    const [first] = parse(body('4339761418830368433'));
    const [second] = parse(body('4339761418830368434'));
    expect(first).toMatchObject({
      address: '4339761418830368433',
      id: `zalo/${oaId}/user_send_text/9007199254740995`,
      at,
      text: 'a 4339761418830368433 b',
    });
    expect(second?.address).toBe('4339761418830368434');
  });

  test('events without an id of the platform have the same id in every copy, and another at another time', () => {
    const follow = (when: number): InboundEvent[] =>
      parse(zaloEvent('follow', { follower: { id: '7' }, sender: undefined }, when));
    expect(follow(at)).toEqual(follow(at));
    expect(follow(at)[0]?.id).not.toBe(follow(at + 1)[0]?.id);
  });

  test.each([undefined, null, 'soon', '0', -5, {}, '154390853474'])(
    'a timestamp that cannot be (%p) is the time of receipt',
    (timestamp) => {
      const event = one('user_send_text', { timestamp, message: { msg_id: 'm', text: 'a' } });
      expect(event.at).toBe(receivedAt);
    },
  );
});

describe('what people do', () => {
  const said = (text: string): string =>
    summary(one('user_send_text', { message: { msg_id: 'm', text } }));

  test.each([
    ['#ask:training/fee Học phí', 'choice ask:training/fee “Học phí”'],
    ['#menu:', 'choice menu: “menu:”'],
    ['#khởi nghiệp', 'text “#khởi nghiệp”'],
    ['# ask:training', 'text “# ask:training”'],
    ['hỏi #ask:training', 'text “hỏi #ask:training”'],
  ])('“%s” is %s', (text, meaning) => {
    expect(said(text)).toBe(`${meaning} by ${citizen}`);
  });

  test.each([
    ['image', 'attachment image at a url'],
    ['gif', 'attachment image at a url'],
    ['audio', 'attachment audio at a url'],
    ['video', 'attachment video at a url'],
    ['file', 'attachment file at a url'],
    ['sticker', 'attachment sticker at a url'],
    ['link', 'text “https://a.example/1”'],
    ['business_card', 'unsupported user_send_business_card'],
    ['hologram', 'unsupported user_send_hologram'],
  ])('user_send_%s is %s', (kind, meaning) => {
    const attachments = [{ type: kind, payload: { url: 'https://a.example/1', description: 'x' } }];
    const event = one(`user_send_${kind}`, { message: { msg_id: 'm', attachments } });
    expect(summary(event)).toBe(`${meaning} by ${citizen}`);
  });

  test('a location keeps no coordinates, and a business card not the number of somebody else', () => {
    const place = {
      coordinates: { latitude: '12.66', longitude: '108.05' },
      url: 'https://m/12.66',
    };
    const card = { description: '{"phone":"0912345678"}', url: 'https://c' };
    const read = ['location', 'business_card'].map((kind) =>
      one(`user_send_${kind}`, {
        message: {
          msg_id: 'm',
          attachments: [{ type: kind, payload: kind === 'location' ? place : card }],
        },
      }),
    );
    expect(JSON.stringify(read)).not.toMatch(/12\.66|108|0912/);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['follow', 'opened oa_profile by 7', { follower: { id: '7' }, source: 'oa_profile' }],
    ['unfollow', 'left by 7', { follower: { id: '7' } }],
    ['user_click_chatnow', 'opened chatnow by 7', { user_id: '7', oa_id: oaId, sender: undefined }],
    ['user_click_button', `touched by button by ${citizen}`, {}],
    ['user_call_oa', `touched by call by ${citizen}`, { talk_time: '1200' }],
    [
      'user_withdraw',
      'choice case:erase “Yêu cầu về dữ liệu cá nhân, gửi từ Zalo” by 7',
      { user_id: '7', oa_id: oaId, sender: undefined },
    ],
    [
      'change_oa_daily_quota',
      'enforced change_oa_daily_quota: quota: "1000"',
      {
        oa_id: oaId,
        quota: '1000',
        sender: undefined,
        recipient: undefined,
        user_id_by_app: undefined,
      },
    ],
    [
      'change_template_status',
      'enforced change_template_status: template_id: "9" · status: {"new":"REJECT"}',
      {
        oa_id: oaId,
        template_id: '9',
        status: { new: 'REJECT' },
        sender: undefined,
        recipient: undefined,
        user_id_by_app: undefined,
      },
    ],
    ['remove_tag', 'unsupported remove_tag', { oa_id: oaId, tag: { name: 'x' } }],
    ['oa_send_consent', 'unsupported oa_send_consent', { oa_id: oaId, phone: '84912345678' }],
    ['something_new', 'unsupported something_new, kept', {}],
  ])('%s is %s', (name, meaning, what) => {
    expect(summary(one(name, what))).toBe(meaning);
  });

  test.each<[string, Record<string, unknown>]>([
    ['user_reacted_message', { message: { msg_id: 'm', react_icon: '/-heart' } }],
    ['oa_reacted_message', { sender: { id: oaId }, recipient: { id: citizen } }],
    ['user_call_oa', { talk_time: 0 }],
    ['user_call_oa', {}],
  ])('%s opens no window and asks for nothing', (name, what) => {
    expect(parse(zaloEvent(name, what, at))).toEqual([]);
  });

  test('information that was sent by Zalo’s form is name and number, in the new and the old shape', () => {
    const [recent, old] = [
      { info: { name: 'H’ Hoa Niê', phone: '84912345678', user_dob: '30/10/1999', gender: 'Nữ' } },
      { name: 'H’ Hoa Niê', phone: 84912345678, address: 'buôn Akõ Dhông', city: 'x', phone_: '' },
    ].map((what) => one('user_submit_info', what));
    expect(recent).toMatchObject({ type: 'text', text: 'H’ Hoa Niê, 0912345678' });
    expect(old).toMatchObject({ type: 'text', text: 'H’ Hoa Niê' });
    expect(JSON.stringify([recent, old])).not.toMatch(/1999|Nữ|Akõ/);
  });
});

describe('groups', () => {
  test.each(['user_send_group_text', 'user_join_group', 'create_group', 'delete_group'])(
    '%s is counted, and nobody’s words are kept',
    (name) => {
      const event = one(name, {
        oa_id: oaId,
        group_id: 'g1',
        recipient: { id: 'g1' },
        message: { msg_id: 'm', text: 'chuyện trong nhóm' },
      });
      expect(summary(event)).toBe(`unsupported ${name}`);
      expect(JSON.stringify(event)).not.toMatch(/chuyện/);
    },
  );

  test('of a group’s own echoes nothing is made', () => {
    expect(parse(zaloEvent('oa_send_group_text', { oa_id: oaId }, at))).toEqual([]);
  });
});

describe('somebody who is not logged in', () => {
  const message = { msg_id: 'm', text: 'Chào', conversation_id: 'c:9' };

  test('is known for one conversation, and answered in it', () => {
    const event = one('anonymous_send_text', { sender: { id: 'a1' }, message });
    expect(event).toMatchObject({
      type: 'text',
      address: 'anonymous:a1:c:9',
      conversationId: `zalo/${oaId}/anonymous:a1:c:9`,
    });
  });

  test('and an officer who answers in Zalo’s chat holds that conversation', () => {
    const [event] = parse(
      zaloEvent(
        'oa_send_anonymous_text',
        { sender: { id: oaId, admin_id: '1' }, recipient: { id: 'a1' }, message },
        at,
      ),
    );
    expect(event).toMatchObject({ type: 'pageReply', address: 'anonymous:a1:c:9' });
  });

  test('a conversation’s id on an ordinary message makes nobody anonymous', () => {
    expect(one('user_send_text', { message }).address).toBe(citizen);
  });
});

describe('echoes', () => {
  const echo = (sender: Record<string, unknown>): InboundEvent[] =>
    parse(
      zaloEvent(
        'oa_send_text',
        { sender, recipient: { id: citizen }, message: { msg_id: 'e', text: 'Chị Hoa đây' } },
        at,
      ),
    );

  test('what an officer typed in Zalo’s own chat is a colleague’s, to that person (D6)', () => {
    expect(echo({ id: oaId, admin_id: '99' }).map(summary)).toEqual([
      `pageReply “Chị Hoa đây” by ${citizen}`,
    ]);
  });

  test('our own message come back is nothing at all (D6)', () => {
    expect(echo({ id: oaId })).toEqual([]);
  });
});

describe('what is no event', () => {
  test.each(['null', '7', '"x"', '[]', '{}', '{"event_name":""}', '{"event_name":5}'])(
    '%s is none',
    (body) => {
      expect(parse(body)).toEqual([]);
    },
  );

  test('an event that says of no OA is kept, so that it can be learnt', () => {
    const [event] = parse({ event_name: 'user_send_text', timestamp: String(at) });
    expect(event).toMatchObject({ type: 'unsupported', what: 'user_send_text', address: '' });
    expect((event as { raw?: string }).raw).toContain('user_send_text');
  });

  test('a receipt of a notification is passed over, by its header too', () => {
    const seen = zaloEvent(
      'user_received_message',
      { sender: { id: oaId }, recipient: { id: '84912345678' }, message: { msg_id: 'm' } },
      at,
    );
    expect(parse(seen, oaId, { 'x-zevent-server': 'ZNS' })).toEqual([]);
    expect(parse(seen).map(({ type }) => type)).toEqual(['delivered']);
  });
});
