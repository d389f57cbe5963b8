import type { Instant } from '../clock.ts';
import type { AuditRecord } from '../conversation/audit.ts';
import { newId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { insert } from '../store/store.ts';
import type { Write } from '../store/store.ts';
import type { Moderator } from './moderation.ts';

/** The record of one act; goes into the commit of the act. Without `by` the system itself acted. */
export function audit(
  act: Pick<AuditRecord, 'action' | 'object' | 'before' | 'after'>,
  by: Moderator | undefined,
  now: Instant,
): Write {
  const actor = by
    ? { id: by.id, name: by.name, role: 'moderator', organisationId: by.organisationId }
    : { id: 'system' as const };
  return insert<AuditRecord>(collections.audit, {
    id: newId<'audit'>(),
    schema: 1,
    at: now,
    ...act,
    actor,
    requestId: newId<'request'>(),
    address: by?.via ?? 'system',
    actorId: actor.id,
    objectId: act.object.id,
  });
}
