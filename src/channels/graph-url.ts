import { hmacSha256 } from './signature.ts';

/** The address of an edge of the Graph API, with the Page's token and the proof that who sends it knows the app secret. */
export function graphUrl(
  {
    apiBase,
    pageToken,
    appSecret,
  }: { readonly apiBase: string; readonly pageToken: string; readonly appSecret: string },
  edge: string,
  fields: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    access_token: pageToken,
    // Not only a token that somebody may have found.
    appsecret_proof: hmacSha256(appSecret, pageToken),
    ...fields,
  });
  return `${apiBase}/${edge}?${query.toString()}`;
}
