import { takeTone } from '../../src/nlu/syllable.ts';
import type { Tone } from '../../src/nlu/syllable.ts';

/** A syllable as its keys are struck with VNI, tone key last. */
export function typeVni(syllable: string): string {
  const taken = takeTone(syllable);
  if (!taken) return syllable;
  const keys = Array.from(taken.bare, (letter) => vniKeys[letter] ?? letter).join('');
  return keys + (vniTones.indexOf(taken.tone) > 0 ? String(vniTones.indexOf(taken.tone)) : '');
}

/** By digit: 1 sắc, 2 huyền, 3 hỏi, 4 ngã, 5 nặng. */
const vniTones: readonly Tone[] = [0, 2, 1, 3, 4, 5];
const vniKeys: Readonly<Record<string, string>> = {
  đ: 'd9',
  â: 'a6',
  ê: 'e6',
  ô: 'o6',
  ă: 'a8',
  ơ: 'o7',
  ư: 'u7',
};
