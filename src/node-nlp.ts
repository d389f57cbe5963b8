import type { NlpManager } from 'node-nlp';
import { none } from './nlu/corpus.ts';
import type { Corpus, Sentence } from './nlu/corpus.ts';
import type { Judged } from './nlu/evaluate.ts';
import { foldsOf } from './nlu/folds.ts';
import { languageOf, vocabularyOf } from './nlu/language.ts';
import { normalizerVi, stemmerVi, tokenizerVi } from './nlu/nlpjs.ts';
import type { Spelling } from './nlu/normalize.ts';
import type { Verdict } from './nlu/zones.ts';
import { parseLessons } from './nlu/train.ts';
import type { Lessons } from './nlu/train.ts';
import { AppError } from './errors.ts';
import type { Sources } from './training.ts';

/** node-nlp as it is shipped, or with our Vietnamese in its container. */
export type NodeNlp = 'node-nlp' | 'node-nlp+vi';

/**
 * Judges every sentence by a node-nlp that learnt the other folds – the folds of our own evaluation, with `none` as one
 * more intent. One fold after the other, in this thread.
 * @throws {AppError} where the package is not installed: it is no part of the product.
 */
export async function judgeByNodeNlp(
  sources: Sources,
  engine: NodeNlp,
  count: number,
  onProgress: (part: number) => void,
): Promise<Judged[]> {
  const lessons = parseLessons(sources.files);
  const { sentences } = lessons.corpus;
  const folds = foldsOf(sentences, count);
  const judged: Judged[] = [];
  for (let fold = 0; fold < count; fold++) {
    const learnt = sentences.filter((_sentence, i) => folds[i] !== fold);
    const manager = await learn(
      { ...lessons, corpus: { ...lessons.corpus, sentences: learnt } },
      engine,
    );
    onProgress((fold + 0.9) / count);
    for (const sentence of sentences.filter((_sentence, i) => folds[i] === fold)) {
      judged.push(await judge(manager, lessons.corpus, sentence));
    }
    onProgress((fold + 1) / count);
  }
  return judged;
}

async function learn({ corpus, lexicon }: Lessons, engine: NodeNlp): Promise<NlpManager> {
  const { spelling } = languageOf(lexicon, vocabularyOf(corpus));
  const manager = await newManager(engine, spelling);
  for (const { name, title, describes } of corpus.intents) {
    for (const text of [title, ...describes]) manager.addDocument('vi', text, name);
  }
  for (const { text, label } of corpus.sentences) manager.addDocument('vi', text, label);
  await manager.train();
  return manager;
}

/** @throws {AppError} where the package is not installed. */
export async function newManager(engine: NodeNlp, spelling: Spelling): Promise<NlpManager> {
  const found = await import('node-nlp').catch(() => undefined);
  if (!found) {
    const remedy = 'cài bằng npm install, không bỏ thư viện phát triển';
    throw new AppError('usage', 400, `Chưa có node-nlp – ${remedy}.`);
  }
  const manager = new found.NlpManager({
    languages: ['vi'],
    forceNER: true,
    autoSave: false,
    autoLoad: false,
    nlu: { log: false },
  });
  if (engine === 'node-nlp+vi') {
    manager.container.register('normalizer-vi', normalizerVi(spelling), true);
    manager.container.register('tokenizer-vi', tokenizerVi(), true);
    manager.container.register('stemmer-vi', stemmerVi(), true);
  }
  return manager;
}

async function judge(
  manager: NlpManager,
  { intents }: Corpus,
  sentence: Sentence,
): Promise<Judged> {
  const { intent, classifications } = await manager.process('vi', sentence.text);
  const scores = new Map(classifications.map((one) => [one.intent, one.score]));
  const scored = intents
    .map(({ name }) => ({ name, probability: scores.get(name) ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const noneProbability = Math.max(scores.get(none) ?? 0, scores.get('None') ?? 0);
  const isNone = intent === none || intent === 'None';
  const verdict: Verdict = {
    intents: scored,
    scope: (scored[0]?.probability ?? 0) - noneProbability,
    decision: isNone ? 'human' : 'answer',
  };
  return { sentence, verdict, noneProbability };
}
