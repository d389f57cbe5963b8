import type { Instant } from '../clock.ts';
import { clausesJoined, clausesOf, hasBreak, hasJoint } from './clauses.ts';
import type { Gazetteer } from './entities/gazetteer.ts';
import { findEntities } from './entities/index.ts';
import type { Language } from './language.ts';
import { combine, scoreWords } from './score.ts';
import type { Model } from './model.ts';
import type { Outputs } from './score.ts';
import { longestText, normalize } from './normalize.ts';
import type { Word } from './normalize.ts';
import { withoutOpening } from './opening.ts';
import { findPhrases } from './phrases.ts';
import type { Found } from './phrases.ts';
import { isLooseSyllable } from './syllable.ts';
import type { Aspect, IntentName, Mark, Previous, Signal, Understanding } from './types.ts';
import { judge } from './zones.ts';
import type { Verdict } from './zones.ts';

export interface Circumstances {
  readonly now: Instant;
  /** What was answered last, if that was within ten minutes. */
  readonly previous?: Previous;
  /** Places and organisations; without it none are found. */
  readonly gazetteer?: Gazetteer;
}

/** What one typed message means. Total: any string has an understanding, if only “a person should read this”. */
export function understand(
  model: Model,
  text: string,
  { now, previous, gazetteer }: Circumstances,
): Understanding {
  const whole = text.normalize('NFC');
  const words = normalize(whole, model.language.spelling);
  const marks = findPhrases(model.language.signals, words);
  const signals = signalsIn(model, words, marks);
  const aspect = aspectIn(model, words);
  const correction = previous && correctionIn(words, marks);
  const meant = correction === undefined ? words : words.slice(correction);
  const outputs = scoreWords(model, withoutOpening(meant, model.language));
  const z = combine(outputs, model.calibration);
  bend(model, z, words, { previous, isCorrection: correction !== undefined, aspect }, signals);
  const verdict = verdictOn(model, z, outputs);
  const two = secondQuestion(model, whole, marks, verdict);
  const also = two?.other ?? nearTie(verdict);
  const detail = two ? aspectIn(model, two.asked) : aspect;
  const outside = outsideTopic(model, outputs, verdict);
  return {
    text: whole,
    intents: verdict.intents,
    scope: verdict.scope,
    decision: sooner(outside === undefined ? verdict.decision : 'human', signals),
    ...(outside !== undefined && { outside }),
    ...(isCourtesy(model, words) && { courtesy: true }),
    ...(also !== undefined && { also }),
    ...(detail !== undefined && { aspect: detail }),
    entities: findEntities(whole, now, gazetteer),
    signals: [...signals],
  };
}

/** What the words alone do not say. */
interface Leading {
  readonly previous: Previous | undefined;
  /** It puts right what was understood before. */
  readonly isCorrection: boolean;
  readonly aspect: Aspect | undefined;
}

/** Bends the scores to what was spoken of before, or away from it, and notes in the signals which it was. */
function bend(
  model: Model,
  z: Float64Array,
  words: readonly Word[],
  { previous, isCorrection, aspect }: Leading,
  signals: Set<Signal>,
): void {
  const goesOn = previous && !isCorrection && followsUp(model, words, z, aspect, signals);
  if (!goesOn) signals.delete('followUp');
  if (previous && isCorrection) {
    signals.add('correction');
    exclude(model, z, previous.intent);
  }
  if (goesOn) {
    signals.add('followUp');
    raise(model, z, previous.intent);
  }
  // Whoever speaks of a bribe is not asked back whether a form was meant.
  if (signals.has('complaint') && judge(model, z).decision !== 'answer') {
    raise(model, z, complaints);
  }
}

/** Where what goes wrong in an office is told. */
const complaints: IntentName = 'complaint_feedback';

/** Without one known feature the scores say nothing about a text: symbols, another script. */
function verdictOn(model: Model, z: Float64Array, { known }: Outputs): Verdict {
  return known > 0 ? judge(model, z) : { intents: [], scope: -Infinity, decision: 'human' };
}

/** Who is in trouble or angry is not sent through a guessing game. */
function sooner(decision: Understanding['decision'], signals: ReadonlySet<Signal>) {
  const pressing = ['danger', 'urgent', 'worried', 'rude'] as const;
  return decision === 'choose' && pressing.some((one) => signals.has(one)) ? 'human' : decision;
}

