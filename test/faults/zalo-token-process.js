/**
 * A process that does nothing but use one OA's tokens, which hold for a moment: it renews them all the time, until it
 * is killed. Prints each access token once it may be used. Plain JavaScript over the built program, to start quickly.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const built = process.env.BUILT ?? path.join(import.meta.dirname, '..', '..', 'dist');
const load = (name) => import(pathToFileURL(path.join(built, name)).href);
const { rotatingTokens } = await load('channels/zalo-oa-token.js');
const { httpSender } = await load('channels/call.js');
const { systemClock } = await load('clock.js');
const { openLog } = await load('log.js');
const { cipherOf } = await load('store/cipher.js');
const { openStore } = await load('store/open.js');
const { sealedSecrets } = await load('store/secrets.js');

const { STORE, SETTINGS, LEASE } = process.env;
const clock = systemClock;
const log = openLog('silent');
const processId = `tokens-${process.pid}`;
// Several processes share the file, as commands beside a server do.
const store = await openStore(STORE, { processId, clock, log, role: 'command' });
const tokens = rotatingTokens(JSON.parse(SETTINGS), {
  secrets: sealedSecrets(store, cipherOf(new Uint8Array(32).fill(7))),
  sender: httpSender(),
  clock,
  log,
  leaseFor: Number(LEASE),
  tell: async ({ action }) => {
    process.stdout.write(`! ${action}\n`);
  },
});

process.stdout.write('started\n');
for (let last = ''; ; await pause(5)) {
  const token = await tokens.access().catch(() => last);
  if (token !== last) process.stdout.write(`${token}\n`);
  last = token;
}
