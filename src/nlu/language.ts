import type { Corpus, Style } from './corpus.ts';
import { hashOf } from './features.ts';
import type { Lexicon } from './lexicon.ts';
import { normalize, spellingOf, split } from './normalize.ts';
import type { Spelling } from './normalize.ts';
import { phrasesOf } from './phrases.ts';
import type { Phrases } from './phrases.ts';
import { isLooseSyllable, removeMarks, respell } from './syllable.ts';
import { aspects } from './types.ts';
import type { Aspect, Mark } from './types.ts';

export interface Concept {
  readonly name: string;
  readonly hash: number;
  /** Says what the sentence is about; a word such as “muốn” does not. */
  readonly topical: boolean;
}

/** The lexicon made ready for reading sentences. */
export interface Language {
  readonly spelling: Spelling;
  readonly concepts: Phrases<Concept>;
  readonly aspects: Phrases<Aspect>;
  readonly signals: Phrases<Mark>;
  /** Signals of one word that are written without accents: `asap`, `dk`. */
  readonly plainSignals: ReadonlySet<string>;
  readonly courtesy: Phrases<true>;
}

/** `vocabulary`: words seen in carefully written training sentences. */
export function languageOf(lexicon: Lexicon, vocabulary: readonly string[]): Language {
  const known = new Set(vocabulary);
  const spelling = spellingOf({
    chat: chatOf(lexicon, known),
    known,
    foreign: new Set(lexicon.english),
  });
  const index = <Value>(entries: Iterable<readonly [string, Value]>): Phrases<Value> =>
    phrasesOf([...entries].map(([text, value]) => ({ words: normalize(text, spelling), value })));
  return {
    spelling,
    concepts: index(conceptPhrases(lexicon)),
    aspects: index(
      aspects.flatMap((name) => (lexicon.aspects[name] ?? []).map((text) => [text, name] as const)),
    ),
    signals: index(
      Object.entries(lexicon.signals).flatMap(([name, texts]) =>
        // The lexicon's shape allows these names only.
        texts.map((text) => [text, name as Mark] as const),
      ),
    ),
    plainSignals: new Set(
      Object.values(lexicon.signals)
        .flat()
        .filter((text) => removeMarks(text) === text),
    ),
    courtesy: index(lexicon.courtesy.map((text) => [text, true as const] as const)),
  };
}

const careful: readonly Style[] = ['clean', 'nodiacritics', 'mixed'];

/** Words of titles, descriptions and carefully typed sentences, sorted. */
export function vocabularyOf(corpus: Corpus): string[] {
  const words = new Set<string>();
  const add = (text: string): void => {
    for (const word of split(text)) words.add(respell(word));
  };
  for (const { title, describes } of corpus.intents) [title, ...describes].forEach(add);
  for (const { text, style } of corpus.sentences) if (careful.includes(style)) add(text);
  return [...words].sort();
}

/** Forms of one reading; a form that is a syllable people also write for its own sake stays as typed. */
function chatOf(lexicon: Lexicon, known: ReadonlySet<string>): Map<string, readonly string[]> {
  const chat = new Map<string, readonly string[]>();
  for (const [form, reads] of Object.entries(lexicon.chat)) {
    const [read] = reads;
    if (reads.length !== 1 || read === undefined) continue;
    const word = respell(form.toLowerCase());
    if (isLooseSyllable(word) && known.has(word)) continue;
    chat.set(word, read.toLowerCase().split(' ').map(respell));
  }
  return chat;
}

function* conceptPhrases(lexicon: Lexicon): Generator<readonly [string, Concept]> {
  for (const [kind, concepts] of Object.entries(lexicon.concepts)) {
    for (const [name, texts] of Object.entries(concepts)) {
      const concept = { name, hash: hashOf(name, 3), topical: kind !== 'words' };
      for (const text of texts) yield [text, concept];
    }
  }
}
