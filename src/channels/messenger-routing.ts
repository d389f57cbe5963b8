import { z } from 'zod';
import type { EventBase, EventOf } from '../conversation/event.ts';
import { aside, id } from './messenger-form.ts';
import type { Around } from './messenger-form.ts';

/**
 * The Page's own inbox. Echoes carry the shorter number (channels.md A.1.5, read 2026-11-23); threads are passed to the
 * longer one (what public code of 2026 uses: a secondary source).
 */
export const pageInboxApps: readonly string[] = ['26390203743090', '263902037430900'];
/** Whom a thread is passed to. */
export const pageInbox = '263902037430900';

// An owner that is null is nobody: the thread is idle.
const control = aside(
  z.object({
    previous_owner_app_id: aside(id),
    new_owner_app_id: aside(id),
    requested_owner_app_id: aside(id),
  }),
);
/** Conversation Routing: who holds the thread. Source: channels.md A.1.7, read 2026-11-23. */
export const routingForm = {
  pass_thread_control: control,
  take_thread_control: control,
  request_thread_control: control,
  app_roles: aside(z.record(z.string(), z.array(z.string()))),
} as const;
type Routing = z.infer<z.ZodObject<typeof routingForm>>;

/** What a change of control means to us. */
export function routingOf(
  it: Routing,
  around: Around,
): Omit<EventOf<'routed'>, keyof EventBase> | undefined {
  if (it.pass_thread_control)
    return { type: 'routed', to: holder(it.pass_thread_control.new_owner_app_id, around) };
  if (it.take_thread_control) {
    // Told to who lost the thread; not always by whom.
    const { new_owner_app_id: by } = it.take_thread_control;
    return { type: 'routed', to: by === undefined ? 'other' : holder(by, around) };
  }
  const app = it.request_thread_control?.requested_owner_app_id;
  if (app === undefined) return undefined;
  return { type: 'routed', to: pageInboxApps.includes(app) ? 'inbox' : 'other', asked: true };
}

function holder(app: string | undefined, { appId, standby }: Around): 'us' | 'inbox' | 'other' {
  if (app !== undefined && pageInboxApps.includes(app)) return 'inbox';
  if (app !== undefined && appId !== undefined) return app === appId ? 'us' : 'other';
  // Idle, or our own number is not set: who holds a thread hears of it under “messaging”, others under “standby”.
  return standby ? 'other' : 'us';
}

/** For whoever runs the channel: which app has which part. */
export function rolesIn(roles: NonNullable<Routing['app_roles']>): string {
  return Object.entries(roles)
    .map(([app, names]) => `${app}: ${names.join(', ')}`)
    .join('; ');
}
