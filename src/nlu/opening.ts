import type { Language } from './language.ts';
import type { Word } from './normalize.ts';
import { findPhrases } from './phrases.ts';

/** Who asks and how, and then “thông tin”: it says that something is asked, not what. */
const asking =
  /^(?:(?:da|a|alo|chao|cho|em|minh|toi|tui|anh|chi|ad|admin|shop|bot|xin|hoi|can|muon|biet|tim|hieu|tu|van|lay|cac|nhung) )*thong tin (?:(?:cu the|chi tiet|lien quan) )?(?:(?:ve|den|toi) )?/;

/** “Thông tin của tôi”, “thông tin cá nhân”, “thông tin đã gửi”: these are the matter. */
const ownData = /^(?:cua|ca nhan|da|em|minh|toi|tui|nay|do|gi|nao) /;

/**
 * What is asked in “cho em hỏi thông tin về lớp khởi nghiệp”: the words after that opening. “Tin” alone is a message, and
 * would pull a short question towards being told of news. All words where nothing opens so, or nothing is named after it.
 */
export function withoutOpening(
  words: readonly Word[],
  { concepts }: Pick<Language, 'concepts'>,
): readonly Word[] {
  const said = `${words.map(({ d }) => d).join(' ')} `;
  const opening = asking.exec(said)?.[0];
  if (opening === undefined || ownData.test(said.slice(opening.length))) return words;
  const rest = words.slice(opening.split(' ').length - 1);
  return findPhrases(concepts, rest).some(({ value }) => value.topical) ? rest : words;
}
