import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { AppError } from '../src/errors.ts';

const messenger = {
  MESSENGER_APP_SECRET: 'secret',
  MESSENGER_VERIFY_TOKEN: 'verify',
  MESSENGER_PAGE_TOKEN: 'token',
  MESSENGER_PAGE_ID: '1',
};
const key = Buffer.alloc(32, 7).toString('base64');

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'config' });
    return (error as AppError).message;
  }
  throw new Error('This configuration was accepted.');
}

describe('without any variable', () => {
  test('everything has a value, and only the web chat is on', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      storeUrl: 'sqlite:data/nhipcau.db',
      logLevel: 'info',
      answerExpires: 12 * 3_600_000,
      holdFor: 120 * 60_000,
      notifyUrl: undefined,
      embedOn: [],
      trustProxy: ['loopback'],
      dataKey: undefined,
      messenger: undefined,
      missing: { messenger: Object.keys(messenger) },
    });
  });

  test('an empty line means the same as none', () => {
    const empty = {
      PORT: '',
      HOST: '',
      STORE_URL: '',
      DATA_KEY: '',
      MESSENGER_PAGE_ID: '',
      EMBED_ON: '',
    };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });
});

describe('wrong variables', () => {
  const wrong = {
    PORT: '70000',
    PUBLIC_URL: 'nhipcau.example',
    STORE_URL: 'postgres://x',
    LOG_LEVEL: 'loud',
    NOTIFY_URL: 'ftp://hooks.example',
    TRUST_PROXY: 'loopback, 10.0.0.0/33',
    DATA_KEY: 'short',
    EMBED_ON: 'https://ok.example, javascript:alert(1)',
    GRAPH_API_BASE: 'graph',
    MESSENGER_PER_SECOND: '0',
    MESSENGER_PAGE_ID: '1',
  };

  test('are all reported at once, one line each, by name', () => {
    const lines = refusal(wrong).split('\n').slice(1);
    for (const name of Object.keys(wrong).filter((name) => name !== 'MESSENGER_PAGE_ID'))
      expect(lines.filter((line) => line.trim().startsWith(name)).length).toBe(1);
    expect(lines.some((line) => line.includes('MESSENGER_APP_SECRET'))).toBe(true);
  });

  test('are told in the operator’s language, without repeating what may be a secret', () => {
    const message = refusal({ ...wrong, DATA_KEY: 'a-secret-too-short' });
    expect(message).not.toContain('a-secret-too-short');
    expect(message).not.toMatch(/\b(expected|received|invalid|must|too (big|small))\b/i);
  });

  test.each([
    ['PORT', ['0', '80', '65535'], ['-1', '1.5', '65536', 'abc', '3000x']],
    [
      'PUBLIC_URL',
      ['https://a.vn', 'http://localhost:3000/'],
      ['a.vn', '//a.vn', 'javascript:alert(1)', 'file:///etc'],
    ],
    ['STORE_URL', ['sqlite:x.db', 'sqlite::memory:'], ['sqlite:', 'x.db', 'mysql://x']],
    ['LOG_LEVEL', ['trace', 'silent'], ['Info', 'verbose']],
    ['DATA_KEY', [key], ['a'.repeat(64), 'x', Buffer.alloc(31).toString('base64')]],
    ['EMBED_ON', ['https://a.vn', 'https://a.vn,http://b.vn/x'], ['a.vn', 'https://a.vn,,', '*']],
  ])('%s', (name, good, bad) => {
    for (const value of good) expect(() => readConfig({ [name]: value })).not.toThrow();
    for (const value of bad) expect(refusal({ [name]: value })).toContain(name);
  });
});

