import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ContentError } from '../errors.ts';
import type { TextFile } from './corpus.ts';
import { aspects } from './types.ts';

/** Words and phrases kept as data in `intents/lexicon/`. */
export interface Lexicon {
  /** `ko: không`, `dc: [được, địa chỉ]`: chat words and their readings. */
  readonly chat: Readonly<Record<string, readonly string[]>>;
  readonly english: readonly string[];
  /** By kind: institutions, groups, acts, things, words. Only `words` say nothing about the topic. */
  readonly concepts: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly aspects: Readonly<Record<string, readonly string[]>>;
  readonly signals: Readonly<Record<string, readonly string[]>>;
  readonly courtesy: readonly string[];
}

const scalar = z.union([z.string(), z.number()]).transform(String);
const list = z.array(scalar);
const shapes = {
  chat: z.record(z.string(), z.union([scalar.transform((read) => [read]), list])),
  english: z.string().transform((words) => words.split(/\s+/).filter((word) => word !== '')),
  concepts: z.record(z.string(), z.record(z.string(), list)),
  aspects: z.partialRecord(z.enum(aspects), list),
  signals: z.record(
    z.enum([
      'danger',
      'cry',
      'urgent',
      'worried',
      'moneyGone',
      'rude',
      'complaint',
      'act',
      'price',
      'commodity',
      'followUp',
      'correction',
      'connector',
      'harmless',
    ]),
    list,
  ),
  courtesy: list,
};

/** @throws {ContentError} naming file and line, when a lexicon is missing or not in its form. */
export function parseLexicon(files: readonly TextFile[]): Lexicon {
  return {
    chat: parse('chat', shapes.chat, files),
    english: parse('english', shapes.english, files),
    concepts: parse('concepts', shapes.concepts, files),
    aspects: parse('aspects', shapes.aspects, files),
    signals: parse('signals', shapes.signals, files),
    courtesy: parse('courtesy', shapes.courtesy, files),
  };
}

function parse<Shape extends z.ZodType>(
  name: string,
  shape: Shape,
  files: readonly TextFile[],
): z.output<Shape> {
  const file = files.find(({ path }) => path.endsWith(`lexicon/${name}.yaml`));
  if (!file) {
    throw new ContentError(
      `intents/lexicon/${name}.yaml`,
      1,
      'lexicon.missing',
      'thiếu tệp này – tạo lại từ bản gốc',
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new ContentError(file.path, line, 'yaml.syntax', `YAML sai: ${broken.message}`);
  }
  const result = shape.safeParse(document.toJS());
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const node: unknown = path.length > 0 ? document.getIn(path as string[], true) : undefined;
  throw new ContentError(
    file.path,
    lineOf(node, lines),
    'lexicon.shape',
    `“${path.join('.')}” không đúng dạng: ${issue?.message ?? ''}`,
  );
}

/** Nodes of `yaml` carry `range`; what is missing has none and is reported on the first line. */
function lineOf(node: unknown, lines: LineCounter): number {
  if (typeof node !== 'object' || node === null || !('range' in node)) return 1;
  const { range } = node;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? lines.linePos(start).line : 1;
}
