import { afterEach, describe, expect, test } from '@jest/globals';
import { stopBots } from '../support/bot.ts';
import { courseId, openCourse, registrationsOf } from '../support/courses.ts';
import { citizen, zaloEvent } from '../support/platforms/zalo-oa.ts';
import { startZaloBot, stopZalo } from '../support/platforms/zalo-world.ts';
import type { ZaloBot } from '../support/platforms/zalo-world.ts';

afterEach(async () => {
  await stopBots();
  await stopZalo();
});

const image = 'https://khoinghiep.example.vn/the.png';

async function registering(env: Record<string, string> = {}): Promise<ZaloBot> {
  const world = await startZaloBot({ env });
  await openCourse(world.bot.store, world.bot.clock.now());
  await world.hears(`#register:${courseId} Ghi tên K12`);
  return world;
}

const submits = (world: ZaloBot, info: object): Promise<void> =>
  world.takes(zaloEvent('user_submit_info', { info }, world.bot.clock.now()));
const cards = ({ zalo }: ZaloBot): unknown[] =>
  zalo.sent
    .map(({ message }) => JSON.stringify(message))
    .filter((message) => message.includes('request_user_info'));

describe('Zalo’s own form for name and number', () => {
  test('comes only after the consent, and what it brings is read back before it is kept', async () => {
    const world = await registering({ ZALO_INFO_IMAGE: image });
    expect(world.last().text).toContain('đồng ý');
    expect(cards(world)).toEqual([]);
    await world.hears('đồng ý');
    expect(cards(world)).toHaveLength(1);
    expect(world.last().message).toMatchObject({
      text: expect.stringContaining('họ và tên'),
      attachment: {
        type: 'template',
        payload: {
          template_type: 'request_user_info',
          elements: [{ title: expect.any(String), image_url: image }],
        },
      },
    });
    await submits(world, { name: 'Y Bliêm Niê', phone: '84912345678', user_dob: '30/10/1999' });
    expect(world.last().text).toMatch(/Y Bliêm Niê[\s\S]*0912 345 678/);
    expect(await registrationsOf(world.bot.store)).toEqual([]);
    await world.hears('đúng');
    expect(await registrationsOf(world.bot.store)).toMatchObject([{ fullName: 'Y Bliêm Niê' }]);
  });

  test('may be passed over: who types is understood as ever', async () => {
    const world = await registering({ ZALO_INFO_IMAGE: image });
    await world.hears('đồng ý');
    await world.hears('H’ Hoa Niê');
    await world.hears('0912345678');
    await world.hears('đúng');
    expect(await registrationsOf(world.bot.store)).toHaveLength(1);
  });

  test('is not shown where no picture is set for it, and never to who refused', async () => {
    const plain = await registering();
    await plain.hears('đồng ý');
    expect(cards(plain)).toEqual([]);
    const refusing = await registering({ ZALO_INFO_IMAGE: image });
    await refusing.hears('không đồng ý');
    expect(cards(refusing)).toEqual([]);
  });

  test('sent although nobody asked registers nobody', async () => {
    const world = await startZaloBot({ env: { ZALO_INFO_IMAGE: image } });
    await openCourse(world.bot.store, world.bot.clock.now());
    await submits(world, { name: 'Y Bliêm Niê', phone: '84912345678' });
    expect(world.zalo.sent.every(({ to }) => to === citizen)).toBe(true);
    expect(await registrationsOf(world.bot.store)).toEqual([]);
  });

  test('sent before the consent is not taken as one', async () => {
    const world = await registering({ ZALO_INFO_IMAGE: image });
    await submits(world, { name: 'Y Bliêm Niê', phone: '84912345678' });
    expect(world.last().text).not.toContain('0912');
    expect(await registrationsOf(world.bot.store)).toEqual([]);
  });
});
