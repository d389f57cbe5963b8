import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes, seconds } from '../../src/clock.ts';
import { reply } from '../../src/pipeline/moderation.ts';
import { openNotices } from '../../src/pipeline/notice.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  minh,
  pageId,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { fakeGraph, graph, ourApp } from '../support/platforms.ts';

/** Conversation Routing: who answers in a thread is for the platform to say. */

afterEach(stopBots);

const inbox = '263902037430900';
const question = 'mở hộ kinh doanh cần giấy tờ gì';
const env = { MESSENGER_APP_ID: ourApp.id };

async function talking(more: Record<string, string> = {}): Promise<Bot> {
  const bot = await startBot({ env: { ...env, ...more } });
  await bot.hears(question);
  return bot;
}
const happens = (bot: Bot, what: Record<string, unknown>): Promise<void> =>
  bot.receives(eventBody(what, someone, bot.clock));
const passedTo = (app: string | null, from: string | null = ourApp.id) => ({
  pass_thread_control: { new_owner_app_id: app, previous_owner_app_id: from },
});
/** What a person writes while somebody else holds the thread. */
function aside(bot: Bot, text: string, mid: string): unknown {
  const message = { mid, text };
  const standby = [
    { sender: { id: someone }, recipient: { id: pageId }, timestamp: bot.clock.now(), message },
  ];
  return { object: 'page', entry: [{ id: pageId, time: 1, standby }] };
}

describe('a thread that is taken from the bot', () => {
  test.each<[string, Record<string, unknown>, 'moderator' | 'bot']>([
    ['passed to the inbox', passedTo(inbox), 'moderator'],
    ['passed to the inbox by its other number', passedTo('26390203743090'), 'moderator'],
    ['passed to another app', passedTo('999'), 'bot'],
    [
      'taken by the inbox',
      { take_thread_control: { previous_owner_app_id: ourApp.id, new_owner_app_id: inbox } },
      'moderator',
    ],
    [
      'taken by nobody knows whom',
      { take_thread_control: { previous_owner_app_id: ourApp.id } },
      'bot',
    ],
  ])('(%s) silences it, and what it was about to say', async (_, what, handledBy) => {
    const bot = await talking();
    bot.platform.answersNext(graph.down);
    await bot.hears('thuế hộ kinh doanh thế nào');
    const before = bot.sent().length;
    await happens(bot, what);
    await bot.waits(minutes(1));
    await bot.receives(aside(bot, 'còn phí thì sao', 'm_aside_1'));
    expect(bot.sent()).toHaveLength(before);
    expect(await bot.conversation()).toMatchObject({ handledBy, reach: { standby: true } });
    expect((await bot.transcript()).map(({ text }) => text)).toContain('còn phí thì sao');
    expect(await bot.dead()).toEqual([]);
  });

  test('is refused to a colleague at our desk in plain words, since the platform would refuse', async () => {
    const bot = await talking();
    await happens(bot, passedTo(inbox));
    await expect(
      reply(bot.desk, conversationOf(someone), { ...minh, via: 'terminal' }, 'Chào chị'),
    ).rejects.toMatchObject({ code: 'held_elsewhere', message: expect.stringMatching(/hộp thư/) });
  });
});

