import type { Case } from '../conversation/case.ts';
import type { Consent } from '../conversation/contact.ts';
import { AppError } from '../errors.ts';
import * as collections from '../store/collections.ts';
import type { CollectionDef, Doc, Write } from '../store/store.ts';
import { audit } from './audit.ts';
import type { ModerationPorts, Moderator } from './moderation.ts';

/** More than anybody has agreed to; below the 500 writes of a commit. */
const most = 400;

/**
 * Sets a case aside, with all that its person agreed to, so that neither goes when its days are over (a complaint, an
 * inspection) – or, with `on` false, lets them go again.
 * @throws {AppError} `not_found`.
 */
export async function holdCase(
  { store, clock }: Pick<ModerationPorts, 'store' | 'clock'>,
  code: string,
  by: Moderator,
  on: boolean,
): Promise<void> {
  const cases = await store.collection(collections.cases).find({ where: { code }, limit: 10 });
  if (cases.length === 0) throw new AppError('not_found', 404, `Không có hồ sơ “${code}”.`);
  const contactId = { in: cases.map((one) => one.contactId) };
  const consents = await store
    .collection(collections.consents)
    .find({ where: { contactId }, limit: most });
  await store.commit([
    ...cases.map((doc) => setHold<Case>(collections.cases, doc, on)),
    ...consents.map((doc) => setHold<Consent>(collections.consents, doc, on)),
    audit(
      { action: on ? 'case.hold' : 'case.unhold', object: { type: 'case', id: code } },
      by,
      clock.now(),
    ),
  ]);
}

function setHold<T extends Doc & { readonly hold?: true }>(
  def: Pick<CollectionDef<T, never>, 'name'>,
  { hold: _, ...doc }: T,
  on: boolean,
): Write {
  return { op: 'replace', in: def.name, doc: on ? { ...doc, hold: true } : doc };
}
