/** The web chat of a running program, as its page uses it. */
export interface WebChat {
  readonly token: string;
  readonly conversationId: string;
  /** Posts one message and gives the status. */
  says(text: string): Promise<number>;
  /** What the bot has said so far. */
  answers(): Promise<string[]>;
}

let n = 0;

export async function openChat(url: string): Promise<WebChat> {
  const opened = await fetch(`${url}/widget/session`, { method: 'POST' });
  const session = (await opened.json()) as { token: string; conversationId: string };
  const headers = {
    authorization: `Bearer ${session.token}`,
    'content-type': 'application/json',
  };
  return {
    ...session,
    async says(text) {
      const body = JSON.stringify({ id: `message-${++n}`, text });
      const answer = await fetch(`${url}/widget/messages`, { method: 'POST', headers, body });
      await answer.body?.cancel();
      return answer.status;
    },
    async answers() {
      const answer = await fetch(`${url}/widget/messages?after=0`, { headers });
      const { messages } = (await answer.json()) as { messages: { from: string; text: string }[] };
      return messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
    },
  };
}
