import { afterEach, describe, expect, test } from '@jest/globals';
import { openNotices, seeNotice } from '../../src/pipeline/notice.ts';
import * as collections from '../../src/store/collections.ts';
import { minh, pageId, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
});

/** As Meta sends it: nobody is its sender. */
const enforcement = (name: string, action: string, at: number) => ({
  object: 'page',
  entry: [
    {
      id: pageId,
      time: at,
      messaging: [
        {
          recipient: { id: pageId },
          timestamp: at,
          [name]: { action, reason: 'The bot violated our Platform Policies.' },
        },
      ],
    },
  ],
});

const open = async (bot: Bot) =>
  (await openNotices(bot.store)).map(({ channel, action, text }) => [channel, action, text]);

describe('when a platform acts on our account', () => {
  test.each(['policy_enforcement', 'policy-enforcement'])(
    'who looks after the channel finds it (%s), and the bell rings once',
    async (name) => {
      const bot = await startBot({ env: { NOTIFY_URL: 'http://127.0.0.1:9/bell' } });
      const block = enforcement(name, 'block', bot.clock.now());
      await bot.receives(block);
      await bot.receives(block);
      expect(await open(bot)).toEqual([
        ['messenger', 'block', 'The bot violated our Platform Policies.'],
      ]);
      expect(bot.platform.told).toEqual([
        { code: 'platform_notice', channel: 'messenger', reason: 'block' },
      ]);
      expect(await bot.dead()).toEqual([]);
    },
  );

  test('it stays on the list until somebody has seen it, and who that was is on record', async () => {
    const bot = await startBot();
    await bot.receives(enforcement('policy_enforcement', 'warning', bot.clock.now()));
    bot.clock.advance(1_000 as never);
    await bot.receives(enforcement('policy_enforcement', 'block', bot.clock.now()));
    const [warning] = await openNotices(bot.store);
    await seeNotice(bot.desk, warning!.id.slice(-6), minh);
    expect((await open(bot)).map(([, action]) => action)).toEqual(['block']);
    await expect(seeNotice(bot.desk, warning!.id.slice(-6), minh)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(
      await bot.store.collection(collections.audit).find({ where: {}, limit: 9 }),
    ).toMatchObject([{ action: 'notice.seen', actorId: minh.id, objectId: warning!.id }]);
  });

  test('it is counted', async () => {
    const bot = await startBot();
    const site = await serve(bot.app.http);
    expect((await site.get('/metrics')).text).toContain('nhipcau_notices_open 0');
    await bot.receives(enforcement('policy_enforcement', 'block', bot.clock.now()));
    const { text } = await site.get('/metrics');
    expect(text).toContain('nhipcau_notices_open 1');
    expect(text).toContain('nhipcau_events_received_total{channel="messenger",type="enforced"} 1');
  });
});
