/** Somebody who chats without being logged in to Zalo is known for one conversation only. */
const anonymous = 'anonymous';
const inGroup = 'group';

/** Whom to answer, as one string: the person's id, or an anonymous one with its conversation. */
export function addressOf(person: string, conversation: string | undefined): string {
  return conversation === undefined ? person : `${anonymous}:${person}:${conversation}`;
}

/** A group that the OA is in (GMF): only staff are written to there. */
export function groupAddress(group: string): string {
  return `${inGroup}:${group}`;
}

export type ZaloRecipient =
  | { readonly user_id: string }
  | { readonly group_id: string }
  | { readonly anonymous_id: string; readonly conversation_id: string };

/** Whom Zalo is to write to, from the address that a conversation keeps. */
export function recipientOf(address: string): ZaloRecipient {
  const [kind, person, ...conversation] = address.split(':');
  if (kind === inGroup && person !== undefined) return { group_id: person };
  if (kind !== anonymous || person === undefined) return { user_id: address };
  return { anonymous_id: person, conversation_id: conversation.join(':') };
}
