import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Pair, YAMLMap } from 'yaml';
import { ContentError } from '../errors.ts';
import type { IntentName } from './types.ts';

/** A file as it was read: path as shown to editors (`intents/ocop.yaml`), and its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export const styles = ['clean', 'nodiacritics', 'mixed', 'teencode', 'typo', 'long'] as const;
/** A way of writing. */
export type Style = (typeof styles)[number];

/** The class of everything that belongs to no topic. */
export const none = 'none';

export interface Intent {
  readonly name: IntentName;
  readonly title: string;
  /** ≤ 20 characters */
  readonly button: string;
  /** Learnt together with the examples. */
  readonly describes: readonly string[];
  /** Boundaries for reviewers; not learnt. */
  readonly not: Readonly<Record<string, string>>;
  /** Answered from the lower threshold. */
  readonly eager: boolean;
  readonly file: string;
}

/** A topic of `none.yaml`; `say` is the phrase that tells why not. */
export interface NoneTopic {
  readonly topic: string;
  readonly say?: string;
}

export interface Sentence {
  readonly text: string;
  /** An intent, or `none`. */
  readonly label: string;
  readonly style: Style;
  readonly writer: string;
  /** Set for `none`. */
  readonly topic?: string;
  readonly file: string;
  readonly line: number;
}

/** What people say, by intent: everything the classifier learns from. Sorted by file name. */
export interface Corpus {
  readonly intents: readonly Intent[];
  readonly topics: readonly NoneTopic[];
  readonly sentences: readonly Sentence[];
}

/**
 * Reads `intents/<intent>.yaml` and `intents/none.yaml`; other paths are ignored.
 * @throws {ContentError} with file and line, in Vietnamese, for the editor.
 */
export function parseCorpus(files: readonly TextFile[]): Corpus {
  const intents: Intent[] = [];
  const topics: NoneTopic[] = [];
  const sentences: Sentence[] = [];
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = /(?:^|\/)([a-z0-9_]+)\.yaml$/.exec(file.path)?.[1];
    if (name === undefined || /(?:lexicon|entities)\//.test(file.path)) continue;
    const reader = readerOf(file);
    if (name === none) {
      const read = readTopics(reader);
      topics.push(...read.topics);
      sentences.push(...read.sentences);
    } else {
      intents.push(readIntent(reader, name));
      sentences.push(...readExamples(reader, reader.root, { label: name }));
    }
  }
  return { intents, topics, sentences };
}

/** One YAML document with what is needed to name a line. */
interface Reader {
  readonly file: TextFile;
  readonly root: YAMLMap;
  lineAt(node: unknown): number;
  fail(node: unknown, code: string, message: string): never;
}

function readerOf(file: TextFile): Reader {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new ContentError(file.path, line, 'yaml.syntax', `YAML sai: ${broken.message}`);
  }
  const lineAt = (node: unknown): number => {
    const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    return range ? lines.linePos(range[0]).line : 1;
  };
  const fail = (node: unknown, code: string, message: string): never => {
    throw new ContentError(file.path, lineAt(node), code, message);
  };
  const root = document.contents;
  if (!isMap(root)) return fail(root, 'intent.shape', 'tệp phải bắt đầu bằng “title: …”');
  return { file, root, lineAt, fail };
}

const intentKeys = ['title', 'button', 'describes', 'not', 'eager', 'examples'];

function readIntent(reader: Reader, name: string): Intent {
  const { root, file } = reader;
  refuseUnknown(reader, root, intentKeys);
  const button = text(reader, root, 'button');
  if (Array.from(button).length > 20) {
    reader.fail(
      root.get('button', true),
      'intent.button.long',
      `nút “${button}” dài hơn 20 ký tự (giới hạn của Messenger)`,
    );
  }
  const eager = root.get('eager');
  if (eager !== undefined && typeof eager !== 'boolean') {
    reader.fail(root.get('eager', true), 'intent.eager', '“eager” là true hoặc bỏ hẳn dòng này');
  }
  return {
    name,
    title: text(reader, root, 'title'),
    button,
    describes: nonEmptyLines(text(reader, root, 'describes')),
    not: readNot(reader),
    eager: eager === true,
    file: file.path,
  };
}

