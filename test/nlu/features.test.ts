import { describe, expect, test } from '@jest/globals';
import { numbering } from '../../src/nlu/dictionary.ts';
import {
  accented,
  characters,
  concepts,
  extract,
  featureList,
  hashOf,
  plain,
} from '../../src/nlu/features.ts';
import type { FeatureIndex } from '../../src/nlu/features.ts';
import { languageOf } from '../../src/nlu/language.ts';
import { parseLexicon } from '../../src/nlu/lexicon.ts';
import { normalize } from '../../src/nlu/normalize.ts';
import { lexiconFiles } from './support/few.ts';

const language = languageOf(parseLexicon(lexiconFiles()), []);
const learning = (): FeatureIndex => ({ number: numbering().number, words: new Map() });

/** Features of a sentence by group, as sets. */
function featuresOf(text: string, index: FeatureIndex): ReadonlyMap<number, ReadonlySet<number>> {
  const out = featureList();
  extract(normalize(text, language.spelling), language, index, out);
  const groups = new Map<number, Set<number>>(
    [accented, plain, characters, concepts].map((group) => [group, new Set<number>()]),
  );
  for (let i = 0; i < out.size; i++) groups.get(out.groups[i] ?? -1)?.add(out.features[i] ?? -1);
  return groups;
}

describe('features', () => {
  test('without accents are the same, with accents are not', () => {
    const index = learning();
    const typed = featuresOf('vay vốn', index);
    const bare = featuresOf('vay von', index);
    expect(bare.get(plain)).toEqual(typed.get(plain));
    expect(bare.get(characters)).toEqual(typed.get(characters));
    expect(bare.get(accented)).not.toEqual(typed.get(accented));
  });

  test('tell the order of words', () => {
    const index = learning();
    expect(featuresOf('vay vốn', index).get(plain)).not.toEqual(
      featuresOf('vốn vay', index).get(plain),
    );
  });

  test('share characters between a word and its slip', () => {
    const index = learning();
    const right = [...(featuresOf('ngân hàng', index).get(characters) ?? [])];
    const slip = featuresOf('ngân hàgn', index).get(characters);
    expect(right.filter((gram) => slip?.has(gram)).length).toBeGreaterThan(right.length / 3);
  });

  test('have a concept once, whatever words say it', () => {
    const index = learning();
    const one = featuresOf('vay', index).get(concepts);
    expect(one?.size).toBe(1);
    expect(featuresOf('mượn vốn rồi vay nữa', index).get(concepts)).toEqual(one);
    expect(featuresOf('trồng cà phê', index).get(concepts)?.size).toBe(0);
  });

  test('never learnt vanish', () => {
    const none: FeatureIndex = { number: () => -1, words: new Map() };
    const out = featureList();
    extract(normalize('vay vốn ở đâu', language.spelling), language, none, out);
    expect(out.size).toBe(0);
  });

  test('of a sentence of any length are bounded', () => {
    const out = featureList();
    const index = learning();
    const words = Array.from({ length: 900 }, (_, i) => ({ t: `từ${i}`, d: `tu${i}` }));
    extract(words, language, index, out);
    expect(out.size).toBeGreaterThan(0);
    expect(out.size).toBeLessThan(160 * 40);
  });
});

test('a hash is never 0, which marks an empty slot, and depends on its seed', () => {
  expect(hashOf('vay', 1)).not.toBe(hashOf('vay', 2));
  expect(hashOf('', 0)).not.toBe(0);
});