describe('a thread that comes back', () => {
  test.each<[string, Record<string, unknown>]>([
    ['passed to us', passedTo(ourApp.id, inbox)],
    ['passed to us out of idleness', passedTo(ourApp.id, null)],
    ['left idle', passedTo(null, inbox)],
    [
      'taken by us',
      { take_thread_control: { previous_owner_app_id: inbox, new_owner_app_id: ourApp.id } },
    ],
  ])('(%s) is answered again, without a word before the person’s next', async (_, what) => {
    const bot = await talking();
    await happens(bot, passedTo(inbox));
    const before = bot.sent().length;
    await bot.waits(minutes(5));
    await happens(bot, what);
    expect(bot.sent()).toHaveLength(before);
    await bot.hears('thuế hộ kinh doanh thế nào');
    expect(bot.sent().length).toBeGreaterThan(before);
    // The machine says again that it is one.
    expect(bot.texts()[before]).toContain('máy trả lời');
  });

  test('is known by the person’s next message alone, where no event told', async () => {
    const bot = await talking();
    await bot.receives(aside(bot, 'chị ơi', 'm_aside_2'));
    const before = bot.sent().length;
    expect((await bot.conversation()).reach.standby).toBe(true);
    await bot.hears('thuế hộ kinh doanh thế nào');
    expect(bot.sent().length).toBeGreaterThan(before);
    expect((await bot.conversation()).reach).not.toHaveProperty('standby');
  });

  test('is not taken away again by a second copy of the event that took it', async () => {
    const bot = await talking();
    const taken = eventBody(passedTo(inbox), someone, bot.clock);
    await bot.receives(taken);
    await bot.waits(minutes(5));
    await happens(bot, passedTo(ourApp.id, inbox));
    await bot.receives(taken);
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot' });
    expect((await bot.conversation()).reach).not.toHaveProperty('standby');
  });

  test('stays with the colleague who took it at our desk', async () => {
    const bot = await talking();
    await reply(bot.desk, conversationOf(someone), minh, 'Chào chị');
    await happens(bot, passedTo(ourApp.id, '999'));
    expect(await bot.conversation()).toMatchObject({
      handledBy: 'moderator',
      holder: { name: 'Minh' },
    });
  });
});

test('a hold that runs out while the inbox has the thread sends nothing there', async () => {
  const bot = await talking();
  await happens(bot, passedTo(inbox));
  const before = bot.platform.asked.length;
  await bot.waits(hours(5));
  await bot.app.tick();
  await bot.waits(minutes(5));
  await bot.settled();
  expect(bot.platform.asked).toHaveLength(before);
});

const passes = ({ platform }: Bot) =>
  platform.edges.filter(({ edge }) => edge === `${pageId}/pass_thread_control`);

describe('a colleague who asks for the thread in the inbox', () => {
  test('gets it, and the bot is silent', async () => {
    const bot = await talking();
    await happens(bot, { request_thread_control: { requested_owner_app_id: inbox } });
    expect(passes(bot)).toMatchObject([
      { status: 200, body: { recipient: { id: someone }, target_app_id: inbox } },
    ]);
    expect(await bot.conversation()).toMatchObject({ handledBy: 'moderator' });
  });

  test.each([
    ['its other number', { requested_owner_app_id: '26390203743090' }],
    ['its other number, as a number', { requested_owner_app_id: 26390203743090 }],
  ])('gets it, too, where it is named by %s: threads are passed to one alone', async (_, asks) => {
    const bot = await talking();
    await happens(bot, { request_thread_control: asks });
    expect(passes(bot)).toMatchObject([{ status: 200, body: { target_app_id: inbox } }]);
    expect(await bot.conversation()).toMatchObject({ handledBy: 'moderator' });
  });

  test('is no other app: that one gets nothing, and the bot goes on', async () => {
    const bot = await talking();
    await happens(bot, { request_thread_control: { requested_owner_app_id: '999' } });
    expect(passes(bot)).toEqual([]);
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot' });
  });
});

