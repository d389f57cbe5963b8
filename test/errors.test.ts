import { expect, test } from '@jest/globals';
import { AppError, briefly, ConflictError } from '../src/errors.ts';

/** What people wrote can stand in a message, on any of its lines. */
const secret = 'E11000 duplicate key\n  "text": "số của tôi là 0905 123 456"';

test('what a log says of an error is its code and where it happened, never its words', () => {
  const errors = [
    new Error(secret),
    new AppError('invalid', 400, secret),
    new ConflictError([secret]),
  ];
  expect(errors.map((error) => briefly(error).code)).toEqual(['Error', 'invalid', 'ConflictError']);
  for (const error of errors) {
    const said = JSON.stringify(briefly(error));
    expect(said).toContain('errors.test');
    expect(said).not.toContain('duplicate');
    expect(said).not.toContain('0905');
  }
  expect(briefly(secret)).toEqual({ code: 'unknown' });
});
