import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseMessenger } from '../../src/channels/messenger-events.ts';
import type { Instant } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { payload } from '../support/payloads.ts';

const page = '100000000000001';
const person = '200000000000001';

/** The one event of a delivery whose form may be new to us. */
function heard(event: Record<string, unknown>, ofPage = page): InboundEvent | undefined {
  const body = { object: 'page', entry: [{ id: ofPage, time: 1, messaging: [event] }] };
  const request = {
    method: 'POST' as const,
    query: {},
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    receivedAt: 1_800_000_000_000 as Instant,
  };
  return parseMessenger(request, ofPage)[0];
}

const from = (what: Record<string, unknown>): Record<string, unknown> => ({
  sender: { id: person },
  recipient: { id: page },
  timestamp: 1_700_000_000_000,
  ...what,
});

function wordsOf(event: InboundEvent | undefined): string | undefined {
  if (event?.type === 'choice') return event.title;
  return event?.type === 'text' ? event.text : undefined;
}

describe('a text', () => {
  const beside = [
    'metadata',
    'sticker_id',
    'is_echo',
    'is_deleted',
    'is_unsupported',
    'app_id',
    'quick_reply',
    'attachments',
    'reply_to',
    'nlp',
    'commands',
  ];
  // `true` says what the flags say.
  const anything = fc.jsonValue().filter((value) => value !== true);
  const texts = ['01-text', '02-quick-reply', '08-fallback-link', '09-reply-to'];

  test.each(texts)('of %s arrives, whatever form stands beside it', (name) => {
    const sent = payload(`messenger/${name}`) as {
      entry: [{ id: string; messaging: [Record<string, unknown>] }];
    };
    const [
      {
        id,
        messaging: [event],
      },
    ] = sent.entry;
    const said = event['message'] as Record<string, unknown>;
    const fields = [...new Set([...beside, ...Object.keys(said)])].filter(
      (field) => field !== 'mid' && field !== 'text',
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), anything, anything, (field, value, timestamp) => {
        const message = { ...said, [field]: value };
        const change = { ...event, timestamp, recipient: value, referral: value, message };
        const arrived = heard(change, id);
        expect(arrived?.address).toBe((event['sender'] as { id: string }).id);
        expect(wordsOf(arrived)).toBe(said['text']);
      }),
    );
  });

  test.each(['metadata', 'sticker_id', 'is_echo', 'is_deleted', 'app_id', 'quick_reply'])(
    'arrives with %s null',
    (field) => {
      const message = { mid: 'm', text: 'Cho em hỏi', [field]: null };
      expect(wordsOf(heard(from({ message, read: null })))).toBe('Cho em hỏi');
    },
  );

  test('that cannot be read at all still says whose it is, so that the person hears of it', () => {
    expect(heard(from({ message: { text: { new: 'form' }, mid: null } }))).toMatchObject({
      type: 'unsupported',
      what: 'messaging',
      address: person,
    });
    const own = from({ sender: { id: page }, message: {} });
    expect(heard(own)).toMatchObject({ type: 'unsupported', address: '' });
  });
});

describe('a command', () => {
  const said = (text: string, ...names: string[]) =>
    heard(from({ message: { mid: 'm', text, commands: names.map((name) => ({ name })) } }));

  test.each(['/lop', 'lop', '@lop', ' /LOP '])('“%s” alone is its button', (text) => {
    expect(said(text, 'lop')).toMatchObject({ type: 'choice', payload: 'ask:training' });
  });

  test('beside other words, of another name or one of several is what somebody writes', () => {
    expect(said('/lop ở Ea Kar', 'lop')).toMatchObject({ type: 'text', text: '/lop ở Ea Kar' });
    expect(said('/lop /menu', 'lop', 'menu')).toMatchObject({ type: 'text' });
    expect(said('/constructor', 'constructor')).toMatchObject({ type: 'text' });
  });
});