function readNot(reader: Reader): Record<string, string> {
  const node = reader.root.get('not', true);
  if (node === undefined || (isScalar(node) && node.value === null)) return {};
  if (!isMap(node)) {
    return reader.fail(node, 'intent.not', '“not” ghi từng dòng “tên_mục: ranh giới”');
  }
  return Object.fromEntries(
    node.items.map((pair) => {
      const key = keyOf(pair);
      return [key, text(reader, node, key)];
    }),
  );
}

function readTopics(reader: Reader): { topics: NoneTopic[]; sentences: Sentence[] } {
  const topics: NoneTopic[] = [];
  const sentences: Sentence[] = [];
  refuseUnknown(reader, reader.root, ['title', 'topics']);
  const list = reader.root.get('topics', true);
  if (!isSeq(list)) {
    return reader.fail(list ?? reader.root, 'none.topics', 'thiếu “topics:” với từng “- topic: …”');
  }
  for (const item of list.items) {
    if (!isMap(item)) return reader.fail(item, 'none.topic', 'mỗi mục bắt đầu bằng “- topic: …”');
    refuseUnknown(reader, item, ['topic', 'say', 'examples']);
    const topic = text(reader, item, 'topic');
    if (topics.some((known) => known.topic === topic)) {
      reader.fail(item, 'none.topic.twice', `chủ đề “${topic}” ghi hai lần – gộp lại`);
    }
    topics.push(item.has('say') ? { topic, say: text(reader, item, 'say') } : { topic });
    sentences.push(...readExamples(reader, item, { label: none, topic }));
  }
  return { topics, sentences };
}

function readExamples(
  reader: Reader,
  owner: YAMLMap,
  what: { readonly label: string; readonly topic?: string },
): Sentence[] {
  const list = owner.get('examples', true);
  if (!isSeq(list)) {
    return reader.fail(list ?? owner, 'intent.examples', 'thiếu “examples:” với các câu mẫu');
  }
  return list.items.flatMap((block) => {
    if (!isMap(block)) {
      return reader.fail(
        block,
        'intent.examples.block',
        'mỗi khối là “- writer: …” và các kiểu gõ',
      );
    }
    refuseUnknown(reader, block, ['writer', ...styles]);
    const writer = block.has('writer') ? text(reader, block, 'writer') : '';
    return styles.flatMap((style) =>
      linesOf(reader, block, style).map((line) => ({ ...what, style, writer, ...line })),
    );
  });
}

/** The sentences under one style, each with its own line in the file. */
function linesOf(
  reader: Reader,
  block: YAMLMap,
  style: Style,
): { text: string; file: string; line: number }[] {
  const node = block.get(style, true);
  if (node === undefined) return [];
  if (!isScalar(node) || typeof node.value !== 'string') {
    return reader.fail(node, 'intent.examples.lines', `“${style}: |” rồi mỗi câu một dòng`);
  }
  // A block's text begins on the line after its “|”.
  const first = reader.lineAt(node) + (node.type === 'BLOCK_LITERAL' ? 1 : 0);
  return node.value
    .split('\n')
    .map((line, i) => ({ text: line.trim(), file: reader.file.path, line: first + i }))
    .filter((sentence) => sentence.text !== '');
}

function text(reader: Reader, owner: YAMLMap, key: string): string {
  const node = owner.get(key, true);
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (typeof value === 'number') return String(value);
  return reader.fail(node ?? owner, `intent.${key}.missing`, `thiếu “${key}”`);
}

function refuseUnknown(reader: Reader, owner: YAMLMap, known: readonly string[]): void {
  for (const pair of owner.items) {
    const key = keyOf(pair);
    if (known.includes(key)) continue;
    reader.fail(pair.key, 'intent.key', `không có mục “${key}”; chỉ dùng: ${known.join(', ')}`);
  }
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function nonEmptyLines(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
