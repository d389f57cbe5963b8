import { z } from 'zod';
import { AppError, SignatureError } from '../errors.ts';
import type { WebhookRequest } from './channel.ts';
import { readJson } from './json.ts';
import { hmacSha256, isSame } from './signature.ts';

const signed = z.object({
  algorithm: z.string(),
  user_id: z.union([z.string().min(1), z.number()]).transform(String),
});

/**
 * Who asks, through Facebook, that their data be deleted: the id that Facebook gave them for our app, which is not the
 * id they have on the Page. The form's `signed_request` is `base64url(HMAC-SHA256 of the second part).base64url(JSON)`.
 * Source: developers.facebook.com, Data Deletion Request Callback; channels.md A.1.8, read 2026-11-23.
 * @throws {SignatureError} the signature does not fit. @throws {AppError} `bad_request`, `bad_json` (400).
 */
export function deletionSubject({ body }: WebhookRequest, appSecret: string): string {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const [signature, content, ...rest] = (form.get('signed_request') ?? '').split('.');
  if (!signature || !content || rest.length > 0)
    throw new AppError('bad_request', 400, 'The form has no signed_request of two parts.');
  // Over the part as it was sent: decoding is not one to one.
  if (!isSame(Buffer.from(signature, 'base64url').toString('hex'), hmacSha256(appSecret, content)))
    throw new SignatureError('The signature of signed_request does not fit.');
  const read = signed.safeParse(readJson(Buffer.from(content, 'base64url')));
  if (!read.success || read.data.algorithm.toUpperCase() !== 'HMAC-SHA256')
    throw new AppError(
      'bad_request',
      400,
      'The signed_request names nobody, or another algorithm.',
    );
  return read.data.user_id;
}