describe('a channel', () => {
  test('is on when all of its credentials are set', () => {
    const config = readConfig({
      ...messenger,
      PUBLIC_URL: 'https://a.vn',
      GRAPH_API_BASE: 'https://graph.example/v25.0/',
    });
    expect(config.messenger).toMatchObject({
      appSecret: 'secret',
      verifyToken: 'verify',
      pageToken: 'token',
      pageId: '1',
      apiBase: 'https://graph.example/v25.0',
    });
    expect(config.missing['messenger']).toEqual([]);
  });

  test.each(Object.keys(messenger))('without %s says that this is what is missing', (name) => {
    const message = refusal({ ...messenger, [name]: '' });
    expect(message).toContain(`messenger mới đặt một phần, còn thiếu ${name}`);
    for (const other of Object.keys(messenger).filter((one) => one !== name))
      expect(message).not.toContain(other);
  });

  test('that sends to people’s phones needs an address they can open', () => {
    for (const PUBLIC_URL of ['', undefined])
      expect(refusal({ ...messenger, ...(PUBLIC_URL === '' ? { PUBLIC_URL } : {}) })).toContain(
        'PUBLIC_URL: bắt buộc khi mở kênh messenger',
      );
    expect(refusal({ TELEGRAM_BOT_TOKEN: '1:AA', TELEGRAM_MODE: 'polling' })).toContain(
      'PUBLIC_URL: bắt buộc khi mở kênh telegram',
    );
  });

  test('half set names everything that is missing, and no value', () => {
    const message = refusal({ MESSENGER_PAGE_TOKEN: 'EAAG-token' });
    expect(message).toContain('MESSENGER_APP_SECRET, MESSENGER_VERIFY_TOKEN, MESSENGER_PAGE_ID');
    expect(message).not.toContain('EAAG-token');
  });
});

describe('MongoDB', () => {
  const url = 'mongodb://127.0.0.1:27017/nhipcau?replicaSet=rs0';

  test.each([url, 'mongodb+srv://cluster.example/nhipcau'])(
    '(%s) needs a data key, and says how to make one',
    (STORE_URL) => {
      const message = refusal({ STORE_URL });
      expect(message).toContain('DATA_KEY');
      expect(message).toContain('openssl rand -base64 32');
    },
  );

  test('with a data key is accepted', () => {
    expect(readConfig({ STORE_URL: url, DATA_KEY: key })).toMatchObject({
      storeUrl: url,
      dataKey: Buffer.alloc(32, 7),
    });
  });
});

test('addresses end without a slash, because links begin with them', () => {
  expect(readConfig({ PUBLIC_URL: 'https://nhipcau.example///' }).publicUrl).toBe(
    'https://nhipcau.example',
  );
});

test('sites that may show the chat are kept by their origin alone', () => {
  const { embedOn } = readConfig({
    EMBED_ON: ' https://daklak.gov.vn/khoi-nghiep?x=1 ,http://localhost:8080',
  });
  expect(embedOn).toEqual(['https://daklak.gov.vn', 'http://localhost:8080']);
});

describe('the group of staff', () => {
  const telegram = {
    PUBLIC_URL: 'https://nhipcau.example',
    TELEGRAM_BOT_TOKEN: '700000001:AA-token',
    TELEGRAM_MODE: 'polling',
  };

  test('is a group on a channel that is on', () => {
    const { staffGroup } = readConfig({ ...telegram, STAFF_GROUP: 'telegram:-1001230000001' });
    expect(staffGroup).toEqual({
      channel: 'telegram',
      address: '-1001230000001',
      quiet: 600_000,
    });
    expect(readConfig(telegram).staffGroup).toBeUndefined();
  });

  test('on a channel that is off, or on none, is refused by name', () => {
    expect(refusal({ ...telegram, STAFF_GROUP: 'zalo:1' })).toContain(
      'STAFF_GROUP: kênh zalo đang tắt, chưa đặt ZALO_APP_ID',
    );
    for (const wrong of ['-1001230000001', 'messenger:1', 'telegram:', 'telegram:1:2'])
      expect(refusal({ ...telegram, STAFF_GROUP: wrong })).toContain(
        'STAFF_GROUP: <kênh>:<mã nhóm>',
      );
  });
});
