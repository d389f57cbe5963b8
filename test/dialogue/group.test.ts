import { describe, expect, test } from '@jest/globals';
import { flows } from '../../src/dialogue/flows/index.ts';
import { Chat, course, meaning, saying, seatsOf } from '../support/scene.ts';
import type { EventBody } from '../support/scene.ts';

const inGroup = { shared: true } as const;
const pressed = (payload: string): EventBody => ({
  type: 'choice',
  payload,
  title: 'x',
  ...inGroup,
});

function chatWithCourse(): Chat {
  const chat = new Chat();
  const open = course('K12', 'Khởi nghiệp cà phê');
  chat.docs = { ...chat.docs, courses: [open], seats: [seatsOf(open)] };
  return chat;
}

describe('in a group', () => {
  test('a question is answered there', () => {
    const chat = new Chat();
    const text = 'mở hộ kinh doanh cần giấy gì';
    chat.says(text, meaning(text, 'household_registration'), inGroup);
    expect(chat.texts.join()).toContain('Chuyện chung về đăng ký hộ kinh doanh');
  });

  test.each([
    ['gặp cán bộ', undefined, 'human:ask'],
    ['xoá dữ liệu', undefined, 'ask:data_erasure'],
    ['rút đồng ý', undefined, 'ask:data_erasure'],
    ['xem dữ liệu', undefined, 'ask:data_access_update'],
    ['tôi muốn biết em giữ gì của tôi', 'data_access_update', 'ask:data_access_update'],
    ['cho tôi nói chuyện với ai đó', 'human_handoff', 'ask:human_handoff'],
    ['liên kết', undefined, 'linkCode:'],
    ['liên kết K7MTQ4X', undefined, 'linkCode:'],
    ['bỏ liên kết', undefined, 'unlinkAsk:'],
  ])('“%s” is moved to a private chat, which it reaches as %3$s', (text, intent, payload) => {
    const chat = new Chat();
    chat.says(text, meaning(text, intent), inGroup);
    expect(chat.texts.join()).toMatch(saying('privately.ask'));
    expect(chat.choices).toEqual([{ title: 'Nhắn riêng với em', payload, privately: true }]);
    expect(chat.effects).toEqual([]);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test('an act begins no form: nobody is asked for a name before others', () => {
    const chat = chatWithCourse();
    const text = 'em muốn đăng ký lớp';
    chat.says(text, meaning(text, 'training', { signals: ['act'] }), inGroup);
    expect(chat.texts.join()).toMatch(saying('privately.ask'));
    expect(chat.choices[0]?.payload).toBe('ask:training');
  });

  test('the button of a course keeps its course on the way', () => {
    const chat = chatWithCourse();
    chat.takes(pressed('register:c-K12'));
    expect(chat.choices[0]).toMatchObject({ payload: 'register:c-K12', privately: true });
  });

  test('a press that cannot be undone is not carried: it is asked anew', () => {
    const chat = new Chat();
    chat.takes(pressed('case:erase'));
    expect(chat.choices[0]?.payload).toBe('human:ask');
    expect(chat.effects).toEqual([]);
  });

  test('buttons of what is personal lead into the private chat at once, the others stay', () => {
    const chat = new Chat();
    const text = 'cán bộ hách dịch';
    chat.says(text, meaning(text, 'complaint_feedback'), inGroup);
    const person = chat.choices.find(({ payload }) => payload === 'human:complaint');
    expect(person).toMatchObject({ privately: true });
    chat.takes(pressed('menu:business'));
    expect(chat.choices.length).toBeGreaterThan(1);
    for (const choice of chat.choices) expect(choice).not.toHaveProperty('privately');
  });

  test('“thôi” has nothing to stop', () => {
    const chat = new Chat();
    chat.says('thôi', undefined, inGroup);
    expect(chat.texts.join()).toMatch(saying('cancel.nothing'));
  });

  test('every flow that asks for something or tells of somebody is personal', () => {
    const personal = flows.filter((flow) => flow.personal).map(({ name }) => name);
    expect(personal).toEqual(['registration', 'handoff', 'callback', 'privacy', 'link']);
    for (const flow of flows) if (flow.ask) expect(flow.personal).toBe(true);
  });
});

describe('a link into a chat', () => {
  test('begins what its button would have begun', () => {
    const chat = chatWithCourse();
    chat.takes({ type: 'opened', ref: 'register:c-K12' });
    expect(chat.texts.join()).toMatch(saying('disclosure.line'));
    expect(chat.conversation.memory.flow?.flow).toBe('registration');
  });

  test('asks before anything is erased', () => {
    const chat = new Chat();
    chat.takes({ type: 'opened', ref: 'ask:data_erasure' });
    expect(chat.texts.join()).toMatch(saying('privacy.erase.ask'));
    expect(chat.effects).toEqual([]);
  });

  test.each([
    'case:erase',
    'case:withdraw',
    'unlink:yes',
    'callMe:',
    'registration:check/yes/1',
    'feedback:no',
  ])('written by somebody else cannot press %s: it only opens the chat', (ref) => {
    const chat = new Chat();
    chat.takes({ type: 'opened', ref });
    expect(chat.texts.join()).toMatch(saying('opening.first'));
    expect(chat.effects).toEqual([]);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });

  test('with a reference of a poster only opens the chat', () => {
    const chat = new Chat();
    chat.takes({ type: 'opened', ref: 'hoi-cho-ea-kar' });
    expect(chat.texts.join()).toMatch(saying('opening.first'));
  });
});
