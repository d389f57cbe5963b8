import { afterEach, describe, expect, test } from '@jest/globals';
import { hours } from '../../src/clock.ts';
import type { Content, MessageTemplate } from '../../src/content/content.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { newId } from '../../src/ids.ts';
import { reasonInWords } from '../../src/pipeline/reasons.ts';
import { speak } from '../../src/pipeline/speak.ts';
import * as collections from '../../src/store/collections.ts';
import { replace } from '../../src/store/store.ts';
import { startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { realContent } from '../support/content.ts';

/** Reminders after the 24 hours are over: an approved template, or nothing and the reason. */

afterEach(stopBots);

const approved: MessageTemplate = {
  for: 'course_reminder',
  name: 'nhac_lich_hoc',
  language: 'vi',
  parameters: ['course', 'when'],
  status: 'approved',
  asOf: '2026-11-25',
};
const reminder: Reply = {
  type: 'text',
  text: 'Nhắc lịch: lớp Bán hàng qua mạng học 08:00 thứ Sáu 27/11/2026.',
  template: {
    for: 'course_reminder',
    values: { course: 'Bán hàng qua mạng', when: '08:00 thứ Sáu 27/11/2026', place: 'không dùng' },
  },
};

async function botWith(...templates: MessageTemplate[]): Promise<Bot> {
  const content = await realContent();
  const sendingRules = content.sendingRules.map((rule) =>
    rule.channel === 'messenger' && rule.via === 'template' ? { ...rule, templates } : rule,
  );
  const bot = await startBot({ content: { ...content, sendingRules } satisfies Content });
  await bot.hears('chào em');
  return bot;
}

/** What a task that reminds people does. */
async function reminds(bot: Bot, reply: Reply = reminder): Promise<Message> {
  const read = await bot.conversation();
  const spoken = speak([reply], {
    channel: bot.app.channels.get('messenger')!,
    conversation: read,
    from: 'bot',
    purpose: 'reminder',
    now: bot.clock.now(),
    trace: newId<'trace'>(),
    idBase: `${read.id}/reminder/${newId<'line'>()}`,
    claim: false,
  });
  const { outboxOrder } = spoken;
  await bot.store.commit([
    replace(collections.conversations, read, { outboxOrder }),
    ...spoken.writes,
  ]);
  await bot.settled();
  return (await bot.transcript()).at(-1)!;
}

describe('a reminder', () => {
  test('within the 24 hours goes as it is written', async () => {
    const bot = await botWith(approved);
    await reminds(bot);
    expect(bot.sent().at(-1)!.call).toMatchObject({
      messaging_type: 'RESPONSE',
      message: { text: (reminder as { text: string }).text },
    });
  });

  test('after them goes as its approved template, with the values it needs in their order', async () => {
    const bot = await botWith({ ...approved, for: 'other' }, approved);
    await bot.waits(hours(25));
    const line = await reminds(bot);
    const { metadata, ...message } = bot.sent().at(-1)!.call.message;
    expect(bot.sent().at(-1)!.call.messaging_type).toBe('UTILITY');
    expect(metadata).toMatch(/^nhipcau:out\//);
    expect(message).toEqual({
      template: {
        name: 'nhac_lich_hoc',
        language: { code: 'vi' },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Bán hàng qua mạng' },
              { type: 'text', text: '08:00 thứ Sáu 27/11/2026' },
            ],
          },
        ],
      },
    });
    expect(line.delivery?.state).toBe('sent');
  });

  test('whose window closes while it waits goes as its template, too', async () => {
    const bot = await botWith(approved);
    await bot.waits(hours(23));
    const before = bot.sent().length;
    bot.platform.answersNext(() => ({
      status: 503,
      headers: { 'retry-after': '7200' },
      body: '{}',
    }));
    await reminds(bot);
    await bot.waits(hours(2));
    expect(
      bot
        .sent()
        .slice(before)
        .map(({ call }) => call.messaging_type),
    ).toEqual(['UTILITY']);
  });

  test.each<[string, MessageTemplate[]]>([
    ['without a template', []],
    ['with one that is not approved yet', [{ ...approved, status: 'pending' }]],
    ['with one that was rejected', [{ ...approved, status: 'rejected' }]],
    ['with one for another notice', [{ ...approved, for: 'other' }]],
  ])('%s is not sent, and says why in words', async (_, templates) => {
    const bot = await botWith(...templates);
    await bot.waits(hours(25));
    const before = bot.platform.asked.length;
    const line = await reminds(bot);
    expect(bot.platform.asked).toHaveLength(before);
    expect(line.delivery).toMatchObject({ state: 'failed', reason: 'no_template' });
    expect(reasonInWords('no_template')).toMatch(/chưa có mẫu tin được nền tảng duyệt/);
  });

  test('is not sent to who has blocked us or has never written, template or not', async () => {
    const bot = await botWith(approved);
    const channel = bot.app.channels.get('messenger')!;
    const now = bot.clock.now();
    const asked = (reach: object) => channel.allows('reminder', reach, now, 'course_reminder');
    expect(asked({ lastMessageAt: now, blockedAt: now })).toMatchObject({ allowed: false });
    expect(asked({})).toEqual({ allowed: false, why: 'window_closed' });
  });

  test('is the only thing a template is for: an answer or a news item never goes that way', async () => {
    const bot = await botWith(approved);
    const channel = bot.app.channels.get('messenger')!;
    const long = { lastMessageAt: (bot.clock.now() - hours(400)) as never };
    for (const purpose of ['answer', 'comment', 'moderator', 'broadcast'] as const)
      expect(channel.allows(purpose, long, bot.clock.now(), 'course_reminder')).toMatchObject({
        allowed: false,
      });
  });

  test('that lacks a value of its template is a defect, and is not sent half', async () => {
    const bot = await botWith(approved);
    await bot.waits(hours(25));
    const half: Reply = { ...reminder, template: { for: 'course_reminder', values: {} } };
    await expect(reminds(bot, half)).rejects.toThrow('course');
  });
});
