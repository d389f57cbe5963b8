import type { Language } from './language.ts';
import { normalize } from './normalize.ts';
import type { Word } from './normalize.ts';
import { findPhrases } from './phrases.ts';

/** Whether a sentence ends before the text does. */
export function hasBreak(text: string): boolean {
  return /(?:[?!;\n]|\.\s)\s*[^\s?!;.]/.test(text);
}

const shortestClause = 4;
const mostClauses = 6;

/** The parts of a message that may be questions of their own; one that is too short joins none. */
export function clausesOf(text: string, language: Language): Word[][] {
  const sentences = text.split(/[?!;\n]+|\.(?=\s|$)/).filter((part) => part.trim() !== '');
  const clauses = sentences
    .flatMap((sentence) => splitAtConnectors(normalize(sentence, language.spelling), language))
    .filter((clause) => clause.length >= shortestClause);
  return clauses.slice(0, mostClauses);
}

const joint = /(?:\s|,)(?:và|va|còn|con)\s/iu;

/** “… và …”, “…, còn …”: perhaps two questions, perhaps one with two things in it. */
export function hasJoint(text: string): boolean {
  return joint.test(text);
}

/** The parts between such words; each must be sure of itself before it counts as a question. */
export function clausesJoined(text: string, language: Language): Word[][] {
  return text
    .split(new RegExp(joint, 'giu'))
    .map((part) => normalize(part, language.spelling))
    .filter((clause) => clause.length >= shortestClause)
    .slice(0, mostClauses);
}

function splitAtConnectors(words: readonly Word[], language: Language): Word[][] {
  const clauses: Word[][] = [];
  let from = 0;
  for (const { value, start, end } of findPhrases(language.signals, words)) {
    if (value !== 'connector' || start < from) continue;
    clauses.push(words.slice(from, start));
    from = end;
  }
  clauses.push(words.slice(from));
  return clauses;
}
