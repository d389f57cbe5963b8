import type { ReadAnswer, Spoken } from './answer.ts';
import type { Fact } from './content.ts';
import type { Problem } from './problem.ts';

/**
 * The same figure written out in two answers will one day be put right in one of them only. So an amount of
 * money or a percentage that a second answer uses, too, has to come from `content/facts.yaml`.
 * (Days and ages are left out: “3 ngày làm việc” of two procedures is chance.)
 */
export function repeatedFigures(
  answers: readonly ReadAnswer[],
  facts: readonly Fact[],
): readonly Problem[] {
  const said = new Map(facts.map((fact) => [fact.id, fact.say]));
  const uses = answers.flatMap(({ answer, spoken }) =>
    spoken.flatMap((line) => usesIn(line, answer.file, said)),
  );
  return uses
    .filter((use) => use.fact === undefined)
    .flatMap((use) => {
      const twin = uses.find((other) => other.figure === use.figure && other.of !== use.of);
      if (!twin) return [];
      const insert = twin.fact ? `{fact.${twin.fact}}` : 'một {fact.…} trong content/facts.yaml';
      const message = `"${use.written}" cũng có ở ${twin.of}:${twin.at.line} – dùng chung ${insert}`;
      const { file, line } = use.at;
      return [{ file, line, code: 'answer.figure.repeated', message }];
    });
}

interface Use {
  readonly figure: string;
  readonly written: string;
  /** The file of the answer. */
  readonly of: string;
  readonly at: Spoken;
  /** The fact it was inserted from. */
  readonly fact?: string;
}

function usesIn(at: Spoken, of: string, said: ReadonlyMap<string, string>): Use[] {
  const inserted = [...at.text.matchAll(/\{fact\.(\w+)\}/g)].flatMap(([, fact = '']) =>
    figuresOf(said.get(fact) ?? '').map((one) => ({ ...one, of, at, fact })),
  );
  return [...figuresOf(at.text).map((one) => ({ ...one, of, at })), ...inserted];
}

const units: Readonly<Record<string, number>> = {
  nghìn: 1e3,
  ngàn: 1e3,
  triệu: 1e6,
  tỷ: 1e9,
  tỉ: 1e9,
};
const amount = /(\d+(?:[.,]\d+)*) *(nghìn|ngàn|triệu|tỷ|tỉ)?(?!\p{L})( *đồng)?/giu;
const share = /(\d+(?:,\d+)?) *%/g;

/** `1,5 tỷ` and `1.500.000.000 đồng` are the same figure. */
export function figuresOf(text: string): { figure: string; written: string }[] {
  const money = [...text.matchAll(amount)].flatMap(([written, digits = '', unit, dong]) => {
    if (unit === undefined && dong === undefined) return [];
    const value = Number(digits.replaceAll('.', '').replace(',', '.'));
    return [{ figure: `${value * (units[unit?.toLowerCase() ?? ''] ?? 1)} đồng`, written }];
  });
  const shares = [...text.matchAll(share)].map(([written, digits = '']) => ({
    figure: `${digits}%`,
    written,
  }));
  return [...money, ...shares];
}
