import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { auditSubscription, neededFields } from '../../src/channels/messenger-account.ts';
import type { MessengerAccount } from '../../src/channels/messenger-account.ts';
import { profileOf } from '../../src/channels/messenger-profile.ts';
import { act } from '../../src/cli/messenger.ts';
import type { Content } from '../../src/content/content.ts';
import { realContent } from '../support/content.ts';
import { fakeGraph, graph, ourApp } from '../support/platforms.ts';
import type { FakeGraph } from '../support/platforms.ts';

/** What is arranged with Meta once, and looked at again and again. */

const settings = {
  appSecret: 'app-secret',
  verifyToken: 'verify',
  pageToken: 'page-token',
  pageId: '100000000000001',
  apiBase: 'https://graph.facebook.com/v25.0',
};
let platform: FakeGraph;
let account: MessengerAccount;
let printed: string[];

beforeEach(() => {
  platform = fakeGraph();
  platform.apps.splice(0);
  account = { settings, sender: platform };
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the subscription', () => {
  test('of a Page that tells us of nothing lacks all of it, and one command mends that', async () => {
    expect(await auditSubscription(account)).toEqual({ subscribed: [], missing: neededFields });
    expect(await act(account, [])).toBe(false);
    expect(printed.join('\n')).toContain('npm run messenger -- subscribe');
    expect(await act(account, ['subscribe'])).toBe(true);
    expect((await auditSubscription(account)).missing).toEqual([]);
    expect(await act(account, ['status'])).toBe(true);
  });

  test('names the one field that is missing: postbacks, without which buttons are dead', async () => {
    const fields = neededFields.filter((field) => field !== 'messaging_postbacks');
    platform.apps.push({ ...ourApp, subscribed_fields: [...fields, 'something_else'] });
    expect((await auditSubscription(account)).missing).toEqual(['messaging_postbacks']);
  });

  test('of another app is not ours, where ours is known', async () => {
    platform.apps.push({ id: '4', name: 'Hộp thư khác', subscribed_fields: neededFields });
    const known = { ...account, settings: { ...settings, appId: ourApp.id } };
    expect((await auditSubscription(known)).missing).toEqual(neededFields);
    expect((await auditSubscription(account)).missing).toEqual([]);
  });

  test('that Meta does not tell is an error and not a Page without fields', async () => {
    platform.subscribes(graph.tokenDead);
    await expect(auditSubscription(account)).rejects.toMatchObject({ code: 'token_dead' });
    platform.subscribes(() => ({ status: 200, headers: {}, body: '{"data":{}}' }));
    await expect(auditSubscription(account)).rejects.toMatchObject({ code: 'bad_answer' });
    platform.answers(() => ({ status: 200, headers: {}, body: '<html>' }));
    await expect(auditSubscription(account)).rejects.toMatchObject({ code: 'bad_answer' });
  });
});

describe('the profile', () => {
  test('is set in one call, by the words of content/', async () => {
    expect(await act(account, ['profile'])).toBe(true);
    const [set, ...more] = platform.edges;
    expect(more).toEqual([]);
    expect(set).toMatchObject({
      method: 'POST',
      edge: '100000000000001/messenger_profile',
      status: 200,
    });
    expect(set!.body).toEqual(profileOf(await realContent()));
  });

  test('is only shown with --dry-run', async () => {
    expect(await act(account, ['profile', '--dry-run'])).toBe(true);
    expect(platform.edges).toEqual([]);
    expect(JSON.parse(printed[0]!)).toEqual(profileOf(await realContent()));
  });

  test('leads to topics and groups that there are', async () => {
    const content = await realContent();
    const { ice_breakers, persistent_menu } = profileOf(content);
    const payloads = [
      ...ice_breakers[0].call_to_actions,
      ...persistent_menu[0].call_to_actions,
    ].map(({ payload }) => payload);
    for (const payload of payloads) {
      const [act, subject = ''] = payload.split(':');
      if (act === 'ask') expect(content.topic(subject)).toBeDefined();
      if (act === 'menu' && subject !== '')
        expect(content.menu.map(({ id }) => id)).toContain(subject);
    }
    expect(ice_breakers[0].call_to_actions.length).toBeLessThanOrEqual(4);
  });

  test('that is more than Messenger takes is not sent: the place is named', async () => {
    const content = await realContent();
    const long: Content = {
      ...content,
      phrase: (key, values) =>
        key === 'messenger.command.lop' ? 'dài '.repeat(17) : content.phrase(key, values),
    };
    expect(() => profileOf(long)).toThrow('commands.0.commands.1.description');
    const without: Content = { ...content, choices: () => ['Xem các mục'] };
    expect(() => profileOf(without)).toThrow('persistent_menu.0.call_to_actions.1.title');
  });
});

test.each([[['nothing']], [['subscribe', 'x']], [['profile', '--now']], [['status', 'x']]])(
  '%j is no command',
  async (args) => {
    await expect(act(account, args)).rejects.toMatchObject({ code: 'usage' });
    expect(platform.edges).toEqual([]);
  },
);
