import { existsSync } from 'node:fs';
import { newProcessId } from '../app.ts';
import { httpSender } from '../channels/call.ts';
import { rotatingTokens } from '../channels/zalo-oa-token.ts';
import type { RotatingTokens, TokenState } from '../channels/zalo-oa-token.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { writtenTime } from '../conversation/calendar.ts';
import { AppError } from '../errors.ts';
import { openLog } from '../log.ts';
import { cipherOf, confirmKey, keyBeside } from '../store/cipher.ts';
import { openStore } from '../store/open.ts';
import { sealedSecrets } from '../store/secrets.ts';
import { runCommand } from './command.ts';

const usage = `Token của Zalo OA. Cách dùng:
  npm run zalo-token                    xem token còn dùng được tới bao giờ
  npm run zalo-token -- enter           dán refresh token mới rồi bấm Enter (không hiện lên lệnh, không vào lịch sử lệnh)
Máy chủ đang chạy hay đã dừng đều được.`;

/** The tokens as the server has them, in the same store and under the same lease. */
async function withTokens(use: (tokens: RotatingTokens) => Promise<boolean>): Promise<boolean> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  const { zaloOa: settings } = config;
  if (!settings)
    throw new AppError('config', 2, 'Chưa đặt Zalo OA trong .env (xem docs/channels/zalo-oa.md).');
  const log = openLog('silent');
  const store = await openStore(config.storeUrl, {
    processId: newProcessId(),
    clock: systemClock,
    log,
    role: 'command',
  });
  const sender = httpSender();
  try {
    const cipher = cipherOf(config.dataKey ?? keyBeside(config.dataDir).key);
    await confirmKey(store, cipher);
    const secrets = sealedSecrets(store, cipher);
    const tell = (): Promise<void> => Promise.resolve();
    return await use(rotatingTokens(settings, { secrets, sender, clock: systemClock, log, tell }));
  } finally {
    await sender.close();
    await store.close();
  }
}

async function show(tokens: RotatingTokens): Promise<boolean> {
  const state = await tokens.state();
  for (const line of linesOf(state)) console.log(line);
  return isGood(state);
}

async function enter(tokens: RotatingTokens): Promise<boolean> {
  if (process.stdin.isTTY) console.log('Dán refresh token mới rồi bấm Enter:');
  const token = await firstLine();
  if (token === '') throw new AppError('usage', 2, usage);
  await tokens.enter(token);
  // Tried at once, so that a wrong one is seen here and not tomorrow.
  await tokens.upkeep();
  return show(tokens);
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]?.trim() ?? '';
}

function isGood({ accessUntil, refused }: TokenState): boolean {
  return refused === undefined && (accessUntil ?? 0) > systemClock.now();
}

function linesOf({ accessUntil, refreshUntil, renewingSince, refused }: TokenState): string[] {
  const now = systemClock.now();
  const access =
    accessUntil === undefined
      ? 'Chưa có access token.'
      : accessUntil > now
        ? `Access token dùng được tới ${writtenTime(accessUntil)}; máy tự đổi trước lúc đó.`
        : `Access token đã hết hạn lúc ${writtenTime(accessUntil)}.`;
  return [
    access,
    ...(refreshUntil === undefined
      ? []
      : [`Refresh token dùng được tới ${writtenTime(refreshUntil)}.`]),
    ...(renewingSince === undefined
      ? []
      : [
          `Một lần đổi token bắt đầu lúc ${writtenTime(renewingSince)} chưa xong; sau hai phút máy thử lại.`,
        ]),
    ...(refused === undefined
      ? []
      : [
          `Zalo từ chối refresh token (mã ${refused.error}, lúc ${writtenTime(refused.at)}). Lấy token mới ở developers.zalo.me rồi chạy: npm run zalo-token -- enter`,
        ]),
  ];
}

await runCommand(async (args) => {
  const [verb, ...rest] = args;
  if (rest.length > 0 || (verb !== undefined && verb !== 'enter'))
    throw new AppError('usage', 2, usage);
  return withTokens(verb === 'enter' ? enter : show);
});
