import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { aspects } from '../../src/nlu/types.ts';
import type { Content } from '../../src/content/content.ts';
import { loadContent } from '../../src/content/load.ts';
import { characters } from '../../src/content/text.ts';
import { readTree } from '../../src/files.ts';
import { payloadBytes } from '../../src/dialogue/payload.ts';
import { longestMessage } from '../../src/dialogue/replies.ts';
import { Chat, mondayMorning, phrases } from '../support/scene.ts';

/** The dialogue over what really stands in `content/`. */

let content: Content;
beforeAll(async () => {
  content = loadContent(await readTree('.'));
});

const newChat = (choices: number): Chat =>
  new Chat({
    content,
    hours: content.hours(mondayMorning),
    channel: {
      name: 'any',
      limits: { textLength: 2000, choices, choiceTitle: 20, perSecond: 5 },
      delivery: 'push',
    },
  });

function expectGood(chat: Chat, what: string): void {
  for (const text of chat.texts) {
    expect({ what, text, long: characters(text) > longestMessage }).toMatchObject({ long: false });
    expect({ what, left: /\{\w+/.exec(text)?.[0] }).toEqual({ what, left: undefined });
  }
  for (const { title, payload } of chat.choices) {
    expect({ what, title, fits: title.length <= 20 && title !== '' }).toMatchObject({ fits: true });
    expect(new TextEncoder().encode(payload).length).toBeLessThanOrEqual(payloadBytes);
  }
  expect(chat.choices.length).toBeLessThanOrEqual(5);
}

describe.each([13, 3, 0])('with %i buttons', (choices) => {
  test('every topic in every aspect is answered within bounds, disclosure and all', () => {
    for (const { intent } of content.topics) {
      for (const aspect of [undefined, ...aspects]) {
        const chat = newChat(choices);
        chat.asks('hỏi', intent, { ...(aspect ? { aspect } : {}), also: 'household_tax' });
        expect(chat.texts.length).toBeGreaterThan(0);
        expect(chat.texts[0]).toContain('trợ lý tự động');
        expectGood(chat, `${intent}/${aspect ?? ''}`);
      }
    }
  });

  test('every button of every answer leads somewhere', () => {
    for (const { intent } of content.topics) {
      const chat = newChat(choices);
      chat.sends(`ask:${intent}`);
      for (const { payload } of chat.conversation.memory.offered?.choices ?? []) {
        const next = newChat(choices);
        next.sends(payload);
        expect(next.texts.join('\n')).not.toContain(content.phrase('stale'));
        expectGood(next, payload);
      }
    }
  });

  test('every topic is reached through the menu', () => {
    const seen = new Set<string>();
    const open = ['menu:'];
    for (const payload of open) {
      const chat = newChat(choices);
      chat.sends(payload);
      expectGood(chat, payload);
      for (const choice of chat.conversation.memory.offered?.choices ?? []) {
        if (choice.payload.startsWith('menu:') && !open.includes(choice.payload))
          open.push(choice.payload);
        if (choice.payload.startsWith('ask:')) seen.add(choice.payload.slice(4));
      }
    }
    expect([...seen].sort()).toEqual(content.topics.map(({ intent }) => intent).sort());
  });
});

describe('phrases', () => {
  const sources = ['src/dialogue', 'src/dialogue/flows', 'src/pipeline', 'src/content', 'src/tasks']
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

  test('every phrase that the code names is there', () => {
    const named = [...sources.matchAll(/\bphrase\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
    const buttons = [...sources.matchAll(/\bchoices\('([\w.]+)'\)/g)].map(
      (match) => `${match[1] ?? ''}.choices`,
    );
    expect(named.length).toBeGreaterThan(30);
    expect([...named, ...buttons].filter((key) => !phrases.has(key))).toEqual([]);
  });

  test('every form has the words its questions need', () => {
    const forms = {
      registration: {
        ask: ['courseId', 'fullName', 'phone'],
        again: ['courseId', 'consent', 'fullName', 'phone'],
        which: ['fullName', 'phone'],
      },
      callback: { ask: ['phone'], again: ['consent', 'phone'], which: ['phone'] },
    };
    for (const [form, slots] of Object.entries(forms)) {
      const keys = [
        ...Object.entries(slots).flatMap(([kind, names]) => names.map((name) => `${name}.${kind}`)),
        ...['check', 'check.again', 'check.choices', 'cancel.choices', 'cancelled', 'dropped'],
      ];
      expect(keys.map((key) => `${form}.${key}`).filter((key) => !phrases.has(key))).toEqual([]);
    }
  });

  test('the words are those of a neighbour, not of an office, and “ạ” comes once', () => {
    for (const [key, said] of phrases) {
      const text = typeof said === 'string' ? said : said.join(' ');
      expect({ key, office: /vui lòng|quý khách|hệ thống/i.exec(text)?.[0] }).toEqual({
        key,
        office: undefined,
      });
      expect({ key, times: [...text.matchAll(/(?<!\p{L})ạ(?!\p{L})/giu)].length <= 1 }).toEqual({
        key,
        times: true,
      });
    }
  });
});
