import type { CaseKind } from '../conversation/case.ts';
import { days, later } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Content } from '../content/content.ts';

/**
 * The two clocks of a request about one's own data: answered by the end of the second working day after the day of
 * receipt, done within so many calendar days. Source: content/case-terms.yaml.
 */
export function dueDates(
  kind: CaseKind,
  receivedAt: Instant,
  content: Pick<Content, 'caseTerms' | 'endOfWorkingDay'>,
): { readonly answerBy: Instant; readonly actBy: Instant } {
  const { caseTerms } = content;
  return {
    answerBy: content.endOfWorkingDay(receivedAt, caseTerms.answerWorkingDays),
    actBy: later(receivedAt, days(caseTerms[kind])),
  };
}
