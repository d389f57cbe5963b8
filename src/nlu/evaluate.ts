import { none, styles } from './corpus.ts';
import type { Sentence } from './corpus.ts';
import { combine } from './score.ts';
import type { Outputs } from './score.ts';
import { judge } from './zones.ts';
import type { Verdict, Zones } from './zones.ts';

/** A sentence the model had not learnt, and what it makes of it. */
export interface Judged {
  readonly sentence: Pick<Sentence, 'text' | 'label' | 'style' | 'writer'>;
  readonly verdict: Verdict;
  /** Probability of `none`. */
  readonly noneProbability: number;
}

/** Shares are 0 to 1. */
export interface StyleMeasure {
  readonly sentences: number;
  readonly first: number;
  readonly amongThree: number;
  readonly answered: number;
  /** Of the answered. */
  readonly right: number;
  readonly offered: number;
  /** Of the offered. */
  readonly offeredRight: number;
  readonly human: number;
}

/** What belongs to no topic, and is answered all the same. */
export interface NoneMeasure {
  readonly sentences: number;
  readonly answered: number;
  /** 95 % interval of `answered` (Wilson). */
  readonly interval: readonly [number, number];
}

export interface IntentMeasure {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Confusion {
  readonly intent: string;
  readonly takenFor: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export interface Measures {
  readonly all: StyleMeasure;
  readonly byStyle: Readonly<Record<string, StyleMeasure>>;
  readonly byWriter: Readonly<Record<string, StyleMeasure>>;
  readonly byIntent: Readonly<Record<string, IntentMeasure>>;
  readonly macroF1: number;
  readonly none: NoneMeasure & { readonly byStyle: Readonly<Record<string, NoneMeasure>> };
  /** How well the scope tells ours from `none`: 0.5 is chance. */
  readonly auroc: number;
  /** Expected calibration error, ten equal bins, `none` a class. */
  readonly ece: number;
  readonly confusions: readonly Confusion[];
}

/** The verdict on a sentence that was scored, and how likely it is none of ours. */
export function judgeOutputs(zones: Zones, sentence: Judged['sentence'], outputs: Outputs): Judged {
  const verdict = judge(zones, combine(outputs, zones.calibration));
  const inScope = verdict.intents.reduce((sum, { probability }) => sum + probability, 0);
  return { sentence, verdict, noneProbability: 1 - inScope };
}

/** Every figure of `npm run evaluate` for one set of judged sentences. */
export function measure(judged: readonly Judged[]): Measures {
  const ours = judged.filter(({ sentence }) => sentence.label !== none);
  const others = judged.filter(({ sentence }) => sentence.label === none);
  const byIntent = measureIntents(ours);
  const f1s = Object.values(byIntent).map(({ f1 }) => f1);
  return {
    all: measureStyle(ours),
    byStyle: byStyle(ours, measureStyle),
    byWriter: byWriter(ours),
    byIntent,
    macroF1: f1s.reduce((sum, f1) => sum + f1, 0) / Math.max(1, f1s.length),
    none: { ...measureNone(others), byStyle: byStyle(others, measureNone) },
    auroc: auroc(
      ours.map(({ verdict }) => verdict.scope),
      others.map(({ verdict }) => verdict.scope),
    ),
    ece: calibrationError(judged),
    confusions: confusions(ours),
  };
}

function byStyle<Measure>(
  judged: readonly Judged[],
  of: (judged: readonly Judged[]) => Measure,
): Record<string, Measure> {
  const present = styles.filter((style) => judged.some(({ sentence }) => sentence.style === style));
  return Object.fromEntries(
    present.map((style) => [style, of(judged.filter(({ sentence }) => sentence.style === style))]),
  );
}

function byWriter(judged: readonly Judged[]): Record<string, StyleMeasure> {
  const writers = [...new Set(judged.map(({ sentence }) => sentence.writer))].sort();
  return Object.fromEntries(
    writers.map((writer) => [
      writer,
      measureStyle(judged.filter(({ sentence }) => sentence.writer === writer)),
    ]),
  );
}

function measureNone(judged: readonly Judged[]): NoneMeasure {
  const answered = answeredShare(judged);
  return { sentences: judged.length, answered, interval: wilson(answered, judged.length) };
}

const isFirst = ({ sentence, verdict }: Judged): boolean =>
  verdict.intents[0]?.name === sentence.label;
const isAmongThree = ({ sentence, verdict }: Judged): boolean =>
  verdict.intents.slice(0, 3).some(({ name }) => name === sentence.label);
const answeredShare = (judged: readonly Judged[]): number =>
  share(judged, ({ verdict }) => verdict.decision === 'answer');

function measureStyle(judged: readonly Judged[]): StyleMeasure {
  const answered = judged.filter(({ verdict }) => verdict.decision === 'answer');
  const offered = judged.filter(({ verdict }) => verdict.decision === 'choose');
  return {
    sentences: judged.length,
    first: share(judged, isFirst),
    amongThree: share(judged, isAmongThree),
    answered: answeredShare(judged),
    right: share(answered, isFirst),
    offered: offered.length / Math.max(1, judged.length),
    offeredRight: share(offered, isAmongThree),
    human: share(judged, ({ verdict }) => verdict.decision === 'human'),
  };
}

function share(judged: readonly Judged[], holds: (one: Judged) => boolean): number {
  return judged.filter(holds).length / Math.max(1, judged.length);
}

function measureIntents(judged: readonly Judged[]): Record<string, IntentMeasure> {
  const names = [...new Set(judged.map(({ sentence }) => sentence.label))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const own = judged.filter(({ sentence }) => sentence.label === name);
      const taken = judged.filter(({ verdict }) => verdict.intents[0]?.name === name);
      const precision = share(taken, isFirst);
      const recall = share(own, isFirst);
      const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
      return [name, { precision, recall, f1 }];
    }),
  );
}

