import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer, Sender } from '../../src/channels/call.ts';
import type { Allowed, Channel, Json, WebhookRequest } from '../../src/channels/channel.ts';
import type { Instant } from '../../src/clock.ts';
import type { Reach } from '../../src/conversation/conversation.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import type { Purpose, Reply } from '../../src/conversation/reply.ts';
import { AppError, ChannelError } from '../../src/errors.ts';

/** What a person sees of one call. */
export interface Shown {
  readonly text: string;
  /** Titles of buttons. */
  readonly titles: readonly string[];
  /** What comes back when one of them is pressed. */
  readonly payloads: readonly string[];
  readonly links: readonly string[];
}

export interface ChannelSubject {
  /** The channel over a fake way out of the process. */
  make(sender: Sender): Channel;
  /** A body as the platform sends and signs it. */
  signed(body: Uint8Array): WebhookRequest;
  /** Bodies that look like the platform's, with anything in the places that matter. */
  readonly bodies: fc.Arbitrary<unknown>;
  /** A delivery of one ordinary text. */
  readonly text: unknown;
  /** What a person sees of a call, and a failure where the platform would refuse its form. */
  read(call: Json): Shown;
}

const nowhere: Sender = {
  send: () => Promise.reject(new Error('Nothing is to be sent here.')),
  async close() {},
};
const answering = (answer: () => HttpAnswer): Sender => ({
  async send() {
    return answer();
  },
  async close() {},
});

const normal: Allowed = { allowed: true, via: 'normal' };

