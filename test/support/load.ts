import { Pool } from 'undici';
import { deliveryOf, headersOf } from './webhook.ts';
import type { Written } from './webhook.ts';

/** People who write to the Page, all at once, over a bounded number of kept connections. */
export interface Load {
  /** What was answered with 200: from now on it must not be lost. In the order in which each person wrote. */
  readonly acknowledged: readonly Written[];
  /** Deliveries that were answered with something else, or not at all; they are delivered again. */
  failures(): number;
  /** No new messages; what was begun is delivered until it is acknowledged. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly url: string;
  readonly people: number;
  /** Each carries the messages of its own people, one after another. */
  readonly connections: number;
  /** Between two messages of one connection. */
  readonly pauseMs: number;
  /** Tells one load from another in ids. */
  readonly name: string;
}

/** Questions that the bot is sure of. */
export const questions = [
  'đăng ký hộ kinh doanh cần giấy tờ gì',
  'thuế hộ kinh doanh nộp thế nào',
  'em muốn hỏi về sản phẩm OCOP',
  'đăng ký nhãn hiệu ở đâu',
  'có lớp khởi nghiệp nào không',
  'làm sao để thành lập công ty',
];

const againMs = 50;

export function startLoad(options: LoadOptions): Load {
  const { url, people, connections, pauseMs, name } = options;
  const pool = new Pool(url, { connections, headersTimeout: 15_000 });
  const acknowledged: Written[] = [];
  let failures = 0;
  let stopped = false;
  let n = 0;

  const write = (from: string): Written => ({
    mid: `m_${name}_${++n}`,
    from,
    text: questions[n % questions.length] ?? '',
    at: Date.now(),
  });
  const carry = async (connection: number): Promise<void> => {
    const own = peopleOf(connection, people, connections);
    for (let i = 0; !stopped; i++) {
      const message = write(own[i % own.length] ?? '');
      while ((await deliver(pool, message)) !== 200) {
        failures++;
        await pause(againMs);
      }
      acknowledged.push(message);
      await pause(pauseMs);
    }
  };
  const carriers = Array.from({ length: connections }, (_, connection) => carry(connection));
  return {
    acknowledged,
    failures: () => failures,
    async stop() {
      stopped = true;
      await Promise.all(carriers);
      await pool.destroy();
    },
  };
}

function peopleOf(connection: number, people: number, connections: number): string[] {
  return Array.from({ length: people }, (_, i) => i)
    .filter((i) => i % connections === connection)
    .map((i) => `2${String(i).padStart(14, '0')}`);
}

/** The status; 0 when there was no answer. */
async function deliver(pool: Pool, message: Written): Promise<number> {
  const body = deliveryOf(message);
  try {
    const answer = await pool.request({
      path: '/webhooks/messenger',
      method: 'POST',
      headers: headersOf(body),
      body,
    });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
