import type { Page } from '../../src/http/transcript.ts';
import type { ConversationId } from '../../src/ids.ts';
import { startBot, stopBots } from './bot.ts';
import type { Bot, BotOptions } from './bot.ts';
import { closeSites, listen, serve } from './http.ts';
import type { Answer, EventStream, Site } from './http.ts';

/** A page of the web chat, as its script speaks to the server. */
export interface Browser {
  readonly bot: Bot;
  readonly site: Site;
  readonly headers: Record<string, string>;
  readonly conversationId: ConversationId;
  post(body: unknown): Promise<Answer>;
  says(text: string): Promise<Answer>;
  presses(choice: unknown): Promise<Answer>;
  reads(after?: number | string): Promise<Page>;
  follows(after?: number): Promise<EventStream<Page>>;
}

let n = 0;
const streams: EventStream<Page>[] = [];

export async function open(bot: Bot, site: Site): Promise<Browser> {
  const answer = await site.post('/widget/session', {});
  const { token, conversationId } = answer.json() as {
    token: string;
    conversationId: ConversationId;
  };
  const headers = { authorization: `Bearer ${token}` };
  const post: Browser['post'] = async (body) => {
    const answer = await site.post('/widget/messages', body, headers);
    await bot.rests();
    return answer;
  };
  return {
    bot,
    site,
    headers,
    conversationId,
    post,
    says: (text) => post({ id: `m-00000${++n}`, text }),
    presses: (choice) => post({ id: `m-00000${++n}`, choice }),
    reads: async (after) => {
      const query = after === undefined ? '' : `?after=${after}`;
      return (await site.get(`/widget/messages${query}`, headers)).json() as unknown as Page;
    },
    follows: async (after = 0) => {
      const stream = await listen<Page>(`${site.url}/widget/stream?after=${after}`, headers);
      streams.push(stream);
      return stream;
    },
  };
}

export async function browser(options: BotOptions = {}): Promise<Browser> {
  const bot = await startBot({ channels: 'web only', ...options });
  return open(bot, await serve(bot.app.http));
}

/** Who said what is shown, in order. */
export const who = ({ messages }: Page): string[] => messages.map(({ from }) => from);

/** For `afterEach`. */
export async function closeBrowsers(): Promise<void> {
  for (const stream of streams.splice(0)) stream.close();
  await closeSites();
  await stopBots();
}
