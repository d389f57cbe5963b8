import { AppError } from '../errors.ts';
import { readJson } from './json.ts';

/**
 * The JSON of a body of Zalo. Its ids are numbers beyond 2^53 – sent as strings, but not by everybody always – so
 * whole numbers of sixteen digits and more are read as strings: as JavaScript numbers two people would become one.
 * @throws {AppError} `bad_json` (400): no UTF-8, no JSON, or nested without end.
 */
export function readZaloJson(body: Uint8Array): unknown {
  return readJson(Buffer.from(withLongNumbersQuoted(textOf(body))));
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new AppError('bad_json', 400, 'The body is not JSON in UTF-8.', { cause: error });
  }
}

/** Number.MAX_SAFE_INTEGER has sixteen digits. */
const safeDigits = 15;

/** One walk over the text, whatever stands in it: strings are passed over, long whole numbers get quotes. */
function withLongNumbersQuoted(text: string): string {
  let quoted = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = endOfString(text, at);
    else if (startsNumber(text, at)) {
      const end = endOfNumber(text, at);
      if (isLongWhole(text.slice(at, end))) {
        quoted += `${text.slice(copied, at)}"${text.slice(at, end)}"`;
        copied = end;
      }
      at = end - 1;
    }
  }
  return quoted + text.slice(copied);
}

/** The closing quote of the string that begins here, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function startsNumber(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c === 0x2d || (c >= 0x30 && c <= 0x39);
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && /[\d.eE+-]/.test(text[at] ?? '')) at++;
  return at;
}

function isLongWhole(number: string): boolean {
  return number.length > safeDigits && /^-?[1-9]\d*$/.test(number);
}
