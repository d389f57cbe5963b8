import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { messages } from '../../src/store/collections.ts';
import { questions } from '../support/load.ts';
import { startPlatform } from '../support/platform-server.ts';
import type { PlatformServer } from '../support/platform-server.ts';
import { cleanUp, makeHome, patience, startProgram, statusOf, until } from '../support/process.ts';
import type { Home, Program } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { openChat } from '../support/web-chat.ts';
import type { WebChat } from '../support/web-chat.ts';
import { deliveryOf, headersOf, messengerEnv, pageId } from '../support/webhook.ts';

const person = '200000000000001';

let home: Home;
let platform: PlatformServer;
let program: Program;
let chat: WebChat;

beforeAll(async () => {
  home = await makeHome();
  platform = await startPlatform();
  program = await startProgram(home, {
    env: { LOG_LEVEL: 'warn', ...messengerEnv(platform.url) },
  });
  chat = await openChat(home.url);
}, patience);

afterAll(async () => {
  await program.stop();
  await cleanUp();
  await platform.close();
}, patience);

const bytes = (text: string): Buffer => Buffer.from(text);
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const message = (value: string): Buffer =>
  bytes(
    `{"object":"page","entry":[{"id":"${pageId}","time":1,"messaging":[{"sender":{"id":"${person}"},` +
      `"recipient":{"id":"${pageId}"},"timestamp":1,"message":${value}}]}]}`,
  );

