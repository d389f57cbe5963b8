import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { newProcessId } from '../app.ts';
import { httpSender } from '../channels/call.ts';
import { openChannels } from '../channels/registry.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import type { Content } from '../content/content.ts';
import { loadContent } from '../content/load.ts';
import { writtenTime } from '../conversation/calendar.ts';
import { AppError } from '../errors.ts';
import { readTree } from '../files.ts';
import type { ConversationId } from '../ids.ts';
import { openLog } from '../log.ts';
import { channelHealths } from '../pipeline/channel-health.ts';
import { deadLetters, putBack } from '../pipeline/dead.ts';
import { caseOfCode, closeCase } from '../pipeline/deletion.ts';
import { finish, handBack, reply, take } from '../pipeline/moderation.ts';
import type { ModerationPorts, Moderator } from '../pipeline/moderation.ts';
import { openNotices, seeNotice } from '../pipeline/notice.ts';
import { holdCase } from '../pipeline/proof.ts';
import { staffSeen } from '../pipeline/staff.ts';
import * as collections from '../store/collections.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { eraseContact } from '../tasks/erase.ts';
import { runCommand } from './command.ts';
import {
  caseLine,
  channelLine,
  deadLine,
  lineText,
  noticeLine,
  stateOf,
  waitingLine,
} from './moderator/lines.ts';
import { waitingNow } from './moderator/waiting.ts';

const root = path.join(import.meta.dirname, '..', '..');

const usage = `Bàn trực trong cửa sổ lệnh. Cách dùng: npm run -s moderator -- <việc>
  waiting               ai đang chờ: việc gấp trước, rồi ai chờ lâu nhất
  watch                 chờ tin; có người cần gặp thì kêu chuông và in một dòng
  show <mã>             đọc hội thoại
  take <mã>             tiếp nhận: bot im, người dân được báo
  reply <mã> <lời>      trả lời (tự tiếp nhận nếu chưa ai giữ)
  back <mã>             trả lại bot
  done <mã>             xong việc
  erase <mã> --yes      xoá mọi dữ liệu của người này; không lấy lại được
  channels              từng kênh có ổn không, tin cuối lúc nào, cần làm gì
  dead                  việc đã bỏ dở: câu chưa trả lời, tin chưa gửi được, và lý do
  again <mã việc>       làm lại một việc ở dead (mã đứng đầu dòng)
  seen <mã>             đã xem thông báo của nền tảng (dòng có dấu !)
  case <hồ sơ>          xem yêu cầu về dữ liệu (DL-…): của ai, tới đâu, hạn nào
  close <hồ sơ>         yêu cầu đã làm xong
  hold <hồ sơ>          giữ hồ sơ (DL-…) quá hạn lưu: đang khiếu nại, thanh tra
  unhold <hồ sơ>        thôi giữ, hồ sơ hết hạn thì xoá
Tên và cơ quan hiện cho người dân: --name "Minh" --organisation so-khcn,
hoặc đặt MODERATOR_NAME và MODERATOR_ORGANISATION trong .env.
<mã> là mã sau dấu # ở danh sách, hoặc cả mã hội thoại.`;

export interface Desk extends ModerationPorts {
  readonly content: () => Content;
  readonly by: () => Moderator;
  readonly confirmed: boolean;
}

