import type { z } from 'zod';
import type { Spoken } from './answer.ts';
import type { Report } from './problem.ts';
import { readYaml } from './yaml.ts';
import type { Located } from './yaml.ts';

/** Texts by path from the root: `content/phrases.yaml`. */
export type Files = ReadonlyMap<string, string>;

/** What readers work with: the files, and where they put what they find. */
export interface Desk {
  readonly files: Files;
  readonly report: Report;
  /** What people will read, line by line, for the rules of style. */
  readonly spoken: Spoken[];
  /** The same by message. */
  readonly messages: Spoken[];
}

export interface Form<T> {
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  /** Leading parts of a path that are names and not keys. */
  readonly named?: number;
  /** Only what stands before this is read: the sentences of an intents file are many, and another's to read. */
  readonly before?: RegExp;
}

export interface Read<T> extends Located<T> {
  readonly file: string;
  /** Reports a problem of the value at `path`. */
  problem(path: readonly PropertyKey[], code: string, message: string): void;
  /** Hands a text to the rules of style. */
  say(path: readonly PropertyKey[], text: string): void;
}

/** One YAML file by its form. A file that is not there is a problem of its first line. */
export function readForm<T>(desk: Desk, file: string, form: Form<T>): Read<T> | undefined {
  const whole = desk.files.get(file);
  if (whole === undefined) {
    const message = 'thiếu tệp này – tạo lại theo docs/add-an-answer.md';
    desk.report({ file, line: 1, code: 'file.missing', message });
    return undefined;
  }
  const { kind, schema, named = 0 } = form;
  const [text = ''] = form.before ? whole.split(form.before, 1) : [whole];
  const located = readYaml({ file, text, kind, named }, schema, desk.report);
  if (!located) return undefined;
  return {
    ...located,
    file,
    problem: (path, code, message) => {
      desk.report({ file, line: located.lineOf(...path), code, message });
    },
    say: (path, said) => {
      desk.spoken.push({ file, line: located.lineOf(...path), text: said });
    },
  };
}

/** Paths directly under a folder with this ending, in order. */
export function filesIn(files: Files, folder: string, ending: string): string[] {
  return [...files.keys()]
    .filter((file) => file.startsWith(`${folder}/`) && file.endsWith(ending))
    .filter((file) => !file.slice(folder.length + 1).includes('/'))
    .sort();
}

/** `so-khcn` of `content/organisations/so-khcn.yaml` */
export function stem(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
}