/** 95 % interval of a share. Source: E. B. Wilson, 1927. */
function wilson(p: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.96;
  const middle = p + (z * z) / (2 * n);
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/** The probability that one of ours scores above one of the others, ties half. */
function auroc(ours: readonly number[], others: readonly number[]): number {
  const all = [
    ...ours.map((score) => ({ score, isOurs: true })),
    ...others.map((score) => ({ score, isOurs: false })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let i = 0; i < all.length;) {
    let end = i;
    while (end < all.length && all[end]?.score === all[i]?.score) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) if (all[i]?.isOurs) ranks += rank;
  }
  const pairs = ours.length * others.length;
  return pairs === 0 ? 1 : (ranks - (ours.length * (ours.length + 1)) / 2) / pairs;
}

function calibrationError(judged: readonly Judged[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, sure: 0, right: 0 }));
  for (const { sentence, verdict, noneProbability } of judged) {
    const [best] = verdict.intents;
    const isNone = !best || noneProbability > best.probability;
    const sure = isNone ? noneProbability : best.probability;
    const bin = bins[Math.min(9, Math.floor(sure * 10))];
    if (!bin) continue;
    bin.count++;
    bin.sure += sure;
    if ((isNone ? none : best.name) === sentence.label) bin.right++;
  }
  const gap = bins.reduce((sum, { sure, right }) => sum + Math.abs(sure - right), 0);
  return gap / Math.max(1, judged.length);
}

const listed = 20;

function confusions(judged: readonly Judged[]): Confusion[] {
  const pairs = new Map<string, string[]>();
  for (const one of judged) {
    const takenFor = one.verdict.intents[0]?.name ?? none;
    if (isFirst(one)) continue;
    const key = `${one.sentence.label} ${takenFor}`;
    pairs.set(key, [...(pairs.get(key) ?? []), one.sentence.text]);
  }
  return [...pairs]
    .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, listed)
    .map(([key, examples]) => {
      const [intent = '', takenFor = ''] = key.split(' ');
      return { intent, takenFor, count: examples.length, examples: examples.slice(0, 2) };
    });
}