type Command = (desk: Desk, args: readonly string[]) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  waiting: printWaiting,
  watch: watchWaiting,
  show: showConversation,
  take: async (desk, [id]) => {
    await take(desk, await find(desk.store, id), desk.by());
    console.log('Đã tiếp nhận. Bot im cho tới khi anh/chị trả lại (back) hoặc xong việc (done).');
  },
  reply: async (desk, [id, ...words]) => {
    await reply(desk, await find(desk.store, id), desk.by(), words.join(' '));
    console.log('Đã gửi.');
  },
  back: async (desk, [id]) => {
    await handBack(desk, await find(desk.store, id), desk.by());
    console.log('Đã trả lại bot.');
  },
  done: async (desk, [id]) => {
    await finish(desk, await find(desk.store, id), desk.by());
    console.log('Đã xong việc.');
  },
  erase: eraseOne,
  channels: printChannels,
  dead: async ({ store }) => {
    const letters = await deadLetters(store);
    if (letters.length === 0) console.log('Không có việc nào hỏng.');
    for (const letter of letters) console.log(deadLine(letter));
  },
  again: async (desk, [code]) => {
    if (!code) throw new AppError('usage', 2, usage);
    await putBack(desk, code, desk.by());
    console.log('Đã cho làm lại. Vẫn hỏng thì việc hiện lại ở dead.');
  },
  seen: async (desk, [given]) => {
    const code = given?.replace(/^!/, '');
    if (!code) throw new AppError('usage', 2, usage);
    await seeNotice(desk, code, desk.by());
    console.log('Đã ghi là đã xem.');
  },
  case: async ({ store }, [code]) => {
    console.log(caseLine(await caseOfCode(store, caseOf(code))));
  },
  close: async (desk, [code]) => {
    await closeCase(desk, caseOf(code), desk.by());
    console.log('Đã đóng hồ sơ.');
  },
  hold: async (desk, [code]) => {
    await holdCase(desk, caseOf(code), desk.by(), true);
    console.log('Đã giữ hồ sơ và sổ đồng ý của người này, kể cả khi quá hạn lưu.');
  },
  unhold: async (desk, [code]) => {
    await holdCase(desk, caseOf(code), desk.by(), false);
    console.log('Đã thôi giữ.');
  },
};

function caseOf(given: string | undefined): string {
  if (!given) throw new AppError('usage', 2, usage);
  return given.toUpperCase();
}

/** Does one thing for who sits at the terminal. @throws {AppError} `usage`, or what the act refuses. */
export async function act(desk: Desk, [name = '', ...args]: readonly string[]): Promise<void> {
  await commandOf(name)(desk, args);
}

function commandOf(name: string): Command {
  const command = commands[name];
  if (!command) throw new AppError('usage', 2, usage);
  return command;
}

async function openDesk(options: {
  name?: string;
  organisation?: string;
  yes: boolean;
}): Promise<Desk> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  const content = loadContent(await readTree(root));
  const log = openLog('warn');
  const store = await openStore(config.storeUrl, {
    processId: newProcessId(),
    clock: systemClock,
    log,
    role: 'command',
  });
  // Lines are rendered here and sent by the server that works the outbox.
  const channels = openChannels(config, httpSender(), content.sendingRules);
  const name = options.name ?? process.env['MODERATOR_NAME'];
  const organisation = options.organisation ?? process.env['MODERATOR_ORGANISATION'];
  const by = (): Moderator => moderatorOf(content, name, organisation);
  return {
    store,
    clock: systemClock,
    content: () => content,
    channels,
    holdFor: config.holdFor,
    by,
    confirmed: options.yes,
  };
}

function moderatorOf(
  content: Content,
  name: string | undefined,
  organisation: string | undefined,
): Moderator {
  const body = content.organisations.find(({ id }) => id === organisation);
  if (!name || !body) {
    const known = content.organisations.map(({ id }) => id).join(', ');
    throw new AppError(
      'usage',
      2,
      `Cho biết ai đang trả lời: --name "Minh" --organisation <mã cơ quan>.\nMã cơ quan: ${known}`,
    );
  }
  return {
    id: `terminal/${name}`,
    name,
    organisation: body.name,
    organisationId: body.id,
    via: 'terminal',
  };
}

