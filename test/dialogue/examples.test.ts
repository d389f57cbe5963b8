import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Content } from '../../src/content/content.ts';
import { loadContent } from '../../src/content/load.ts';
import { readTree } from '../../src/files.ts';
import type { Model } from '../../src/nlu/model.ts';
import { removeMarks } from '../../src/nlu/syllable.ts';
import { understand } from '../../src/nlu/understand.ts';
import { realModel } from '../support/model.ts';
import { Chat, mondayMorning, phrases } from '../support/scene.ts';

/** What the bot itself tells people to type is understood, with accents and without. */

let model: Model;
let content: Content;
beforeAll(async () => {
  model = await realModel();
  content = loadContent(await readTree('.'));
});

/** Said outside any form; within one its own tests look. */
const spoken = /^(?:opening|telegram|fallback|handoff|clarify)\./;
const quoted = [...phrases]
  .filter(([key, said]) => spoken.test(key) && typeof said === 'string')
  .flatMap(([, said]) => [...String(said).matchAll(/“([^”{]+)”/g)].map((match) => match[1] ?? ''));
const opening = phrases.get('opening.choices') ?? [];
const examples = [...new Set([...quoted, ...(typeof opening === 'string' ? [] : opening)])]
  // The last row is the page's own way on, not a topic.
  .filter((said) => said !== 'Mục khác');

function flowOf(said: string): string | undefined {
  const chat = new Chat({ content, hours: content.hours(mondayMorning) });
  chat.takes({ type: 'opened' });
  return chat.says(said, understand(model, said, { now: chat.now })).flow;
}

test('there are such examples', () => {
  expect(examples).toContain('mở quán cà phê cần giấy gì');
  expect(examples.length).toBeGreaterThan(5);
});

describe('an example given by the bot is answered', () => {
  test.each(examples)('“%s”', (said) => {
    for (const typed of [said, removeMarks(said), said.toUpperCase()]) {
      expect({ typed, flow: flowOf(typed) }).toMatchObject({
        flow: expect.not.stringMatching(/^(?:fallback|clarify)$/),
      });
    }
  });
});
