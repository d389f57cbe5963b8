import { expect } from '@jest/globals';
import type { Json } from '../../src/channels/channel.ts';
import type { MessengerCall, SendCall } from '../../src/channels/messenger.ts';
import type { ZaloCall } from '../../src/channels/zalo-oa.ts';
import type { Shown } from '../contracts/channel-contract.ts';

type EdgeCall = Extract<MessengerCall, { readonly edge: string }>;

/** What Messenger’s Send API takes. Source: channels.md A.1.6, read 2026-11-23. */
export function readMessenger(json: Json): Shown {
  const { edge, body } = json as Partial<EdgeCall>;
  if (edge !== undefined) return readEdge(edge, body);
  const { recipient, messaging_type, tag, message } = json as SendCall;
  expect(recipient.id ?? recipient.comment_id).toMatch(/./);
  expect(tag !== undefined).toBe(messaging_type === 'MESSAGE_TAG');
  expect(message.text !== undefined).not.toBe(message.attachment !== undefined);
  if (message.text !== undefined) {
    expect(message.text.trim()).not.toBe('');
    expect(message.text.length).toBeLessThanOrEqual(2_000);
    const quick = message.quick_replies ?? [];
    expect(quick.length).toBeLessThanOrEqual(13);
    for (const { title, payload } of quick) expectFits(title, payload);
    return {
      text: message.text,
      titles: quick.map(({ title }) => title),
      payloads: quick.map(({ payload }) => payload),
      links: [],
    };
  }
  const { text: words = '', buttons = [], url } = message.attachment!.payload;
  if (message.attachment!.type === 'template') {
    expect(words.trim()).not.toBe('');
    expect(words.length).toBeLessThanOrEqual(640);
    expect(buttons.length).toBeGreaterThanOrEqual(1);
    expect(buttons.length).toBeLessThanOrEqual(3);
    for (const { title, payload, url } of buttons) {
      expectFits(title, payload);
      expect(payload === undefined).toBe(url !== undefined);
    }
  } else expect(url).toBeDefined();
  return {
    text: words,
    titles: buttons.map(({ title }) => title),
    payloads: buttons.flatMap(({ payload }) => (payload === undefined ? [] : [payload])),
    links: buttons.flatMap((button) => (button.url === undefined ? [] : [button.url])),
  };
}

function readEdge(edge: string, body: EdgeCall['body'] = {}): Shown {
  if (edge.endsWith('/pass_thread_control')) {
    expect(body).toMatchObject({ recipient: { id: expect.stringMatching(/./) } });
    return { text: '', titles: [], payloads: [], links: [] };
  }
  expect(edge).toMatch(/^[^/]+\/comments$/);
  const text = body['message'];
  expect(text).toEqual(expect.stringMatching(/\S/));
  return { text: text as string, titles: [], payloads: [], links: [] };
}

function expectFits(title: string, payload = 'none'): void {
  expect(title.trim()).not.toBe('');
  expect(title.length).toBeLessThanOrEqual(20);
  expect(payload).not.toBe('');
  expect(payload.length).toBeLessThanOrEqual(1_000);
}

/** What Zalo’s Open API takes of an OA. Source: channels.md A.3, read 2026-11-23. */
export function readZalo(call: Json): Shown {
  // Only this channel's own render made it.
  const { message } = (call as ZaloCall).body;
  const { buttons = [], elements = [] } = message.attachment?.payload ?? {};
  expect(buttons.length).toBeLessThanOrEqual(5);
  if (message.text === undefined) expect(message.attachment).toBeDefined();
  else expect(message.text.trim()).not.toBe('');
  expect((message.text ?? '').length).toBeLessThanOrEqual(2_000);
  for (const { title } of buttons) {
    expect(title.trim()).not.toBe('');
    expect(title.length).toBeLessThanOrEqual(100);
  }
  return {
    text: message.text ?? '',
    titles: buttons.map(({ title }) => title),
    payloads: buttons.flatMap(({ type, payload }) =>
      type === 'oa.query.hide' && typeof payload === 'string'
        ? [payload.replace(/^#(\S+) .*$/s, '$1')]
        : [],
    ),
    links: [
      ...buttons.flatMap(({ payload }) => (typeof payload === 'string' ? [] : [payload.url])),
      ...elements.map(({ url = '' }) => url),
    ],
  };
}