async function find(store: Store, given: string | undefined): Promise<ConversationId> {
  if (!given) throw new AppError('usage', 2, usage);
  const wanted = given.replace(/^#/, '');
  const exact = await store.collection(collections.conversations).get(wanted as ConversationId);
  if (exact) return exact.id;
  const recent = await store
    .collection(collections.conversations)
    .find({ where: {}, sort: { by: 'updatedAt', order: 'desc' }, limit: 1_000 });
  const found = recent.filter(({ id }) => id.endsWith(wanted));
  const [one] = found;
  if (one && found.length === 1) return one.id;
  const why =
    found.length > 1
      ? `có ${found.length} hội thoại, hãy chép cả mã: ${found.map(({ id }) => id).join(', ')}`
      : 'không có hội thoại nào';
  throw new AppError('not_found', 404, `Với mã “${given}”: ${why}.`);
}

async function printWaiting({ store }: Desk): Promise<void> {
  for (const notice of await openNotices(store)) console.log(noticeLine(notice));
  const waiting = await waitingNow(store);
  if (waiting.length === 0) console.log('Không ai đang chờ. Bot đang trả lời.');
  for (const { conversation, words } of waiting) console.log(waitingLine(conversation, words));
}

async function printChannels({ store, channels }: Desk): Promise<void> {
  const names = [...channels.keys()];
  const healths = await channelHealths(store, names);
  const letters = await deadLetters(store);
  for (const name of names) {
    const dead = letters.filter(({ channel }) => channel === name).length;
    console.log(channelLine(name, healths.get(name), dead));
  }
}

/** A bell and a line for everyone who begins to wait. */
async function watchWaiting(desk: Desk): Promise<void> {
  const known = new Set<string>();
  console.log('Đang chờ tin. Dừng: Ctrl+C.');
  const look = async (): Promise<void> => {
    const now = desk.clock.now();
    const seen = await staffSeen(desk.store, now);
    if (seen.length > 0) await desk.store.commit(seen).catch(() => undefined);
    for (const notice of await openNotices(desk.store)) {
      if (!known.has(notice.id)) console.log(`\u0007${noticeLine(notice)}`);
      known.add(notice.id);
    }
    const waiting = await waitingNow(desk.store);
    for (const { conversation, words } of waiting) {
      const key = `${conversation.id}/${conversation.waitingSince}`;
      if (!known.has(key)) console.log(`\u0007${waitingLine(conversation, words)}`);
      known.add(key);
    }
  };
  await look();
  const timer = setInterval(() => void look().catch(() => undefined), 2_000);
  const unwatch = desk.store.watch(() => void look().catch(() => undefined));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(timer);
  unwatch();
}

async function showConversation({ store, clock }: Desk, [given]: readonly string[]): Promise<void> {
  const id = await find(store, given);
  const lines = await store
    .collection(collections.messages)
    .find({ where: { conversationId: id }, sort: { by: 'seq', order: 'desc' }, limit: 50 });
  const conversation = await store.collection(collections.conversations).get(id);
  console.log(
    `${id}  ${conversation ? stateOf(conversation) : ''}  (lúc ${writtenTime(clock.now())})`,
  );
  for (const { conversationId, channel } of conversation?.linked ?? [])
    console.log(`Cùng một người, ${channel}: #${conversationId.slice(-6)}`);
  for (const line of lines.reverse()) console.log(lineText(line));
}

async function eraseOne(desk: Desk, [given]: readonly string[]): Promise<void> {
  const { store, confirmed } = desk;
  const by = desk.by();
  const id = await find(store, given);
  const conversation = await store.collection(collections.conversations).get(id);
  if (!conversation) throw new AppError('not_found', 404, `Không có hội thoại “${id}”.`);
  if (!confirmed) {
    throw new AppError(
      'usage',
      2,
      `Xoá mọi tin nhắn, đăng ký và thẻ của người này; không lấy lại được. Chắc chắn thì thêm --yes.`,
    );
  }
  const steps = await eraseContact(desk, conversation, by);
  console.log(`Đã xoá (${steps} lượt). Giữ lại: sổ đồng ý và sổ yêu cầu, không có nội dung.`);
}

// `node run.js cli/moderator` sets the script's name to this file; a test imports it.
if (process.argv[1] === import.meta.filename) {
  await runCommand(async (argv) => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        organisation: { type: 'string' },
        yes: { type: 'boolean', default: false },
      },
    });
    // Before a store is opened.
    commandOf(positionals[0] ?? '');
    const desk = await openDesk(values);
    try {
      await act(desk, positionals);
    } finally {
      await desk.store.close();
    }
    return true;
  });
}
