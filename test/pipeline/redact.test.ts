import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seconds } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { redact, redactText } from '../../src/pipeline/redact.ts';
import { echoBody, eventBody, pageId, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { realContent } from '../support/content.ts';
import { temporaryFile } from '../support/files.ts';
import { graph } from '../support/platforms.ts';

afterEach(stopBots);

const base = {
  id: 'messenger/p/1',
  channel: 'messenger',
  account: 'p',
  address: '2',
  conversationId: 'messenger/p/2',
  at: 1,
};
const event = (rest: object): InboundEvent => ({ ...base, ...rest }) as unknown as InboundEvent;

describe('an event', () => {
  const said = 'cccd 012345678901 nhé';
  const covered = 'cccd ••• nhé';

  test.each<[string, object, object]>([
    ['a text', { type: 'text', text: said }, { text: covered }],
    ['an edit', { type: 'edited', of: 'x', text: said }, { text: covered }],
    ['a comment', { type: 'comment', postId: 'p', text: said }, { text: covered }],
    ['a colleague’s answer', { type: 'pageReply', text: said }, { text: covered }],
    [
      'a choice',
      { type: 'choice', payload: said, title: said },
      { payload: covered, title: covered },
    ],
    ['a reference', { type: 'opened', ref: said }, { ref: covered }],
  ])('that is %s is covered, and keeps what kind it was', (_what, before, after) => {
    expect(redact(event(before))).toEqual(event({ ...before, ...after, masked: ['idNumber'] }));
  });

  test('that nobody understands is covered in what is kept of it', () => {
    const unread = event({ type: 'unsupported', what: 'x', raw: `{"text":"${said}"}` });
    expect(redact(unread)).toEqual({ ...unread, raw: `{"text":"${covered}"}` });
  });

  test('without such a number stays the same', () => {
    for (const text of ['mở quán', 'gọi em 0905 123 456', 'mã số thuế 6001234567', 'năm 2026'])
      expect(redact(event({ type: 'text', text }))).toEqual(event({ type: 'text', text }));
  });

  test('names every kind of number that it held, once each', () => {
    const text = 'cccd 012345678901, stk 0123456789, otp 123456, cccd 098765432109';
    const { masked } = redactText(text);
    expect([...masked].sort()).toEqual(['bank', 'idNumber', 'otp']);
  });

  test('is covered again without change', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('0123456789 .-acdotpsk•')) }),
        (text) => {
          const once = redactText(text).text;
          expect(redactText(once).text).toBe(once);
        },
      ),
    );
  });

  test('holds no twelve digits afterwards, however they were separated', () => {
    const separators = ['', ' ', '.', '-', ' - ', '  '];
    const digits = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 11, maxLength: 11 });
    const between = fc.array(fc.constantFrom(...separators), { minLength: 11, maxLength: 11 });
    fc.assert(
      fc.property(digits, between, (numbers, gaps) => {
        // Identity numbers begin with a province, 001 to 096.
        const written = `0${numbers.map((n, i) => `${gaps[i]}${n}`).join('')}`;
        const { text, masked } = redactText(`số căn cước của tôi là ${written}`);
        expect(text.replaceAll(/\D/g, '')).toBe('');
        expect(masked).toEqual(['idNumber']);
      }),
    );
  });
});

/** Numbers that must be nowhere, and how they were written. */
const planted = {
  bare: '012345678901',
  spaced: '012 345 678 912',
  dotted: '012.345.678.923',
  dashed: '0123-4567-8934',
  tax: '012345678945',
  account: '0123456780',
  card: '9704 3612 3456 7890',
  code: '482913',
  title: '012345678956',
  payload: '012345678967',
  edit: '012345678978',
  comment: '012345678989',
  page: '012345678990',
  late: '012345678909',
  poison: '012345678917',
  raw: '012345678928',
} as const;

const squeezed = (text: string): string => text.replaceAll(/[^0-9]/g, '');

