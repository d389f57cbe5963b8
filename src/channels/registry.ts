import type { Config } from '../config.ts';
import type { SendingRule } from '../content/content.ts';
import type { Sender } from './call.ts';
import type { Channel } from './channel.ts';
import { messenger } from './messenger.ts';
import { telegram } from './telegram.ts';
import { web } from './web.ts';
import { zaloBot } from './zalo-bot.ts';
import { zaloOa } from './zalo-oa.ts';

type Factory = (
  config: Config,
  sender: Sender,
  rules: readonly SendingRule[],
) => Channel | undefined;

/** Every channel there is, one line each; a channel that is not set up is undefined. */
const channels: readonly Factory[] = [
  (_config, _sender, rules) => web(rules),
  (config, sender, rules) => config.messenger && messenger(config.messenger, sender, rules),
  (config, sender, rules) => config.telegram && telegram(config.telegram, sender, rules),
  (config, sender, rules) => config.zaloOa && zaloOa(config.zaloOa, sender, rules),
  (config, sender, rules) => config.zaloBot && zaloBot(config.zaloBot, sender, rules),
];

/** The channels that are on, by name. */
export function openChannels(
  config: Config,
  sender: Sender,
  rules: readonly SendingRule[],
): ReadonlyMap<string, Channel> {
  const open = channels
    .map((make) => make(config, sender, rules))
    .filter((channel) => channel !== undefined);
  return new Map(open.map((channel) => [channel.name, channel]));
}