/** What holds for every channel. A channel that is read and not sent to (`pull`) has nothing to render or send. */
export function channelContract(name: string, subject: ChannelSubject): void {
  const channel = subject.make(nowhere);
  const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
  const parse = (body: Uint8Array): InboundEvent[] => channel.parse(subject.signed(body));

  describe(`${name} as a channel`, () => {
    test('says what it can show', () => {
      expect(channel.limits.textLength).toBeGreaterThan(0);
      expect(channel.limits.choices).toBeGreaterThanOrEqual(0);
      expect(channel.limits.perSecond).toBeGreaterThan(0);
    });

    test('lets nobody in without the platform’s signature', () => {
      const { headers: _, ...unsigned } = subject.signed(bytes(subject.text));
      expect(() => {
        channel.verify({ ...unsigned, headers: {} });
      }).toThrow(AppError);
    });

    test('may answer who has just written, by the rules that ship', () => {
      const now = 1_800_000_000_000 as Instant;
      const reach = { lastMessageAt: (now - 1_000) as Instant };
      expect(channel.allows('answer', reach, now)).toMatchObject({ allowed: true, via: 'normal' });
    });

    test('never writes to somebody who blocked it, and never passes the bot off as a human', () => {
      const instants = fc.integer({ min: 0, max: 2e9 }).map((n) => n as Instant);
      const purposes = fc.constantFrom<Purpose>(
        'answer',
        'comment',
        'moderator',
        'reminder',
        'broadcast',
      );
      const reaches: fc.Arbitrary<Reach> = fc.record(
        { lastMessageAt: instants, lastTouchAt: instants, lastCommentAt: instants },
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(purposes, reaches, instants, (purpose, reach, now) => {
          const blocked = { ...reach, blockedAt: 2e9 as Instant };
          expect(channel.allows(purpose, blocked, now)).toMatchObject({ allowed: false });
          const permission = channel.allows(purpose, reach, now);
          if (permission.allowed && permission.via === 'human') expect(purpose).toBe('moderator');
        }),
      );
    });
  });

  describe(`${name}, whatever is sent to it`, () => {
    test('throws nothing but bad_json, for any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
          expectTotal(() => parse(body), channel);
        }),
      );
    });

    test('throws nothing for any JSON', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (body) => {
          expectTotal(() => parse(bytes(body)), channel);
        }),
      );
    });

    test('throws nothing for what looks like the platform’s own', () => {
      fc.assert(
        fc.property(subject.bodies, (body) => {
          expectTotal(() => parse(bytes(body)), channel);
        }),
        { numRuns: 300 },
      );
    });

    test('throws nothing where one value is an object that can be made neither text nor number', () => {
      fc.assert(
        fc.property(subject.bodies, fc.nat(), (body, n) => {
          expectTotal(() => parse(bytes(withStubborn(body, n))), channel);
        }),
        { numRuns: 300 },
      );
    });

    test('reads the same ids out of a second copy', () => {
      fc.assert(
        fc.property(subject.bodies, (body) => {
          const read = (): readonly string[] => parse(bytes(body)).map(({ id }) => id);
          expect(read()).toEqual(read());
        }),
      );
    });
  });

  if (channel.delivery === 'pull') {
    test(`${name} is read, so nothing is rendered or sent`, async () => {
      expect(channel.render({ type: 'text', text: 'Chào' }, 'x', normal)).toEqual([]);
      await expect(channel.send({})).rejects.toBeInstanceOf(ChannelError);
    });
    return;
  }

  describe(`${name}, whatever it is to say`, () => {
    const { textLength, choices, choiceTitle } = channel.limits;
    const shownOf = (reply: Reply): Shown[] =>
      channel.render(reply, 'somebody', normal, 'out/x').map(subject.read);

    test('stays within the platform’s limits and loses no word, button or link', () => {
      fc.assert(
        fc.property(replies(choices), (reply) => {
          const shown = shownOf(reply);
          for (const { text, titles } of shown) {
            expect(text.length).toBeLessThanOrEqual(textLength);
            for (const title of titles) expect(title.length).toBeLessThanOrEqual(choiceTitle);
          }
          const said = squeezed(shown.map(({ text }) => text).join(''));
          for (const words of wordsOf(reply)) expect(said).toContain(squeezed(words));
          if (reply.type === 'text') {
            const payloads = (reply.choices ?? []).map(({ payload }) => payload);
            if (choices > 0) expect(shown.flatMap((one) => one.payloads)).toEqual(payloads);
          }
          if (reply.type === 'card') {
            const links = shown.flatMap((one) => one.links);
            for (const { url } of reply.links)
              expect(links.includes(url) || said.includes(squeezed(url))).toBe(true);
          }
        }),
        { numRuns: 300 },
      );
    });

    test('makes only calls that the platform takes, of any reply at all', () => {
      fc.assert(
        fc.property(anyReply, fc.constantFrom<Allowed['via']>('normal', 'human'), (reply, via) => {
          for (const call of channel.render(reply, '12345', { allowed: true, via }, 'out/x')) {
            const { text, titles } = subject.read(call);
            // Half a character is none.
            for (const words of [text, ...titles]) expect(words).not.toMatch(/\p{Cs}/u);
          }
        }),
        { numRuns: 100 },
      );
    });

    test('cuts no character from its accents', () => {
      fc.assert(
        fc.property(replies(choices), (reply) => {
          for (const { text } of shownOf(reply)) expect(text).not.toMatch(/^[\p{M}\u200d]/u);
        }),
      );
    });

    test('says the same when it is asked again, in calls that can be kept', () => {
      fc.assert(
        fc.property(replies(choices), (reply) => {
          const calls = channel.render(reply, 'somebody', normal, 'out/x');
          expect(channel.render(reply, 'somebody', normal, 'out/x')).toEqual(calls);
          expect(JSON.parse(JSON.stringify(calls))).toEqual(calls);
        }),
      );
    });
  });

  describe(`${name}, whatever the platform answers`, () => {
    const [call = {}] = channel.render({ type: 'text', text: 'Chào' }, 'somebody', normal);
    const statuses = fc.constantFrom(200, 201, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503);
    const contents = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string(),
    );

    test('sends, or throws a ChannelError', async () => {
      await fc.assert(
        fc.asyncProperty(statuses, contents, async (status, body) => {
          const sender = answering(() => ({ status, headers: {}, body }));
          const outcome = await subject
            .make(sender)
            .send(call)
            .catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ChannelError);
          else expect(outcome).toEqual({ platformId: expect.any(String) });
        }),
      );
    });

    test('takes an answer that says nothing for an outcome nobody knows', async () => {
      const mute = subject.make(answering(() => ({ status: 200, headers: {}, body: 'OK' })));
      await expect(mute.send(call)).rejects.toMatchObject({ retryable: true, outcome: 'unknown' });
    });
  });
}

/** The body with its n-th value (counted round and round) in a form that `String` and `Number` throw at. */
function withStubborn(body: unknown, n: number): unknown {
  let values = 0;
  const count = (_key: string, value: unknown): unknown => {
    values++;
    return value;
  };
  JSON.stringify(body, count);
  const chosen = n % values;
  let at = 0;
  const text = JSON.stringify(body, (_key, value: unknown) =>
    at++ === chosen ? { toString: null, valueOf: null } : value,
  );
  return JSON.parse(text) as unknown;
}