describe('numbers that people should not send', () => {
  /** Everything that may bring a number in, on a bot that answers badly now and then. */
  async function plantAll(bot: Bot): Promise<void> {
    let n = 0;
    const say = (text: string, mid = `m_${++n}`) =>
      bot.receives(eventBody({ message: { mid, text } }, someone, bot.clock));
    const { bare, spaced, dotted, dashed, tax, account, card, code } = planted;
    await say(`cccd ${bare}`, 'm_first');
    bot.platform.answersNext(graph.badParameter, graph.silent);
    await say(`căn cước của tôi ${spaced} và của vợ ${dotted}`);
    await say(`số định danh ${dashed}`);
    await say(`mã số thuế ${tax}`);
    await say(`Số tài khoản Agribank ${account}, thẻ ${card}`);
    await say(`mã OTP ${code}`);
    const quick_reply = { payload: `ask:${planted.payload}` };
    await bot.receives(
      eventBody({ message: { mid: 'q', text: planted.title, quick_reply } }, someone, bot.clock),
    );
    const edit = { message_edit: { mid: 'm_first', text: `sửa: ${planted.edit}`, num_edit: 1 } };
    await bot.receives(eventBody(edit, someone, bot.clock));
    const value = {
      item: 'comment',
      verb: 'add',
      comment_id: 'c',
      post_id: 'p',
      from: { id: someone },
      message: `cmnd ${planted.comment}`,
    };
    await bot.receives({
      object: 'page',
      entry: [{ id: pageId, changes: [{ field: 'feed', value }] }],
    });
    await say(`hỏng ${planted.poison}`);
    const odd = { mid: ['x'], text: `Căn cước: ${planted.raw}` };
    await bot.receives(eventBody({ message: odd }, someone, bot.clock));
    for (const wait of [1, 2, 4, 8]) await bot.waits(seconds(wait));
    await bot.receives(
      echoBody({ text: `Căn cước chị là ${planted.page} ạ?` }, someone, bot.clock),
    );
    await say(`đúng, ${planted.late}`);
  }

  test('stand neither in the database, nor among dead letters, nor in the log', async () => {
    const file = temporaryFile('planted.db');
    const content = await realContent();
    const poisoned = {
      ...content,
      phrase: (key: string, values?: Readonly<Record<string, string>>) => {
        if (key === 'masked' && poisoning) throw new Error('poison');
        return content.phrase(key, values);
      },
    };
    let poisoning = false;
    const bot = await startBot({ storeUrl: `sqlite:${file}`, content: poisoned });
    const { receives } = bot;
    Object.assign(bot, {
      receives: async (body: unknown) => {
        poisoning = JSON.stringify(body).includes('hỏng') || poisoning;
        await receives(body);
      },
    });
    await plantAll(bot);
    expect((await bot.dead()).map(({ body }) => body.reason).sort()).toEqual(
      expect.arrayContaining(['Error', 'platform_refused']),
    );
    const log = JSON.stringify(bot.log());
    const lines = await bot.transcript();
    await bot.stop();

    expect(lines.filter(({ text }) => text.includes('•••')).length).toBeGreaterThanOrEqual(9);
    for (const [where, bytes] of [['log', Buffer.from(log)] as const, ...filesBeside(file)]) {
      const text = bytes.toString('latin1');
      for (const [what, number] of Object.entries(planted)) {
        expect({ where, what, found: text.includes(number) }).toEqual({
          where,
          what,
          found: false,
        });
        const plain = squeezed(number);
        expect({ where, what, found: text.includes(plain) }).toEqual({ where, what, found: false });
      }
    }
  });

  test('are found by that search when they are there: a telephone number is', async () => {
    const file = temporaryFile('seen.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    await bot.hears('gọi em 0905123456');
    await bot.stop();
    expect(filesBeside(file).some(([, bytes]) => bytes.includes('0905123456'))).toBe(true);
  });

  test('are covered in what the bot says back, which says so', async () => {
    const bot = await startBot();
    await bot.hears('cccd của em 012345678901, mở quán được không');
    expect(bot.texts().join('\n')).toContain(bot.content.phrase('masked'));
    expect(bot.texts().join('\n')).not.toMatch(/\d{12}/);
    expect((await bot.transcript())[0]).toMatchObject({ masked: ['idNumber'] });
  });
});

/** The database, its journal and whatever else lies there. */
function filesBeside(file: string): (readonly [string, Buffer])[] {
  const folder = path.dirname(file);
  return readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))] as const);
}
