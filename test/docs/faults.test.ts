import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '..', '..');

/** A test that docs/faults.md names as a proof. */
interface Proof {
  readonly row: string;
  readonly file: string;
  /** Its name with those of its groups before it, as they stand in the source. */
  readonly name: string;
}

const rows = readFileSync(path.join(root, 'docs', 'faults.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')));

const proofs: readonly Proof[] = rows.flatMap(([row = '', , , cell = '']) =>
  cell.split('<br>').map((proof) => {
    const [, file = '', name = ''] = /^`([^`]+)` (.+)$/.exec(proof) ?? [];
    return { row, file, name };
  }),
);

const known = new Map<string, ReadonlySet<string>>();

/** The names of all tests in a file. Empty where there is no such file. */
function testsIn(file: string): ReadonlySet<string> {
  const found = known.get(file) ?? new Set(namesIn(file));
  known.set(file, found);
  return found;
}

function namesIn(file: string): string[] {
  const at = ['.test.ts', '.ts']
    .map((ending) => path.join(root, 'test', file + ending))
    .find((one) => existsSync(one));
  if (at === undefined) return [];
  const source = ts.createSourceFile(at, readFileSync(at, 'utf8'), ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  const walk = (node: ts.Node, groups: readonly string[]): void => {
    const named = ts.isCallExpression(node) ? nameOf(node) : undefined;
    const path = named === undefined ? groups : [...groups, named.name];
    if (named?.what === 'test') names.push(path.join(' › '));
    ts.forEachChild(node, (child) => {
      walk(child, path);
    });
  };
  walk(source, []);
  return names;
}

/** Of `test('…')`, `describe('…')` and their forms with `.each(…)`. What is skipped counts for nothing. */
function nameOf({ expression, arguments: given }: ts.CallExpression) {
  const [first] = given;
  const called = /^(test|describe)(?:\.each\b.*)?$/s.exec(expression.getText());
  if (!called || !first) return undefined;
  if (!ts.isStringLiteralLike(first) && !ts.isTemplateExpression(first)) return undefined;
  const name = ts.isTemplateExpression(first) ? first.getText().slice(1, -1) : first.text;
  return { what: called[1], name };
}

describe('docs/faults.md', () => {
  test('has the fourteen rows in order, each with what goes wrong, what is done and a proof', () => {
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 14 }, (_, i) => `${i + 1}`));
    for (const cells of rows) {
      expect(cells).toHaveLength(4);
      for (const cell of cells) expect(cell).not.toBe('');
    }
  });

  test('names no test that is not there', () => {
    const missing = proofs.filter(({ file, name }) => !testsIn(file).has(name));
    expect(missing).toEqual([]);
  });

  test('names no test twice in a row of the table', () => {
    const all = proofs.map(({ row, file, name }) => `${row} ${file} ${name}`);
    expect(all.filter((one, i) => all.indexOf(one) !== i)).toEqual([]);
  });

  test('leaves out no test that names its row by number', () => {
    const files = new Set(proofs.map(({ file }) => file));
    const numbered = [...files].flatMap((file) =>
      [...testsIn(file)].flatMap((name) =>
        [...name.matchAll(/\bD(\d+)\b/g)].map(([, row = '']) => ({ row, file, name })),
      ),
    );
    expect(numbered.length).toBeGreaterThan(0);
    const rowsWithout = numbered.filter(
      ({ row, file }) => !proofs.some((proof) => proof.row === row && proof.file === file),
    );
    expect(rowsWithout).toEqual([]);
  });
});
