import { AppError } from '../errors.ts';

/** Deeper than anything a platform sends; what is deeper would overflow the stack of whatever walks it. */
const deepest = 64;

/** The JSON of a body. @throws {AppError} `bad_json` (400): no UTF-8, no JSON, or nested without end. */
export function readJson(body: Uint8Array): unknown {
  const value = parse(body);
  if (isDeeper(value, deepest)) {
    throw new AppError('bad_json', 400, `The body is nested deeper than ${deepest} levels.`);
  }
  return value;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new AppError('bad_json', 400, 'The body is not JSON in UTF-8.', { cause: error });
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
