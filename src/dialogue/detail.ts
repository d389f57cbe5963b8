import { minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Memory } from '../conversation/memory.ts';
import type { Understanding } from '../nlu/types.ts';
import { goesOn, plain } from './words.ts';

const followUpWithin = minutes(10);
const fewWords = 6;
/** “phạt bao nhiêu”: with more words something else may be meant that is none of ours. */
const hardlyAny = 3;
/** Below, a topic named after nothing but “lệ phí” is picked out of the air; measured on such sentences. */
const namesTopic = 0.4;
const namesTopicGoingOn = 0.6;

/** “Còn lệ phí thì sao”, with nothing said before that it could go on from. */
export function isDetailAlone(
  { text, aspect, intents, decision, outside }: Understanding,
  { lastAnswer }: Memory,
  now: Instant,
): boolean {
  if (lastAnswer && now - lastAnswer.at <= followUpWithin) return false;
  const words = plain(text).split(' ').length;
  if (words > fewWords || outside !== undefined || decision === 'answer') return false;
  const isGoingOn = goesOn(text);
  if (decision === 'human') return isGoingOn || (aspect !== undefined && words <= hardlyAny);
  const best = intents[0]?.probability ?? 0;
  return (aspect !== undefined && best < namesTopic) || (isGoingOn && best < namesTopicGoingOn);
}
