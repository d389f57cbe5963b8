/** A new id for a message. Pages that are not served over HTTPS have no `randomUUID`. */
export function newId(): string {
  // lib.dom says that it is always there.
  const { randomUUID } = crypto as { randomUUID?: () => string };
  if (randomUUID) return randomUUID.call(crypto);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The id this page gave a line, of the id under which the server keeps it: `<conversation>/<id>`. */
export function ownId(lineId: string): string {
  return lineId.slice(lineId.lastIndexOf('/') + 1);
}
