import type { Config } from './config.ts';
import type { Content } from './content/content.ts';
import { isoDay } from './conversation/calendar.ts';
import type { Instant } from './clock.ts';

export interface StartScreen {
  /** What is on and what is not, once the port is open. */
  show(facts: StartFacts): void;
  /** 0–1, while the sentences are learnt. */
  learning(sentences: number, part: number): void;
  ready(tookMs: number): void;
}

export interface StartFacts {
  readonly config: Config;
  readonly content: Content;
  readonly port: number;
  readonly version: string;
  readonly storeState: string;
  readonly channels: readonly string[];
  readonly staffed: boolean;
  readonly now: Instant;
}

/** What `npm start` prints for a person at a terminal. Elsewhere the log says it in JSON. */
export function startScreen(out: NodeJS.WriteStream): StartScreen {
  if (!out.isTTY) return { show() {}, learning() {}, ready() {} };
  let isOpen = false;
  const line = (text: string): void => {
    if (isOpen) out.write('\r\u001b[2K');
    isOpen = false;
    out.write(`${text}\n`);
  };
  return {
    show: (facts) => {
      for (const text of factLines(facts)) line(text);
    },
    learning(sentences, part) {
      const bar = '▓'.repeat(Math.round(part * 10)).padEnd(10, '░');
      out.write(
        `\r\u001b[2K  Hiểu câu      đang học ${sentences.toLocaleString('vi')} câu  ${bar} ${Math.round(part * 100)} %`,
      );
      isOpen = true;
    },
    ready(tookMs) {
      line(`  Hiểu câu      sẵn sàng sau ${(tookMs / 1_000).toFixed(1).replace('.', ',')} giây`);
    },
  };
}

function factLines(facts: StartFacts): string[] {
  const { config, port } = facts;
  const url = `http://localhost:${port}`;
  return [
    `Nhịp Cầu ${facts.version}`,
    `  Kho dữ liệu   ${hidePassword(config.storeUrl)}, ${facts.storeState}`,
    `  Nội dung      ${contentLine(facts)}`,
    `  Web           bật   ${url}`,
    ...Object.entries(config.missing).map(([name, missing]) =>
      channelLine(name, missing, facts.channels),
    ),
    `  Người trực    ${facts.staffed ? 'có' : 'chưa có ai'}; xem tin chờ: npm run moderator -- waiting`,
    `Mở ${url} để hỏi thử. Dừng: Ctrl+C.`,
  ];
}

function contentLine({ content, now }: StartFacts): string {
  const today = isoDay(now);
  const expired = content.answers.filter(({ expires }) => expires < today).length;
  const unverified = content.answers.filter(({ sections }) =>
    sections.some(({ unverified }) => unverified.length > 0),
  ).length;
  const silent = content.organisations.filter(({ phone, address }) => !phone && !address).length;
  return `${content.answers.length} mục · ${expired} hết hạn · ${unverified} mục còn phần chưa xác minh · ${silent} cơ quan chưa có liên hệ`;
}

function channelLine(name: string, missing: readonly string[], on: readonly string[]): string {
  const label = `  ${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`.padEnd(16);
  if (on.includes(name)) return `${label}bật`;
  const [first = '', ...rest] = missing;
  return `${label}tắt   chưa đặt ${first}${rest.length > 0 ? ` và ${rest.length} biến khác` : ''} (xem .env.example)`;
}

/** A MongoDB address may hold a password. */
function hidePassword(storeUrl: string): string {
  return storeUrl.replace(/\/\/[^@/]*@/, '//•••@');
}
