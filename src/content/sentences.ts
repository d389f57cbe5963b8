import { parseCorpus } from '../nlu/corpus.ts';
import type { Intent, Sentence } from '../nlu/corpus.ts';
import { split } from '../nlu/normalize.ts';
import { removeMarks } from '../nlu/syllable.ts';
import { ContentError } from '../errors.ts';
import type { Files } from './desk.ts';
import { inOrder } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Judgement } from './style.ts';

/** Fewer sentences than this teach a topic badly. */
const enough = 40;
/** Share of words in common from which two sentences are the same one (nlu.md §11). */
const nearlyEqual = 0.8;

/** A sentence kept for measuring, never learnt from. */
export interface HeldOut {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What people say, judged: form, doubles, thin topics, and sentences that give the exam away. */
export function checkSentences(files: Files, heldOut: readonly HeldOut[]): Judgement {
  const { sentences, intents, problems } = readAll(files);
  return {
    errors: inOrder([...problems, ...givenAway(sentences, heldOut)]),
    warnings: inOrder([...doubles(sentences), ...thin(sentences, intents)]),
  };
}

/** Each file by itself, so that one broken file does not hide what is wrong with the next. */
function readAll(files: Files) {
  const problems: Problem[] = [];
  const intents: Intent[] = [];
  const sentences: Sentence[] = [];
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^intents\/[a-z0-9_]+\.yaml$/.test(path)) continue;
    try {
      const corpus = parseCorpus([{ path, text }]);
      intents.push(...corpus.intents);
      sentences.push(...corpus.sentences);
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      const { file, line, code } = error;
      problems.push({ file, line, code, message: bareMessage(error) });
    }
  }
  return { problems, intents, sentences };
}

/** Without the file, line and code that the error puts around it. */
const bareMessage = ({ message, file, line, code }: ContentError): string =>
  message.replace(`${file}:${line}: `, '').replace(` [${code}]`, '');

/** Words as anybody may type them: lower case, no accents. */
const wordsOf = (text: string): string[] => split(text).map(removeMarks);

function doubles(sentences: readonly Sentence[]): Problem[] {
  const first = new Map<string, Sentence>();
  return sentences.flatMap((sentence) => {
    const key = wordsOf(sentence.text).join(' ');
    const twin = first.get(key);
    if (!twin) first.set(key, sentence);
    if (!twin || twin.label === sentence.label) return [];
    const { file, line, text } = sentence;
    const message = `"${text}" cũng có ở ${twin.file}:${twin.line} – giữ ở một mục`;
    return [{ file, line, code: 'intent.sentence.twice', message }];
  });
}

function thin(sentences: readonly Sentence[], intents: readonly Intent[]): Problem[] {
  const counts = new Map<string, number>();
  for (const { label } of sentences) counts.set(label, (counts.get(label) ?? 0) + 1);
  return intents.flatMap(({ name, file }) => {
    const count = counts.get(name) ?? 0;
    if (count >= enough) return [];
    const message = `mới có ${count} câu – thêm cho đủ ${enough}, nhiều cách nói khác nhau`;
    return [{ file, line: 1, code: 'intent.examples.thin', message }];
  });
}

/** A held-out sentence that was learnt measures nothing. */
function givenAway(sentences: readonly Sentence[], heldOut: readonly HeldOut[]): Problem[] {
  const sets = sentences.map(({ text }) => new Set(wordsOf(text)));
  const byWord = new Map<string, number[]>();
  for (const [i, set] of sets.entries()) {
    for (const word of set) {
      const places = byWord.get(word);
      if (places) places.push(i);
      else byWord.set(word, [i]);
    }
  }
  return heldOut.flatMap(({ file, line, text }) => {
    const words = new Set(wordsOf(text));
    const near = nearest(words, sets, byWord);
    const twin = near === undefined ? undefined : sentences[near];
    if (!twin) return [];
    const message = `câu đo "${text}" gần như trùng ${twin.file}:${twin.line} – bỏ một trong hai`;
    return [{ file, line, code: 'heldOut.tooNear', message }];
  });
}

/** The first sentence of which at least `nearlyEqual` of all words of both are shared. */
function nearest(
  words: ReadonlySet<string>,
  sets: readonly ReadonlySet<string>[],
  byWord: ReadonlyMap<string, readonly number[]>,
): number | undefined {
  const shared = new Map<number, number>();
  for (const word of words) {
    for (const i of byWord.get(word) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1);
  }
  for (const [i, count] of shared) {
    const all = words.size + (sets[i]?.size ?? 0) - count;
    if (count / all >= nearlyEqual) return i;
  }
  return undefined;
}
