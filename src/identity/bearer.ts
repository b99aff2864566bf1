/** Larger than any token the issuer gives, and small enough to hash for everyone who asks. */
export const MAX_TOKEN_LENGTH = 8192;

/** What a request says about who sends it: nothing, something that is no use, or a token yet to be verified. */
export type Presented =
  | { readonly is: 'nothing' }
  | { readonly is: 'unusable'; readonly reason: string }
  | { readonly is: 'token'; readonly token: string };

/** b64token of RFC 6750 section 2.1; the scheme's name is case-insensitive (RFC 9110 section 11.1). */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Reads the credentials from the Authorization headers as they came: exactly one, never a query, cookie or body
 * (RFC 6750 section 2.3 and RFC 9700 section 4.3.2: URLs end up in logs).
 */
export function presented(authorization: readonly string[] | undefined): Presented {
  const [header, ...more] = authorization ?? [];
  if (header === undefined) return { is: 'nothing' };
  if (more.length > 0) return { is: 'unusable', reason: 'two-headers' };
  if (!/^Bearer(\s|$)/i.test(header)) return { is: 'nothing' };
  if (header.length > MAX_TOKEN_LENGTH) return { is: 'unusable', reason: 'too-long' };
  const token = bearer.exec(header.trim())?.[1];
  return token === undefined ? { is: 'unusable', reason: 'not-a-bearer-token' } : { is: 'token', token };
}
