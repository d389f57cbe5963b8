import { z } from 'zod';
import type { Content } from '../content/content.ts';
import { AppError } from '../errors.ts';
import type { Json } from './channel.ts';
import { commands } from './commands.ts';
import { askGraph, pageOf } from './messenger-account.ts';
import type { MessengerAccount } from './messenger-account.ts';

/** What a press of “Get Started” sends; read as an opening in messenger-events.ts. */
export const getStarted = 'GET_STARTED';

/** Behind the titles of `messenger.menu.choices`, in their order. */
const menu = ['menu:', 'human:ask', 'menu:privacy'];
/** Topics that one is asked about first; the questions are phrases `messenger.iceBreaker.<intent>`. */
const iceBreakers = ['household_registration', 'household_tax', 'loan_nhcsxh', 'training'];

const payload = z.string().min(1).max(1000);
const shown = (most: number) => z.string().trim().min(1).max(most);
const local = { locale: z.literal('default') };
/**
 * What Messenger takes. Source: channels.md A.1.6, read 2026-11-23; 20 menu items of 30 letters and 80 letters of an
 * ice breaker from a secondary source.
 */
const profileForm = z.object({
  get_started: z.object({ payload }),
  persistent_menu: z.tuple([
    z.object({
      ...local,
      composer_input_disabled: z.literal(false),
      call_to_actions: z
        .array(z.object({ type: z.literal('postback'), title: shown(30), payload }))
        .max(20),
    }),
  ]),
  ice_breakers: z.tuple([
    z.object({
      ...local,
      call_to_actions: z.array(z.object({ question: shown(80), payload })).max(4),
    }),
  ]),
  commands: z.tuple([
    z.object({
      ...local,
      commands: z.array(z.object({ name: shown(32), description: shown(64) })).max(100),
    }),
  ]),
});
export type MessengerProfile = z.infer<typeof profileForm>;

/** What a person finds before the first word, of the content's phrases. @throws {AppError} `content`: more than Messenger takes. */
export function profileOf(content: Content): MessengerProfile {
  const titles = content.choices('messenger.menu');
  const profile = {
    get_started: { payload: getStarted },
    persistent_menu: [
      {
        locale: 'default',
        composer_input_disabled: false,
        call_to_actions: menu.map((payload, i) => ({
          type: 'postback',
          title: titles[i],
          payload,
        })),
      },
    ],
    ice_breakers: [
      {
        locale: 'default',
        call_to_actions: iceBreakers.map((intent) => ({
          question: content.phrase(`messenger.iceBreaker.${intent}`),
          payload: `ask:${intent}`,
        })),
      },
    ],
    commands: [
      {
        locale: 'default',
        commands: [...commands.keys()].map((name) => ({
          name,
          description: content.phrase(`messenger.command.${name}`),
        })),
      },
    ],
  };
  const read = profileForm.safeParse(profile);
  if (read.success) return read.data;
  const places = read.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new AppError('content', 1, `Hồ sơ Messenger không vừa:\n${places.join('\n')}`);
}

/** Sets all of it in one call: Messenger takes ten in ten minutes. @throws {ChannelError} when Meta refuses. */
export async function setProfile(
  account: MessengerAccount,
  profile: MessengerProfile,
): Promise<void> {
  // Plain data by its schema.
  const body = profile as unknown as Json;
  await askGraph(account, 'POST', `${pageOf(account)}/messenger_profile`, { body });
}