type Marked = Found<Mark>;

function signalsIn(
  { language }: Model,
  words: readonly Word[],
  marks: readonly Marked[],
): Set<Signal> {
  const signals = new Set<Signal>();
  const withAccents = words.some(({ t, d }) => t !== d);
  const harmless = marks.filter(({ value }) => value === 'harmless');
  for (const mark of marks) {
    const { value, start, end } = mark;
    if (harmless.some((other) => other.start <= start && end <= other.end)) continue;
    const signal = signalOf(mark, words, marks);
    if (signal === undefined) continue;
    const alone = end - start === 1 && value !== 'price' ? words[start] : undefined;
    if (alone && alone.t === alone.d && !isMeantPlain(language, alone.t, withAccents)) continue;
    signals.add(signal);
  }
  return signals;
}

const longestCry = 6;
const besideIt = 3;

/** What a mark comes to among the others; a correction is read elsewhere, by its place. */
function signalOf(
  mark: Marked,
  words: readonly Word[],
  marks: readonly Marked[],
): Signal | undefined {
  switch (mark.value) {
    case 'connector':
    case 'correction':
    case 'harmless':
    case 'commodity':
      return undefined;
    case 'cry':
      return words.length <= longestCry ? 'danger' : 'urgent';
    case 'price': {
      const isOfGoods = marks.some(
        ({ value, start, end }) =>
          value === 'commodity' && start - mark.end <= besideIt && mark.start - end <= besideIt,
      );
      return isOfGoods ? 'price' : undefined;
    }
    case 'danger':
    case 'urgent':
    case 'worried':
    case 'moneyGone':
    case 'rude':
    case 'complaint':
    case 'followUp':
    case 'act':
      return mark.value;
  }
}

/** A single word must carry its own accents: in “ngu ngon nhe” there is no “ngu”, but a “ngủ” without its accent. */
function isMeantPlain(language: Language, word: string, withAccents: boolean): boolean {
  return language.plainSignals.has(word) && (withAccents || !isLooseSyllable(word));
}

/** The longest phrase decides, then the later one: “hồ sơ gì, nộp ở đâu” asks for the place last. */
function aspectIn({ language }: Model, words: readonly Word[]): Aspect | undefined {
  let best: { aspect: Aspect; length: number } | undefined;
  const from = whetherFrom(words);
  for (const { value, start, end } of findPhrases(language.aspects, words)) {
    if (end <= from) continue;
    if (!best || end - start >= best.length) best = { aspect: value, length: end - start };
  }
  return best?.aspect ?? (asksOfAge(words) ? 'who' : undefined);
}

/**
 * Where “có phải … không” begins: what is named before it is the circumstance (“bán hàng online có phải nộp thuế
 * không”), not the question. 0 where nothing is asked so.
 */
function whetherFrom(words: readonly Word[]): number {
  for (let at = words.length - 3; at > 0; at--) {
    const asks = words[at]?.d === 'co' && ['phai', 'can', 'bi'].includes(words[at + 1]?.d ?? '');
    const ends = words.slice(at + 2).some(({ d }) => no.includes(d));
    if (asks && ends) return at;
  }
  return 0;
}

const no: readonly string[] = ['khong', 'ko', 'k', 'kg', 'hong', 'hok', 'hem'];

/** “em 17 tuổi mở quán được không”: who may. */
function asksOfAge(words: readonly Word[]): boolean {
  return words.some(({ d }, i) => /^\d{1,2}$/.test(d) && words[i + 1]?.d === 'tuoi');
}

const correctionWithin = 3;

/** The word after “không phải, ý em là …” at the beginning; undefined when nothing is put right. */
function correctionIn(words: readonly Word[], marks: readonly Marked[]): number | undefined {
  let end: number | undefined;
  for (const found of marks) {
    if (found.value !== 'correction' || found.start > (end ?? 0) + correctionWithin) continue;
    end = Math.max(end ?? 0, found.end);
  }
  return end !== undefined && words.length - end >= 2 ? end : undefined;
}

const longestFollowUp = 6;

