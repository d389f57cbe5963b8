import { ContentError } from '../errors.ts';

/** Something an editor has to put right, in Vietnamese, with a code that never changes. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export type Report = (problem: Problem) => void;

/** The first of several problems, as an error that also says how many there are. */
export function toError(problems: readonly [Problem, ...Problem[]]): ContentError {
  const [{ file, line, code, message }, ...rest] = problems;
  const more = rest.length ? ` (còn ${rest.length} lỗi khác, xem: npm run check)` : '';
  return new ContentError(file, line, code, message + more);
}

/** By file, then by line. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
}
