import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TextFile } from '../../../src/nlu/corpus.ts';

const block = (name: string, lines: readonly string[]): string =>
  `    ${name}: |\n${lines.map((line) => `      ${line}\n`).join('')}`;

/** `intents/<name>.yaml` with these sentences, by style; the first one on line 8. */
export function intentFile(
  name: string,
  examples: Readonly<Record<string, readonly string[]>>,
  more = '',
): TextFile {
  const text =
    `title: Mục ${name}\nbutton: ${name}\ndescribes: |\n  Về ${name}.\nexamples:\n  - writer: w1\n` +
    Object.entries(examples)
      .map(([style, lines]) => block(style, lines))
      .join('') +
    more;
  return { path: `intents/${name}.yaml`, text };
}

const real = path.join(import.meta.dirname, '..', '..', '..', 'intents', 'lexicon');

const lexicons: Readonly<Record<string, string>> = {
  chat: 'ko: không\nntn: như thế nào\ndc: [được, địa chỉ]\n',
  english: 'marketing online\n',
  concepts: 'acts:\n  loan: [vay, mượn vốn]\nwords:\n  want: [muốn]\n',
  aspects: 'fee: [lệ phí, phí, bao nhiêu tiền]\nplace: [ở đâu]\n',
  signals: readFileSync(path.join(real, 'signals.yaml'), 'utf8'),
  courtesy: '- xin chào\n- ạ\n',
};

/** All lexicons, small but for signals, of which every kind must be there; `changes` by name, undefined takes one away. */
export function lexiconFiles(
  changes: Readonly<Record<string, string | undefined>> = {},
): TextFile[] {
  return Object.entries({ ...lexicons, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [{ path: `intents/lexicon/${name}.yaml`, text }],
  );
}
