/** Somebody who chats without being logged in to Zalo is known for one conversation only. */
const anonymous = 'anonymous';

/** Whom to answer, as one string: the person's id, or an anonymous one with its conversation. */
export function addressOf(person: string, conversation: string | undefined): string {
  return conversation === undefined ? person : `${anonymous}:${person}:${conversation}`;
}

export type ZaloRecipient =
  | { readonly user_id: string }
  | { readonly anonymous_id: string; readonly conversation_id: string };

export function recipientOf(address: string): ZaloRecipient {
  const [kind, person, ...conversation] = address.split(':');
  if (kind !== anonymous || person === undefined) return { user_id: address };
  return { anonymous_id: person, conversation_id: conversation.join(':') };
}