describe('who asks for a person', () => {
  test('is passed to the inbox where that is set, after the answer and in working hours', async () => {
    const platform = fakeGraph();
    const bot = await startBot({ platform, env: { ...env, MESSENGER_HANDOVER: 'inbox' } });
    await bot.hears('gặp cán bộ');
    expect(passes(bot)).toMatchObject([
      { body: { recipient: { id: someone }, target_app_id: inbox } },
    ]);
    expect(bot.sent().length).toBeGreaterThan(0);
    expect(await bot.conversation()).toMatchObject({ waiting: { reason: 'asked_human' } });
    const [, answer] = await bot.transcript();
    expect(answer!.delivery?.state).toBe('sent');
  });

  test('waits with the bot where it is not set, and outside working hours', async () => {
    const here = await startBot({ env });
    await here.hears('gặp cán bộ');
    expect(passes(here)).toEqual([]);
    const late = await startBot({ env: { ...env, MESSENGER_HANDOVER: 'inbox' } });
    late.clock.advance(hours(14));
    await late.hears('gặp cán bộ');
    expect(passes(late)).toEqual([]);
  });

  test('about their own data stays with the bot: there is nothing to talk about', async () => {
    const bot = await startBot({ env: { ...env, MESSENGER_HANDOVER: 'inbox' } });
    await bot.presses('case:erase');
    expect(await bot.conversation()).toMatchObject({ waiting: { reason: 'privacy_request' } });
    expect(passes(bot)).toEqual([]);
  });
});

describe('a hand-over that does not come about', () => {
  const handover = { ...env, MESSENGER_HANDOVER: 'inbox' };
  const isPass = ({ url }: { readonly url: string }) => url.includes('pass_thread_control');
  /** All is well but the pass. */
  async function asksForPerson(refusal: () => ReturnType<typeof graph.down>): Promise<Bot> {
    const bot = await startBot({ env: handover });
    bot.platform.answers((call, n) => (isPass(call) ? refusal() : graph.ok(call, n)));
    await bot.hears('gặp cán bộ');
    return bot;
  }
  const states = async (bot: Bot) =>
    (await bot.transcript())
      .filter(({ from }) => from === 'bot')
      .map(({ delivery }) => delivery?.state);
  const notPassed = (bot: Bot) =>
    bot.log().filter(({ msg, reason }) => msg === 'not handed over' && reason);

  test.each([
    ['refused for good', graph.badParameter],
    ['refused since somebody else holds it', graph.unavailablePerson],
  ])(
    '(%s) leaves what was said delivered, and the person in the queue and with the bot',
    async (_, refusal) => {
      const bot = await asksForPerson(refusal);
      expect(passes(bot)).toHaveLength(1);
      expect(new Set(await states(bot))).toEqual(new Set(['sent']));
      expect(await bot.dead()).toEqual([]);
      expect(notPassed(bot)).toHaveLength(1);
      expect(await bot.conversation()).toMatchObject({
        handledBy: 'bot',
        waiting: { reason: 'asked_human' },
      });
      const before = bot.sent().length;
      await bot.hears('thuế hộ kinh doanh thế nào');
      expect(bot.sent().length).toBeGreaterThan(before);
    },
  );

  test('(nobody knows, and Meta says then that it is done) leaves what was said delivered', async () => {
    const bot = await asksForPerson(graph.silent);
    await happens(bot, passedTo(inbox));
    await bot.waits(minutes(1));
    expect(new Set(await states(bot))).toEqual(new Set(['sent']));
    expect(await bot.conversation()).toMatchObject({ waiting: { reason: 'asked_human' } });
  });

  test.each([
    ['down', graph.down],
    ['of unknown outcome', graph.broken],
  ])(
    '(%s again and again) is given up within minutes: what is said next waits behind it',
    async (_, trouble) => {
      const bot = await asksForPerson(trouble);
      await bot.waits(seconds(4));
      expect(passes(bot).length).toBeGreaterThan(1);
      await bot.takesIn(
        eventBody({ message: { mid: 'm_next', text: question } }, someone, bot.clock),
      );
      const before = bot.sent().length;
      for (let i = 0; i < 30; i++) await bot.waits(seconds(10));
      expect(notPassed(bot)).toMatchObject([{ reason: 'tries' }]);
      expect(bot.sent().length).toBeGreaterThan(before);
      expect(new Set(await states(bot))).toEqual(new Set(['sent']));
      expect(await bot.dead()).toEqual([]);
    },
  );

  test('(too old, after the platform was away) leaves what was said delivered, too', async () => {
    const bot = await asksForPerson(graph.down);
    await bot.waits(hours(13));
    expect(new Set(await states(bot))).toEqual(new Set(['sent']));
    expect(notPassed(bot)).toMatchObject([{ reason: 'too_old' }]);
  });

  test('is not tried where the words themselves were refused', async () => {
    const bot = await startBot({ env: handover });
    bot.platform.answers(graph.badParameter);
    await bot.hears('gặp cán bộ');
    expect(passes(bot)).toEqual([]);
    expect(await states(bot)).toContain('failed');
  });

  test('is counted apart from sends, and so is one that does', async () => {
    const outcomes = (bot: Bot) =>
      bot.log().flatMap(({ msg, outcome }) => (msg === 'send' ? [outcome] : []));
    const refused = await asksForPerson(graph.badParameter);
    expect(outcomes(refused).at(-1)).toBe('hand_over:platform_refused');
    const done = await startBot({ env: handover });
    await done.hears('gặp cán bộ');
    expect(outcomes(done).at(-1)).toBe('hand_over');
  });
});

