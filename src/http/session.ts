import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { days, later } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { ContactId, ConversationId } from '../ids.ts';
import { webSessions } from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import type { WebSession } from '../store/collections.ts';
import { insert, remove, replace } from '../store/store.ts';
import type { Store } from '../store/store.ts';

const lasts = days(30);
/** Moved on at most once a day: a session must not be written with every message. */
const movesOn = days(1);

/** Browsers that chat: an opaque token each, of which the store keeps the hash. */
export interface Sessions {
  open(): Promise<{ readonly token: string; readonly conversationId: ConversationId }>;
  /** @throws {AppError} `signed_out` (401) for a token that is missing, unknown or too old. */
  of(request: Request): Promise<WebSession>;
  close(request: Request): Promise<void>;
}

/** Sessions of the web chat: opaque tokens, of which the store keeps hashes; 30 days from their last use. */
export function sessions(store: Store, clock: Clock): Sessions {
  const find = async (request: Request): Promise<WebSession> => {
    const token = /^Bearer ([\w-]{20,100})$/.exec(request.get('authorization') ?? '')?.[1];
    const session = token && (await store.collection(webSessions).get(hash(token)));
    if (!session || session.expiresAt < clock.now()) {
      throw new AppError(
        'signed_out',
        401,
        'The token is missing, unknown or too old; POST /widget/session for a new one.',
      );
    }
    return session;
  };
  return {
    async open() {
      const token = randomBytes(32).toString('base64url');
      const conversationId = `web/web/${newId<'browser'>()}` as ConversationId;
      const expiresAt = later(clock.now(), lasts);
      const doc = {
        id: hash(token),
        schema: 1 as const,
        conversationId,
        contactId: '' as ContactId,
        expiresAt,
      };
      await store.commit([insert<WebSession>(webSessions, doc)]);
      return { token, conversationId };
    },
    async of(request) {
      const session = await find(request);
      await slide(store, clock, session);
      return session;
    },
    async close(request) {
      // Another request of the same browser may be doing it just now.
      await commitIfFirst(store, [remove(webSessions, await find(request))]);
    },
  };
}

async function slide(store: Store, clock: Clock, session: WebSession): Promise<void> {
  const expiresAt = later(clock.now(), lasts);
  if (expiresAt - session.expiresAt < movesOn) return;
  // Another request of the same browser may be doing it just now.
  await commitIfFirst(store, [replace<WebSession>(webSessions, session, { expiresAt })]);
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