/** Short, about an aspect or marked as going on, and not a topic of its own. */
function followsUp(
  model: Model,
  words: readonly Word[],
  z: Float64Array,
  aspect: Aspect | undefined,
  signals: ReadonlySet<Signal>,
): boolean {
  if (words.length === 0 || words.length > longestFollowUp || isCourtesy(model, words))
    return false;
  // A cry is about itself.
  if (signals.has('danger') || signals.has('moneyGone')) return false;
  if (aspect === undefined && !signals.has('followUp')) return false;
  const hasTopic = findPhrases(model.language.concepts, words).some(({ value }) => value.topical);
  return !(hasTopic && standsAlone(model, z));
}

const clearTopic = 0.5;

/** Sure, or at least clearly of one topic: such a sentence is not bent to what was spoken of before. */
function standsAlone(model: Model, z: Float64Array): boolean {
  const { intents, scope, decision } = judge(model, z);
  if (scope >= model.calibration.answerFrom) return true;
  return decision !== 'human' && (intents[0]?.probability ?? 0) >= clearTopic;
}

function raise({ labels, calibration }: Model, z: Float64Array, intent: IntentName): void {
  const at = labels.intents.indexOf(intent);
  if (at >= 0) z[at] = (z[at] ?? 0) + calibration.followUp;
}

function exclude({ labels }: Model, z: Float64Array, intent: IntentName): void {
  const at = labels.intents.indexOf(intent);
  if (at >= 0) z[at] = -Infinity;
}

const sureOfClause = 0.7;

/** Another question of the same message, when both clauses are sure of themselves. */
function secondQuestion(
  model: Model,
  text: string,
  marks: readonly Marked[],
  { intents }: Verdict,
): TwoQuestions | undefined {
  const [best] = intents;
  const mayBeTwo =
    hasBreak(text) || hasJoint(text) || marks.some(({ value }) => value === 'connector');
  if (!best || !mayBeTwo || text.length > longestText) return undefined;
  return (
    otherThan(best.name, model, clausesOf(text, model.language)) ??
    otherThan(best.name, model, clausesJoined(text, model.language))
  );
}

function otherThan(
  best: IntentName,
  model: Model,
  clauses: readonly (readonly Word[])[],
): TwoQuestions | undefined {
  if (clauses.length < 2) return undefined;
  const names = clauses.map((clause) => sureIntent(model, clause));
  const other = names.find((name) => name !== undefined && name !== best);
  const asked = clauses[names.indexOf(best)];
  return asked && other !== undefined ? { asked, other } : undefined;
}

interface TwoQuestions {
  /** The clause that is answered: a detail of the other is none of it. */
  readonly asked: readonly Word[];
  readonly other: IntentName;
}

function sureIntent(model: Model, clause: readonly Word[]): IntentName | undefined {
  const outputs = scoreWords(model, clause);
  const { intents, scope } = judge(model, combine(outputs, model.calibration));
  const [best] = intents;
  const isSure = best && best.probability >= sureOfClause && scope >= model.calibration.answerFrom;
  return isSure ? best.name : undefined;
}

function nearTie({ intents, decision }: Verdict): IntentName | undefined {
  const [best, second] = intents;
  if (decision !== 'answer' || !best || !second) return undefined;
  return second.probability >= best.probability / 2 ? second.name : undefined;
}

const sureOfOutside = 0.3;

/** A topic that says why not, where the sentence belongs to none of ours. */
function outsideTopic(model: Model, { ridge }: Outputs, verdict: Verdict): string | undefined {
  const { labels } = model;
  if (verdict.decision === 'answer' || verdict.scope >= 0) return undefined;
  let best: { topic: string; score: number } | undefined;
  labels.outside.forEach((topic, i) => {
    const score = ridge[labels.intents.length + 1 + i] ?? 0;
    if (score >= sureOfOutside && score > (best?.score ?? 0)) best = { topic, score };
  });
  return best?.topic;
}

const longestCourtesy = 12;

/** Nothing but calling and greeting, word by word, the longest phrases first. */
function isCourtesy({ language }: Model, words: readonly Word[]): boolean {
  if (words.length === 0 || words.length > longestCourtesy) return false;
  const ends = new Map<number, number>();
  for (const { start, end } of findPhrases(language.courtesy, words)) {
    ends.set(start, Math.max(end, ends.get(start) ?? 0));
  }
  let at = 0;
  while (at < words.length) {
    const end = ends.get(at);
    if (end === undefined) return false;
    at = end;
  }
  return true;
}