describe('who waits for a person while the thread moves to the inbox', () => {
  const handover = { ...env, MESSENGER_HANDOVER: 'inbox' };
  const takenBy = (app: string, from: string) => ({
    take_thread_control: { previous_owner_app_id: from, new_owner_app_id: app },
  });
  const asksForThread = { request_thread_control: { requested_owner_app_id: inbox } };
  async function waitsForPerson(): Promise<Bot> {
    const bot = await startBot({ env: handover });
    await bot.hears('gặp cán bộ');
    return bot;
  }

  test.each<[string, Record<string, unknown>]>([
    ['our own pass', passedTo(inbox)],
    ['our own pass, by nobody’s name', passedTo(inbox, null)],
    ['a colleague’s taking it', takenBy(inbox, ourApp.id)],
    ['a colleague’s asking for it', asksForThread],
  ])('stays in the queue by %s, from the same moment on', async (_, what) => {
    const bot = await waitsForPerson();
    const { waiting } = await bot.conversation();
    await bot.waits(minutes(1));
    await happens(bot, what);
    expect(waiting).toMatchObject({ reason: 'asked_human' });
    expect(await bot.conversation()).toMatchObject({ waiting, waitingSince: waiting!.since });
  });

  test.each<[string, Record<string, unknown>]>([
    ['our own pass', passedTo(inbox)],
    ['a colleague’s asking for it', asksForThread],
  ])('(%s) leaves it with a colleague’s first word, there or at our desk', async (_, what) => {
    const bot = await waitsForPerson();
    await happens(bot, what);
    await bot.receives(echoBody({ text: 'Chào chị' }, someone, bot.clock));
    expect(await bot.conversation()).toMatchObject({ handledBy: 'moderator', waitingSince: 0 });
    expect(await bot.conversation()).not.toHaveProperty('waiting');
    const desk = await waitsForPerson();
    await happens(desk, asksForThread);
    await reply(desk.desk, conversationOf(someone), minh, 'Chào chị');
    expect(await desk.conversation()).not.toHaveProperty('waiting');
  });

  test.each<[string, Record<string, unknown>]>([
    ['our own pass', passedTo(inbox)],
    ['a colleague’s asking for it', asksForThread],
  ])('(%s) still waits when it comes back and nobody has answered', async (_, what) => {
    const bot = await waitsForPerson();
    const { waiting } = await bot.conversation();
    await happens(bot, what);
    await bot.waits(minutes(5));
    await happens(bot, passedTo(ourApp.id, inbox));
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', waiting });
    expect((await bot.conversation()).reach).not.toHaveProperty('standby');
  });

  test('still waits when the hold of a colleague who only asked for it runs out', async () => {
    const bot = await waitsForPerson();
    const { waiting } = await bot.conversation();
    await happens(bot, asksForThread);
    await bot.waits(hours(5));
    await bot.app.tick();
    await bot.settled();
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', waiting });
    expect((await bot.transcript()).at(-1)!.text).toBe(bot.content.phrase('handoff.expired'));
  });

  test('is told nothing of that while the inbox has the thread: it would not arrive', async () => {
    const bot = await waitsForPerson();
    await happens(bot, asksForThread);
    await happens(bot, passedTo(inbox));
    const before = (await bot.transcript()).length;
    await bot.waits(hours(5));
    await bot.app.tick();
    await bot.settled();
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', waiting: {} });
    expect(await bot.transcript()).toHaveLength(before);
  });
});

