import { describe, expect, test } from '@jest/globals';
import { instantOf } from '../../src/conversation/calendar.ts';
import type { Input, Scene, Step } from '../../src/dialogue/flow.ts';
import { form } from '../../src/dialogue/form.ts';
import type { FormState } from '../../src/dialogue/form-state.ts';
import { date, money, place } from '../../src/dialogue/slots.ts';
import { realContent } from '../support/content.ts';
import { content, conversationAt } from '../support/scene.ts';

/** A form with a day, an amount and a commune; what it says is the key of the phrase and what is filled in. */
const visit = form<'visit', { day: string; amount: string; commune: string }>({
  name: 'visit',
  schema: 1,
  startsOn: [],
  slots: { day: date, amount: money, commune: place },
  says: () => ({}),
  submit: (values) => ({ replies: [{ type: 'text', text: JSON.stringify(values) }], effects: [] }),
});

const wednesday = instantOf({ year: 2026, month: 3, day: 4 }, 10);
const { gazetteer } = await realContent();
const scene = {
  now: wednesday,
  conversation: conversationAt(wednesday),
  content: {
    ...content,
    gazetteer,
    phrase: (key: string, values = {}) => `${key} ${JSON.stringify(values)}`,
    choices: () => ['Đúng rồi', 'Sửa ngày', 'Sửa số tiền', 'Sửa xã', 'Thôi'],
  },
} as unknown as Scene; // the rest of a scene is not looked at by a form

const input = (text: string): Input => ({ event: { type: 'text', text } }) as unknown as Input; // a text is its text here

function said(step: Step<FormState>): string {
  const [reply] = step.replies;
  return reply?.type === 'text' ? reply.text : '';
}

function titles(step: Step<FormState>): string[] {
  const [reply] = step.replies;
  return reply?.type === 'text' ? (reply.choices ?? []).map(({ title }) => title) : [];
}

/** Says the lines one after another; the last step. */
function talk(...lines: string[]): Step<FormState> {
  const [first = '', ...rest] = lines;
  let step = visit.start(scene, input(first));
  for (const line of rest) {
    if (!step.state || !visit.resume) throw new Error('The form is over.');
    step = visit.resume(step.state, scene, input(line));
  }
  return step;
}

test('day, amount and commune are read back in full before anything is kept', () => {
  const step = talk('em muốn hẹn', 'thứ 6 tuần sau', '500tr', 'xã ea kar');
  expect(said(step)).toContain('visit.check ');
  expect(said(step)).toContain('"day":"thứ Sáu 13/03/2026"');
  expect(said(step)).toContain('"amount":"500 triệu đồng (500.000.000 đ)"');
  expect(said(step)).toContain('"commune":"xã Ea Kar"');
  const state = step.state!;
  expect(said(visit.resume!(state, scene, input('đúng rồi')))).toBe(
    '{"day":"2026-03-13","amount":"500000000","commune":"24373"}',
  );
});

describe('what has several readings is asked, with a button each', () => {
  test('a day', () => {
    const step = talk('em muốn hẹn', 'thứ tư');
    expect(said(step)).toContain('visit.day.which');
    expect(titles(step).slice(0, 2)).toEqual(['thứ Tư 04/03/2026', 'thứ Tư 11/03/2026']);
  });

  test('a vague day', () => {
    expect(said(talk('em muốn hẹn', 'tuần sau'))).toContain('visit.day.which');
  });

  test('an amount', () => {
    const step = talk('em muốn hẹn', 'mai', 'vay năm trăm');
    expect(titles(step).slice(0, 2)).toEqual([
      '500 triệu đồng (500.000.000 đ)',
      '500 nghìn đồng (500.000 đ)',
    ]);
  });

  test('a commune', () => {
    const step = talk('em muốn hẹn', 'mai', '2tr5', 'xã Ea Bhôk');
    expect(titles(step).slice(0, 2)).toEqual(['xã Ea Ktur', 'xã Dray Bhăng']);
    const chosen = visit.resume!(step.state!, scene, input('xã Ea Ktur'));
    expect(said(chosen)).toContain('"commune":"xã Ea Ktur"');
  });
});

test('what cannot be read is asked again with a hint', () => {
  expect(said(talk('em muốn hẹn', 'để xem đã'))).toContain('visit.day.again');
  expect(said(talk('em muốn hẹn', '31/2'))).toContain('visit.day.again');
  expect(said(talk('em muốn hẹn', 'mai', 'nhiều lắm'))).toContain('visit.amount.again');
});

test('at the read-back a new day takes the place of the old one', () => {
  const step = talk('em muốn hẹn', 'mai', '2tr5', 'xã Ea Kar', 'à thứ 7 nha');
  expect(said(step)).toContain('"day":"thứ Bảy 07/03/2026"');
  expect(said(step)).toContain('"amount":"2,5 triệu đồng (2.500.000 đ)"');
});
