import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { newProcessId } from '../app.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { contactsOf } from '../conversation/link.ts';
import { AppError } from '../errors.ts';
import { openLog } from '../log.ts';
import { audit } from '../pipeline/audit.ts';
import { cipherOf, keyBeside } from '../store/cipher.ts';
import type { Cipher } from '../store/cipher.ts';
import { openStore } from '../store/open.ts';
import * as collections from '../store/collections.ts';
import type { AnyCollection, CollectionDef, Doc, Store } from '../store/store.ts';
import { runCommand } from './command.ts';
import { exported, personalRow, plainRow } from './export/rows.ts';

const usage = `Xuất dữ liệu ra JSON Lines, mỗi dòng một bản ghi. Cách dùng: npm run -s export [-- <tuỳ chọn> <bảng> …]
  --out <tệp>    ghi vào tệp mới, chỉ chủ tệp đọc được; không có thì in ra màn hình
  --personal     cả lời nhắn, tên, số điện thoại; không có thì chỉ số liệu, không ai nhận ra ai
Bảng: ${exported.map(([{ name }]) => name).join(', ')}; không nói thì xuất hết.`;

export interface ExportOptions {
  readonly personal: boolean;
  /** Reads sealed numbers; without it they are left out. */
  readonly cipher: Cipher | undefined;
  /** Names of collections; none = all. */
  readonly only: readonly string[];
}

const pageSize = 500;

/**
 * Every document of the collections, a line each, page by page: what changes meanwhile may be in it or not. Returns how
 * many lines each collection came to. Personal data going out is put on record.
 * @throws {AppError} `usage` for an unknown collection, `data_key_wrong`.
 */
export async function exportLines(
  store: Store,
  clock: Clock,
  { personal, cipher, only }: ExportOptions,
  write: (line: string) => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const unknown = only.find((name) => !exported.some(([def]) => def.name === name));
  if (unknown !== undefined)
    throw new AppError('usage', 2, `Không có bảng “${unknown}”.\n${usage}`);
  if (personal) await putOnRecord(store, clock);
  const key = randomBytes(32);
  const pseudonym = (id: string): string =>
    createHmac('sha256', key).update(id).digest('base64url').slice(0, 12);
  const personOf = await persons(store);
  const counts = new Map<string, number>();
  for (const each of exported) {
    const [def] = each;
    if (only.length > 0 && !only.includes(def.name)) continue;
    let n = 0;
    for await (const doc of everyDoc(store, def)) {
      const row = personal
        ? personalRow(each, doc, cipher)
        : plainRow(each, doc, pseudonym, personOf);
      await write(`${JSON.stringify(row)}\n`);
      n++;
    }
    counts.set(def.name, n);
  }
  return counts;
}

/** Contacts that are linked are one person, under the first of their ids. */
async function persons(store: Store): Promise<(contactId: string) => string> {
  const first = new Map<string, string>();
  for await (const doc of everyDoc(store, collections.conversations)) {
    // What `everyDoc` brings of this collection.
    const conversation = doc as unknown as Conversation;
    if (conversation.linked)
      first.set(conversation.contactId, [...contactsOf(conversation)].sort()[0] ?? '');
  }
  return (contactId) => first.get(contactId) ?? contactId;
}

async function* everyDoc(store: Store, def: AnyCollection): AsyncGenerator<Doc> {
  // Only ids are asked for, which every document has.
  const collection = store.collection(def as unknown as CollectionDef<Doc, never>);
  let after: { readonly value: string; readonly id: string } | undefined;
  for (;;) {
    const page = await collection.find({
      where: {},
      limit: pageSize,
      ...(after ? { after } : {}),
    });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = { value: last.id, id: last.id };
  }
}

async function putOnRecord(store: Store, clock: Clock): Promise<void> {
  const act = { action: 'data.export', object: { type: 'export', id: 'personal' } };
  await store.commit([audit(act, undefined, clock.now())]);
}

/** The key that is there; none is made. */
function cipherThere({ dataKey, dataDir }: Config): Cipher | undefined {
  if (dataKey) return cipherOf(dataKey);
  return existsSync(path.join(dataDir, 'key')) ? cipherOf(keyBeside(dataDir).key) : undefined;
}

interface Out {
  write(line: string): Promise<void>;
  close(): Promise<void>;
}

async function openOut(file: string | undefined): Promise<Out> {
  if (file === undefined) {
    return {
      write: (line) =>
        new Promise((resolve, reject) => {
          process.stdout.write(line, (error) => {
            if (error) reject(error);
            else resolve();
          });
        }),
      close: () => Promise.resolve(),
    };
  }
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw new AppError(
      'export_file',
      409,
      `Không tạo được ${file} (${(error as NodeJS.ErrnoException).code ?? ''}): chọn tên chưa có, trong thư mục ghi được.`,
    );
  });
  return {
    write: async (line) => {
      await handle.write(line);
    },
    close: async () => {
      await handle.sync();
      await handle.close();
    },
  };
}

async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      personal: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new AppError('usage', 2, usage);
  const config = readConfig(process.env);
  needFile(config);
  const cipher = values.personal ? cipherThere(config) : undefined;
  const store = await openStore(config.storeUrl, {
    processId: newProcessId(),
    clock: systemClock,
    log: openLog('warn'),
    role: 'command',
  });
  const options = { personal: values.personal, cipher, only: positionals };
  try {
    const out = await openOut(values.out);
    const counts = await exportLines(store, systemClock, options, out.write).finally(out.close);
    for (const [name, n] of counts) console.error(`${name}: ${n}`);
    if (values.personal && !cipher)
      console.error('Không có DATA_KEY (hoặc data/key) nên bỏ số điện thoại.');
  } finally {
    await store.close();
  }
}

/** Opening would make an empty one. */
function needFile({ storeUrl }: Config): void {
  const file = storeUrl.startsWith('sqlite:') ? storeUrl.slice('sqlite:'.length) : undefined;
  if (file === undefined || existsSync(file)) return;
  throw new AppError(
    'export_source',
    404,
    `Không có tệp dữ liệu ${file}. Xem lại STORE_URL, và chạy lệnh trong thư mục của chương trình.`,
  );
}

// `node run.js cli/export` sets the script's name to this file; a test imports it.
if (process.argv[1] === import.meta.filename) {
  await runCommand(async (args) => {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await run(args);
    return true;
  });
}