async function post(path: string, body: Buffer, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${home.url}${path}`, { method: 'POST', headers, body });
  await answer.body?.cancel();
  return answer.status;
}

const toMessenger = (body: Buffer, headers = headersOf(body)): Promise<number> =>
  post('/webhooks/messenger', body, headers);
const toChat = (body: Buffer): Promise<number> =>
  post('/widget/messages', body, {
    authorization: `Bearer ${chat.token}`,
    'content-type': 'application/json',
  });

/** Bytes as they are, on a connection of their own; the status line that comes back, if any. */
function raw(...chunks: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(home.port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    socket.setEncoding('utf8');
    socket.setTimeout(3_000, () => socket.destroy());
    socket.on('data', (data: string) => (answer += data));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer.split('\r\n')[0] ?? '');
    });
  });
}

/** What there is in the store, to see that nothing came of a request. */
async function stored(): Promise<number> {
  const jobs = await jobsIn(home, {}, 'inbox', 'outbox', 'dead');
  const lines = await lookInto(home, {}, (store) =>
    store.collection(messages).count({ at: { gt: 0 as never } }, 10_000),
  );
  return jobs.length + lines;
}

async function expectNothingCameOfIt(before: number): Promise<void> {
  expect(await stored()).toBe(before);
  expect(platform.brought).toEqual([]);
  expect(program.exit()).toBeUndefined();
  expect(await statusOf(`${home.url}/health/ready`)).toBe(200);
}

const unsigned = { 'content-type': 'application/json' };
const good = deliveryOf({ mid: 'm_hostile', from: person, text: questions[0]!, at: Date.now() });

const toTheWebhook: readonly (readonly [string, Buffer, Record<string, string>?])[] = [
  ['without a signature', good, unsigned],
  ['with a wrong signature', good, { ...headersOf(bytes('other')) }],
  ['with the old SHA-1 header alone', good, { 'x-hub-signature': 'sha1=00' }],
  ['with a signature of another length', good, { 'x-hub-signature-256': 'sha256=00' }],
  ['with a signature that is no hex', good, { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` }],
  ['changed after it was signed', Buffer.concat([good, bytes(' ')]), headersOf(good)],
  ['of 10 MB', Buffer.alloc(10_000_000, 0x20)],
  ['of 10,000 levels', bytes(deep(10_000))],
  ['with a message of 10,000 levels', message(deep(10_000))],
  ['with a text of 10,000 levels', message(`{"mid":"m_deep","text":${deep(10_000)}}`)],
  ['of 500,000 levels', bytes(deep(500_000))],
  [
    'that is not UTF-8',
    Buffer.concat([bytes('{"object":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]),
  ],
  ['that is no JSON', bytes('{"object":"page",')],
  ['that is empty', bytes('')],
  [
    'that is compressed',
    gzipSync(good),
    { ...headersOf(gzipSync(good)), 'content-encoding': 'gzip' },
  ],
];

test.each(toTheWebhook.map(([how]) => how))('a delivery %s is refused', async (how) => {
  const [, body, headers] = toTheWebhook.find(([name]) => name === how)!;
  const before = await stored();
  const status = await toMessenger(body, headers);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  await expectNothingCameOfIt(before);
});

/** Signed, so Meta sent it: it is acknowledged, or it would come again for hours and the webhook be switched off. */
const signedNonsense: readonly (readonly [string, Buffer])[] = [
  ['null', bytes('null')],
  ['a number', bytes('1e999')],
  ['an object of another kind', bytes('{"object":"instagram","entry":[]}')],
  ['with __proto__', bytes('{"object":"page","entry":[],"__proto__":{"polluted":true}}')],
  ['of another Page', bytes('{"object":"page","entry":[{"id":"1","messaging":[{}]}]}')],
];

test.each(signedNonsense)(
  'a signed delivery (%s) is acknowledged and answers nobody',
  async (_what, body) => {
    expect(await toMessenger(body)).toBe(200);
    expect(platform.brought).toEqual([]);
    expect(await jobsIn(home, {}, 'inbox', 'outbox', 'dead')).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await statusOf(`${home.url}/health/ready`)).toBe(200);
  },
);

/** An event that cannot be read, of a person who can: they hear so, whatever it was. */
test.each([
  ['nothing but __proto__', '{"__proto__":{"text":"x","mid":"m_p"}}'],
  ['a $where for its id', '{"mid":{"$where":"sleep(1000)"},"text":"x"}'],
])('a signed message with %s is somebody’s unreadable line, and does no harm', async (_, said) => {
  expect(await toMessenger(message(said))).toBe(200);
  const left = () => jobsIn(home, {}, 'inbox', 'outbox');
  await until('it is worked', async () => (await left()).length === 0);
  expect(await jobsIn(home, {}, 'dead')).toEqual([]);
  expect(({} as { mid?: string }).mid).toBeUndefined();
  expect(await statusOf(`${home.url}/health/ready`)).toBe(200);
});

const toTheChat: readonly (readonly [string, Buffer])[] = [
  ['of 10 MB', Buffer.alloc(10_000_000, 0x20)],
  ['of 10,000 levels', bytes(deep(10_000))],
  ['of 9,000 levels within the message', bytes(`{"id":"message-x","text":${deep(9_000)}}`)],
  [
    'that is not UTF-8',
    Buffer.concat([bytes('{"id":"message-u","text":"'), Buffer.from([0xff]), bytes('"')]),
  ],
  ['that is no JSON', bytes('{"id":')],
  ['with __proto__', bytes('{"id":"message-p","text":"x","__proto__":{"polluted":true}}')],
  ['with $where for an id', bytes('{"id":{"$where":"1"},"text":"x"}')],
  ['with an operator for a text', bytes('{"id":"message-o","text":{"$ne":null}}')],
  ['with a path for an id', bytes('{"id":"../../etc/passwd","text":"x"}')],
  ['without words', bytes('{"id":"message-w","text":"   "}')],
  ['of too many words', bytes(JSON.stringify({ id: 'message-l', text: 'x'.repeat(2_001) }))],
];

test.each(toTheChat)('a message of the web chat %s is refused', async (_how, body) => {
  const before = await stored();
  const status = await toChat(body);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  await expectNothingCameOfIt(before);
});

test('bytes that are no HTTP are answered with 400 at most', async () => {
  const before = await stored();
  const lines = await Promise.all([
    raw('\x16\x03\x01\x02\x00\x01\x00'),
    raw('GARBAGE\r\n\r\n'),
    raw('POST /webhooks/messenger HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'),
    raw(
      'POST /webhooks/messenger HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
    raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
    raw('POST /webhooks/messenger HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it'),
  ]);
  for (const line of lines) expect(line).toMatch(/^(HTTP\/1\.1 4\d\d .*)?$/);
  await expectNothingCameOfIt(before);
});

test.each(['/webhooks/nobody', '/webhooks/web', '/webhooks/__proto__', '/webhooks/constructor'])(
  '%s is not found',
  async (path) => {
    expect(await post(path, good, headersOf(good))).toBe(404);
  },
);

test(
  'a text made to be slow to read is read in time, and everybody else is answered',
  async () => {
    const slow = [
      '0'.repeat(150_000),
      'a '.repeat(75_000),
      '('.repeat(150_000),
      'ấ'.repeat(50_000),
      '1.'.repeat(75_000),
      '@'.repeat(150_000),
    ];
    for (const [i, text] of slow.entries()) {
      const body = deliveryOf({
        mid: `m_slow_${i}`,
        from: `29999999999999${i}`,
        text,
        at: Date.now(),
      });
      expect(await toMessenger(body)).toBe(200);
    }
    const body = deliveryOf({ mid: 'm_good', from: person, text: questions[0]!, at: Date.now() });
    expect(await toMessenger(body)).toBe(200);
    await until('it is answered', () => platform.brought.some(({ to }) => to === person));
    await until(
      'all is done',
      async () => (await jobsIn(home, {}, 'inbox', 'outbox')).length === 0,
    );
    expect(await jobsIn(home, {}, 'dead')).toEqual([]);
  },
  patience,
);
