import { createHash, createHmac } from 'node:crypto';

/** The Page that the people of a measurement write to. */
export interface Page {
  readonly id: string;
  readonly appSecret: string;
}

/** One webhook as Messenger sends it. */
export interface Delivery {
  readonly body: string;
  readonly signature: string;
}

/** People write in groups of this many, so that one person's next message comes a little after the last. */
const groupSize = 96;
const mostMessages = 3;
/** Without a common divisor with the number of sentences: steps through all of them in a mixed order. */
const stride = 7_919;

/** A crowd without end: every call is the next message of somebody, one to three a person. */
export function crowd(sentences: readonly string[], page: Page): () => Delivery {
  const speakers = speakersInOrder();
  let n = 0;
  return () => {
    const text = sentences[(n * stride) % sentences.length] ?? '';
    return sign(webhook(text, idOf(speakers.next().value), ++n, page.id), page);
  };
}

/** Everybody of a group writes once, then two thirds of them again, then one third. */
function* speakersInOrder(): Generator<number, never> {
  for (let first = 0; ; first += groupSize) {
    for (let round = 0; round < mostMessages; round++) {
      for (let k = 0; k < groupSize; k++) if (k % mostMessages >= round) yield first + k;
    }
  }
}

/** Sixteen digits in no order, as a Page sees people. */
function idOf(person: number): string {
  const digits = createHash('sha256').update(String(person)).digest().readUIntBE(0, 6);
  return `2${String(digits).padStart(15, '0')}`;
}

function webhook(text: string, from: string, n: number, pageId: string): unknown {
  const timestamp = Date.now();
  // As long as the real ones: they are the key of what is stored.
  const mid = `m_${createHash('sha512').update(`${from} ${n}`).digest('base64url')}`;
  const messaging = {
    sender: { id: from },
    recipient: { id: pageId },
    timestamp,
    message: { mid, text },
  };
  return { object: 'page', entry: [{ id: pageId, time: timestamp, messaging: [messaging] }] };
}

/** Meta escapes everything beyond ASCII, and signs what it sends. */
function sign(webhook: unknown, { appSecret }: Page): Delivery {
  const body = JSON.stringify(webhook).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return {
    body,
    signature: `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`,
  };
}
