import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { z } from 'zod';
import type { Report } from './problem.ts';

/** A YAML text on its way in. */
export interface YamlText {
  readonly file: string;
  readonly text: string;
  /** Lines of the file before this text: front matter begins on its second line. */
  readonly before?: number;
  /** First part of the codes of its problems: `answer` gives `answer.asOf.missing`. */
  readonly kind: string;
  /** Leading parts of a path that are names and not keys (`facts.yaml` is a map of ids). */
  readonly named?: number;
}

type Path = readonly PropertyKey[];

export interface Located<T> {
  readonly value: T;
  /** The line in the file on which the value at `path` begins. */
  lineOf(...path: Path): number;
}

/** What the schema makes of the text; every problem is reported with the line it stands on. */
export function readYaml<T>(
  from: YamlText,
  schema: z.ZodType<T>,
  report: Report,
): Located<T> | undefined {
  const lines = new LineCounter();
  const document = parseDocument(from.text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line + (from.before ?? 0);
  const [broken] = document.errors;
  if (broken) {
    report({
      file: from.file,
      line: lineAt(broken.pos[0]),
      code: broken.code === 'DUPLICATE_KEY' ? `${from.kind}.key.twice` : 'yaml.broken',
      message: brokenMessage(broken.code, broken.message),
    });
    return undefined;
  }
  const lineOf = (...path: Path): number => lineAt(offsetOf(document, path));
  const raw: unknown = document.toJS();
  const result = schema.safeParse(raw ?? {});
  if (result.success) return { value: result.data, lineOf };
  const order = 'shape' in schema ? Object.keys(schema.shape as object) : []; // an object schema lists its keys
  for (const issue of result.error.issues) {
    for (const { path, missing, ...says } of problemsOf(issue, raw, from)) {
      const offset = missing && path.length === 1 ? placeFor(document, path[0], order) : undefined;
      const line = offset === undefined ? lineOf(...path) : lineAt(offset) + 1;
      report({ file: from.file, line, ...says });
    }
  }
  return undefined;
}

function brokenMessage(code: string, detail: string): string {
  return code === 'DUPLICATE_KEY'
    ? 'một tên mục viết hai lần – giữ lại một'
    : `không đọc được YAML – xem lại thụt lề, dấu hai chấm, dấu ngoặc (${detail})`;
}

interface Finding {
  readonly path: Path;
  readonly missing: boolean;
  readonly code: string;
  readonly message: string;
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown, from: YamlText): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      missing: false,
      code: `${from.kind}.key.unknown`,
      message: `"${key}" không có trong khuôn – sửa tên hoặc bỏ đi`,
    }));
  }
  const keys = issue.path.slice(from.named ?? 0).filter((part) => typeof part === 'string');
  const name = keys.at(-1) ?? String(issue.path.at(-1) ?? from.kind);
  const missing = valueAt(raw, issue.path) == undefined;
  return [
    {
      path: issue.path,
      missing,
      code: [from.kind, ...keys, missing ? 'missing' : 'invalid'].join('.'),
      message: `${missing ? `thiếu "${name}"` : `"${name}" chưa đúng`} – ${issue.message}`,
    },
  ];
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part]; // an object or array of plain YAML values
  }
  return value;
}

/** Where the value begins; of what is missing, the last thing that is there on the way to it. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    const next = childOf(node, part);
    if (!next) break;
    offset = (isPair(next) ? startOf(next.key) : startOf(next)) ?? offset;
    node = isPair(next) ? next.value : next;
  }
  return offset;
}

/** The end of the key after which a missing one belongs; undefined when it is there (empty) or would come first. */
function placeFor(
  document: Document,
  key: PropertyKey | undefined,
  order: readonly string[],
): number | undefined {
  const map = document.contents;
  if (!isMap(map) || childOf(map, key ?? '')) return undefined;
  const before = order.slice(0, Math.max(0, order.indexOf(String(key))));
  const last = before.map((name) => childOf(map, name)).findLast(isPair);
  const value = last?.value;
  const end = isScalar(value) || isMap(value) || isSeq(value) ? value.range?.[1] : undefined;
  return end === undefined ? undefined : end - 1;
}

function childOf(node: unknown, part: PropertyKey): Node | Pair | undefined {
  if (isMap(node)) return node.items.find(({ key }) => isScalar(key) && key.value === part);
  if (!isSeq(node) || typeof part !== 'number') return undefined;
  return node.items[part] as Node | undefined; // items of a parsed sequence are nodes
}

const startOf = (node: unknown): number | undefined =>
  isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
