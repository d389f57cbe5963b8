import { expect, test } from '@jest/globals';
import { readTyping } from '../../src/nlu/typing.ts';
import { typeVni } from '../support/vni.ts';

test.each(['học', 'việt', 'tôi', 'được', 'hỏi'])(
  '“%s” typed with VNI’s digits is read back',
  (word) => {
    expect(typeVni(word)).toMatch(/\d/);
    expect(readTyping(typeVni(word))).toBe(word);
  },
);
