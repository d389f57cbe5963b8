import { expect, test } from '@jest/globals';
import { isSyllable } from '../../src/nlu/syllable.ts';
import { readTyping, typeTelex } from '../../src/nlu/typing.ts';
import { typeVni } from '../support/vni.ts';

test.each([
  ['hocj', 'học'],
  ['hojc', 'học'],
  ['dduwowcj', 'được'],
  ['duongwd', 'đương'],
  ['vietej', 'việt'],
  ['vieejt', 'việt'],
  ['thees', 'thế'],
  ['tooi', 'tôi'],
  ['coong', 'công'],
  ['ddi', 'đi'],
  ['tranwf', 'trằn'],
  ['hieeur', 'hiểu'],
  ['nhãn', undefined],
  ['d9u7o7ng2', 'đường'],
  ['d9uo7ng2', 'đường'],
  ['hoc5', 'học'],
  ['vie65t', 'việt'],
  ['to6i', 'tôi'],
  ['toi6', 'tôi'],
  ['bmt', undefined],
  ['ocop3', undefined],
  ['9239', undefined],
  ['20', undefined],
])('“%s” is read as %s', (word, expected) => {
  expect(readTyping(word)).toBe(expected);
});

/** Every initial with a spread of rimes and tones, as far as they are syllables. */
const syllables = 'b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x'
  .split(' ')
  .flatMap((initial) =>
    'a ai an ang anh ao au ay ac at ap ăn ăng ăt âm ân âu ây e em en eo et ê ên êu êt i ia im in inh iu it iên iêt iêu o oi on ong ot oa oan oang oe ô ôi ôn ông ôc ơ ơi ơn u ua ui un ung uc uân uê uôi uôn uôc uy uyên uyêt ư ưa ưi ưng ươi ươn ương ươc ươt yên'
      .split(' ')
      .map((rime) => initial + rime),
  )
  .flatMap((bare) => [0, 1, 2, 3, 4, 5].map((tone) => ({ bare, tone })))
  .map(({ bare, tone }) => withTone(bare, tone))
  .filter((word) => isSyllable(word));

function withTone(bare: string, tone: number): string {
  const mark = ['', '\u0300', '\u0301', '\u0309', '\u0303', '\u0323'][tone] ?? '';
  const marked = Array.from(bare).findIndex((letter) => 'ăâêôơư'.includes(letter));
  const last = Math.max(
    ...Array.from(bare).map((letter, i) => ('aeiouy'.includes(letter) ? i : -1)),
  );
  const at = bare.includes('ươ') ? bare.indexOf('ơ') : marked >= 0 ? marked : last;
  return (bare.slice(0, at + 1) + mark + bare.slice(at + 1)).normalize('NFC');
}

/** As `respell` would have it: what comes back is spelt by the rule. */
const roundTrip = (type: (word: string) => string) => {
  const wrong = syllables.filter((word) => {
    const typed = type(word);
    const read = typed === word ? word : readTyping(typed);
    return (
      read?.normalize('NFD').split('').sort().join('') !==
      word.normalize('NFD').split('').sort().join('')
    );
  });
  return { tried: syllables.length, wrong };
};

test.each([
  ['Telex, tone last', (word: string) => typeTelex(word, true)],
  ['Telex, tone after its vowel', (word: string) => typeTelex(word, false)],
  ['VNI', typeVni],
])('%s: every syllable comes back', (_name, type) => {
  const { tried, wrong } = roundTrip(type);
  expect(tried).toBeGreaterThan(4_000);
  expect(wrong.slice(0, 40)).toEqual([]);
});
