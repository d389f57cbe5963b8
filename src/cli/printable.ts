/** Control characters, which move a cursor or rename a window, and what turns the direction of writing round. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const lineEnds = /\r\n|[\n\r\u0085\u2028\u2029]/;

/**
 * What somebody wrote, as a terminal may show it: it cannot command the terminal, nor look like a line of ours.
 * `lineEnd` stands where they began a new line.
 */
export function printable(text: string, lineEnd = ' ⏎ '): string {
  return text
    .split(lineEnds)
    .map((line) => line.replaceAll('\t', ' ').replace(unprintable, ''))
    .join(lineEnd);
}
