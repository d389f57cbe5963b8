import type { Clock } from '../clock.ts';
import type { Content } from '../content/content.ts';
import { caseCode } from '../conversation/case.ts';
import type { Case } from '../conversation/case.ts';
import type { Notice } from '../conversation/notice.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { CaseId, ChannelName, ContactId, ConversationId, EventId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { audit } from './audit.ts';
import { dueDates } from './case-terms.ts';
import type { ModerationPorts, Moderator } from './moderation.ts';
import { notifyJob } from './queue.ts';

export interface DeletionPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly content: () => Content;
  /** Keyed: a case's id stays when the person's data is gone, and must not lead back to them. */
  readonly hash: (text: string) => string;
}

/**
 * Opens the request of somebody whom a platform names by an id of its own: whose conversation that is, an official has
 * to find out. Asked again while the first request is open, it is the same request.
 * @returns what the person is given to refer to it.
 */
export async function requestDeletion(
  ports: DeletionPorts,
  channel: ChannelName,
  subject: string,
): Promise<string> {
  const person = `deletion/${channel}/${ports.hash(`${channel}/${subject}`)}`;
  for (let n = 0; ; n++) {
    const id = `${person}/${n}` as CaseId;
    const known =
      (await ports.store.collection(collections.cases).get(id)) ??
      (await openCase(ports, id, channel, subject));
    if (isOpen(known)) return known.code;
  }
}

function isOpen({ state }: Case): boolean {
  return state === 'received' || state === 'answered';
}

async function openCase(
  { store, clock, content }: DeletionPorts,
  id: CaseId,
  channel: ChannelName,
  subject: string,
): Promise<Case> {
  const now = clock.now();
  const read = content();
  const code = caseCode(id);
  const doc = {
    id,
    schema: 1 as const,
    contactId: '' as ContactId,
    conversationId: '' as ConversationId,
    organisationId: read.programme.organisationId,
    channel,
    kind: 'erase' as const,
    code,
    subject,
    state: 'received' as const,
    receivedAt: now,
    ...dueDates('erase', now, read),
  };
  const notice = {
    id: id as string as EventId,
    schema: 1,
    channel,
    action: 'data_deletion',
  } as const;
  // The same request at the same time has the same code.
  await commitIfFirst(store, [
    insert<Case>(collections.cases, doc),
    insert<Notice>(collections.notices, { ...notice, text: code, state: 'open', at: now }),
    notifyJob({ code: 'privacy_request', channel }, now, newId<'trace'>()),
  ]);
  return { ...doc, version: 0 };
}

/** The request with this code, of whatever kind. @throws {AppError} `not_found`. */
export async function caseOfCode(store: Store, code: string): Promise<Case> {
  const [found] = await store
    .collection(collections.cases)
    .find({ where: { code: code.toUpperCase() }, limit: 1 });
  if (!found) throw new AppError('not_found', 404, `Không có hồ sơ “${code}”.`);
  return found;
}

/** What was asked is done; who it was is not kept any longer. @throws {AppError} `not_found`, `closed`. */
export async function closeCase(
  { store, clock }: Pick<ModerationPorts, 'store' | 'clock'>,
  code: string,
  by: Moderator,
): Promise<void> {
  const { subject: _, ...found } = await caseOfCode(store, code);
  if (found.state === 'done' || found.state === 'refused')
    throw new AppError('closed', 409, `Hồ sơ ${found.code} đã đóng.`);
  const now = clock.now();
  const { answeredAt = now, organisationId } = found;
  const object = { type: 'case', id: found.code, organisationId };
  const closed: Case = { ...found, state: 'done', answeredAt, closedAt: now };
  await store.commit([
    { op: 'replace', in: collections.cases.name, doc: closed },
    audit({ action: 'case.close', object }, by, now),
  ]);
}
