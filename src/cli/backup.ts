import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import type { Instant } from '../clock.ts';
import { readConfig } from '../config.ts';
import { localTime } from '../conversation/calendar.ts';
import { AppError } from '../errors.ts';
import { copySqlite } from '../store/sqlite-backup.ts';
import { runCommand } from './command.ts';

const usage = `Sao lưu tệp dữ liệu, máy chủ vẫn chạy. Cách dùng: npm run backup [-- <tệp>]
Không nói tệp nào thì ghi vào data/backup/nhipcau-<ngày>-<giờ>.db.`;

const onMongo = `Kho dữ liệu là MongoDB: sao lưu bằng công cụ của nó, ví dụ
  mongodump --uri="$STORE_URL" --gzip --archive=nhipcau.gz
rồi thử khôi phục vào một máy khác: mongorestore --gzip --archive=nhipcau.gz --uri=…`;

/** Copies the embedded database. @throws {AppError} in words that say what to do. */
export async function backup(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  now: Instant,
  print: (line: string) => void,
): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  if (positionals.length > 1) throw new AppError('usage', 2, usage);
  const { storeUrl, dataDir } = readConfig(environment);
  if (!storeUrl.startsWith('sqlite:')) throw new AppError('backup_mongo', 500, onMongo);
  const file = storeUrl.slice('sqlite:'.length);
  const to = positionals[0] ?? path.join(dataDir, 'backup', `nhipcau-${stamp(now)}.db`);
  const bytes = copySqlite(file, to);
  print(`Đã sao lưu và kiểm tra: ${to} (${(bytes / 1e6).toFixed(1).replace('.', ',')} MB).`);
  print(
    environment['DATA_KEY']
      ? 'Không có khoá trong bản sao: giữ DATA_KEY ở nơi khác.'
      : `Không có khoá trong bản sao: giữ ${path.join(dataDir, 'key')} ở nơi khác.`,
  );
}

/** `20261125-083000`, in the time of Việt Nam. */
function stamp(now: Instant): string {
  const { year, month, day, hour, minute } = localTime(now);
  const two = (n: number): string => String(n).padStart(2, '0');
  const second = two(Math.floor(now / 1_000) % 60);
  return `${year}${two(month)}${two(day)}-${two(hour)}${two(minute)}${second}`;
}

// `node run.js cli/backup` sets the script's name to this file; a test imports it.
if (process.argv[1] === import.meta.filename) {
  await runCommand(async (args) => {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await backup(args, process.env, systemClock.now(), (line) => {
      console.log(line);
    });
    return true;
  });
}
