import { explain } from '../nlu/explain.ts';
import type { Explanation, Reason } from '../nlu/explain.ts';
import { none } from '../nlu/corpus.ts';
import type { Model } from '../nlu/model.ts';
import type { Understanding } from '../nlu/types.ts';

const decisions: Readonly<Record<Understanding['decision'], string>> = {
  answer: 'trả lời ngay',
  choose: 'đưa ba mục cho chọn',
  human: 'mời gặp cán bộ',
};
const shownFor = 8;
const shownAgainst = 5;

/** Why a sentence is understood as it is, in lines for an editor. */
export function explanationOf(model: Model, { text, intents, decision }: Understanding): string[] {
  const explanation = explain(model, text);
  const [best] = intents;
  if (!explanation || !best) return [`“${text}”`, '  Không có chữ nào máy từng học.', ''];
  const { against, lead, reasons, rest } = explanation;
  const probabilityOf = (name: string): number =>
    name === none
      ? 1 - intents.reduce((sum, { probability }) => sum + probability, 0)
      : (intents.find((intent) => intent.name === name)?.probability ?? 0);
  return [
    `“${text}”`,
    `  ${best.name} ${percent(best.probability)}: ${decisions[decision]}`,
    `  sau đó: ${nameOf(against)} ${percent(probabilityOf(against))}, kém ${number(lead)} điểm`,
    ...listed(`Nghiêng về ${best.name}`, reasons.filter(isFor), shownFor),
    ...listed(`Nghiêng về ${nameOf(against)}`, reasons.filter(isAgainst), shownAgainst),
    `  Không do chữ nào: ${signed(rest)} (mục hay được hỏi tới đâu, câu quen tới đâu)`,
    '',
  ];
}

const isFor = ({ weight }: Reason): boolean => weight > 0;
const isAgainst = ({ weight }: Reason): boolean => weight < 0;

function listed(title: string, reasons: Explanation['reasons'], most: number): string[] {
  if (reasons.length === 0) return [];
  const others = reasons.slice(most).reduce((sum, { weight }) => sum + weight, 0);
  return [
    `  ${title}:`,
    ...reasons.slice(0, most).map((reason) => `    ${signed(reason.weight)}  ${wordsOf(reason)}`),
    ...(others === 0 ? [] : [`    ${signed(others)}  những chữ còn lại`]),
  ];
}

function wordsOf(reason: Reason): string {
  switch (reason.kind) {
    case 'word':
      return `chữ “${reason.text}”`;
    case 'pair':
      return `cặp chữ “${reason.text}”`;
    case 'concept':
      return `khái niệm ${reason.name}, ở đây là “${reason.text}”`;
  }
}

const nameOf = (label: string): string => (label === none ? 'ngoài phạm vi' : label);
const number = (value: number): string => value.toFixed(1).replace('.', ',');
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`;
const percent = (share: number): string => `${number(share * 100)} %`;
