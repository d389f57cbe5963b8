import { expect, test } from '@jest/globals';
import { readTyping, typeVni } from '../../src/nlu/typing.ts';

test.each(['học', 'việt', 'tôi', 'được', 'hỏi'])(
  '“%s” typed with VNI’s digits is read back',
  (word) => {
    expect(typeVni(word)).toMatch(/\d/);
    expect(readTyping(typeVni(word))).toBe(word);
  },
);