describe('an event that was overtaken by a newer one', () => {
  /** As it left the platform at that moment, whenever it arrives. */
  const happened = (what: Record<string, unknown>, at: number): unknown =>
    eventBody(what, someone, { now: () => at });

  test.each<[string, Record<string, unknown>]>([
    ['a pass to the inbox', passedTo(inbox)],
    ['a pass to another app', passedTo('999')],
    ['a wish of the inbox', { request_thread_control: { requested_owner_app_id: inbox } }],
  ])('(%s) changes nothing of a thread that is ours again', async (_, what) => {
    const bot = await talking();
    const earlier = bot.clock.now();
    await bot.waits(seconds(2));
    await happens(bot, passedTo(ourApp.id, inbox));
    const before = await bot.conversation();
    await bot.receives(happened(what, earlier));
    expect(await bot.conversation()).toEqual(before);
  });

  test('is not overtaken by a wish: that has moved nothing', async () => {
    const bot = await talking();
    const earlier = bot.clock.now();
    await bot.waits(seconds(2));
    await happens(bot, { request_thread_control: { requested_owner_app_id: inbox } });
    await bot.receives(happened(passedTo('999'), earlier));
    expect(await bot.conversation()).toMatchObject({ reach: { standby: true } });
  });

  test('(a return to us) changes nothing of a thread that the inbox has taken since', async () => {
    const bot = await talking();
    const earlier = bot.clock.now();
    await bot.waits(seconds(2));
    await happens(bot, passedTo(inbox));
    const before = await bot.conversation();
    await bot.receives(happened(passedTo(ourApp.id, inbox), earlier));
    expect(await bot.conversation()).toEqual(before);
    expect(before).toMatchObject({ handledBy: 'moderator', reach: { standby: true } });
  });

  test('(a line written before the thread was passed on) does not give it back', async () => {
    const bot = await talking();
    const earlier = bot.clock.now();
    await bot.waits(seconds(2));
    await happens(bot, passedTo('999'));
    const message = { mid: 'm_overtaken', text: 'thuế hộ kinh doanh thế nào' };
    await bot.receives(happened({ message }, earlier));
    expect((await bot.conversation()).reach).toMatchObject({ standby: true });
  });

  test('is told by the platform’s time, and no time of the future keeps later ones out', async () => {
    const bot = await talking();
    await bot.receives(happened(passedTo(inbox), bot.clock.now() + hours(24)));
    await bot.waits(minutes(1));
    await happens(bot, passedTo(ourApp.id, inbox));
    expect((await bot.conversation()).reach).not.toHaveProperty('standby');
  });
});

test('a change of the apps’ parts is shown to whoever runs the channel', async () => {
  const bot = await startBot({ env });
  const event = {
    recipient: { id: pageId },
    timestamp: bot.clock.now(),
    app_roles: { [ourApp.id]: ['primary_receiver'] },
  };
  await bot.receives({ object: 'page', entry: [{ id: pageId, time: 1, messaging: [event] }] });
  expect(await openNotices(bot.store)).toMatchObject([
    { action: 'app_roles', text: `${ourApp.id}: primary_receiver` },
  ]);
});