/** Events, each with what the rest of the program relies on, or a body that is no JSON. */
function expectTotal(parse: () => InboundEvent[], { name }: Channel): void {
  let events: InboundEvent[] = [];
  try {
    events = parse();
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad_json', status: 400 });
  }
  for (const event of events) {
    expect(event.channel).toBe(name);
    expect(event.id.startsWith(`${name}/${event.account}/`)).toBe(true);
    expect(event.conversationId).toBe(`${name}/${event.account}/${event.address}`);
    expect(Number.isFinite(event.at)).toBe(true);
    for (const value of Object.values(event)) expect(typeof value).not.toBe('function');
  }
}

const squeezed = (text: string): string => text.normalize('NFC').replaceAll(/\s/g, '');

function wordsOf(reply: Reply): readonly string[] {
  switch (reply.type) {
    case 'text':
      return [reply.text];
    case 'card':
      return [reply.title, reply.body];
    case 'image':
      return [reply.alt];
  }
}

/** Replies of any words, of any number of buttons and links: more than anything we have ever says. */
const anyReply: fc.Arbitrary<Reply> = (() => {
  const words = (maxLength: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constantFrom('', ' \n'),
      fc.string({ unit: 'grapheme', maxLength, size: 'max' }),
      fc.string({ unit: 'binary', maxLength, size: 'max' }),
      fc.nat({ max: maxLength }).map((n) => 'ế'.normalize('NFD').repeat(n)),
      fc.nat({ max: maxLength / 4 }).map((n) => 'Hồ sơ gồm 👩🏽‍🌾 '.repeat(n)),
    );
  // Nobody can press what has no words.
  const title = words(60).map((text) => `Nút ${text}`);
  // By contract of dialogue/payload.ts at most 64 bytes; one that is longer must do no harm.
  const payload = fc.oneof(
    fc.stringMatching(/^[a-z:/_]{1,64}$/),
    words(60).map((x) => `a:${x}`),
  );
  const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 20 });
  const choices = list(fc.record({ title, payload, privately: fc.constant(true as const) }));
  const text = words(9_000);
  const said = { type: fc.constant('text' as const), text: text.map((x) => `Dạ ${x}`) };
  const to = fc.constantFrom('all' as const, 'author' as const);
  return fc.oneof(
    fc.record(
      {
        ...said,
        choices: fc.oneof(
          choices,
          choices.map((all) => all.slice(0, 3)),
        ),
        asks: fc.constant('contact' as const),
        handsOver: fc.constant(true as const),
      },
      { requiredKeys: ['type', 'text'] },
    ),
    fc.record({ ...said, choices, comment: fc.record({ id: fc.constant('1_2'), to }) }),
    fc.record({
      type: fc.constant('card' as const),
      title,
      body: text,
      links: list(fc.record({ title, url: fc.webUrl({ validSchemes: ['https'] }) })),
    }),
    fc.record({
      type: fc.constant('image' as const),
      url: fc.webUrl({ validSchemes: ['https'] }),
      alt: text,
    }),
  );
})();

/** Replies as flows may write them: words that are there, titles and payloads that are not empty. */
function replies(mostChoices: number): fc.Arbitrary<Reply> {
  const syllables = [
    'đăng ký',
    'ở',
    'xã',
    'phường',
    'ế',
    '\n\n',
    '. ',
    '👨‍👩‍👧',
    'e\u0302\u0301',
    'Buôn Ma Thuột',
  ];
  const said = (maxLength: number): fc.Arbitrary<string> =>
    fc
      .array(fc.constantFrom(...syllables, ' '), { minLength: 1, maxLength })
      .map((parts) => `Dạ ${parts.join('')}`);
  const choice = fc.record({
    title: said(8),
    payload: fc.integer({ min: 1, max: 9_999 }).map((n) => `ask:topic_${n}`),
  });
  const link = fc.record({
    title: said(8),
    url: fc.integer({ min: 1, max: 9_999 }).map((n) => `https://dichvucong.gov.vn/${n}`),
  });
  const choices = fc.array(choice, { maxLength: mostChoices });
  return fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: said(900), choices }),
    fc.record({
      type: fc.constant('card' as const),
      title: said(10),
      body: said(600),
      links: fc.array(link, { maxLength: 6 }),
    }),
    fc.record({
      type: fc.constant('image' as const),
      url: fc.constant('https://example.com/a.png'),
      alt: said(40),
    }),
  );
}
