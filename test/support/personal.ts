import type { ContactId } from '../../src/ids.ts';
import { all } from '../../src/store/collections.ts';
import type { CollectionDef, Doc } from '../../src/store/store.ts';

type Personal = CollectionDef<Doc & { readonly contactId?: ContactId }, 'contactId'>;

/** Where erasure looks; what is `kept` stays, with nothing in it that the person wrote. */
export const personal = all.filter(
  (def) => def.personal === true || def.personal === 'sometimes',
  // Each of them has the field `contactId` indexed: the store contract sees to it.
) as unknown as readonly Personal[];
