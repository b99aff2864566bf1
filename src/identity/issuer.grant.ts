import type { Scope } from '../common/access.js';
import { isOrgNumber, type OrgNumber } from '../common/ids.js';
import { GRANT_TYPE } from './issuer.tokens.js';
import { isScope, parseScopes } from './scopes.js';

export type OAuthCode = 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type' | 'invalid_scope';

/** An error of the token endpoint (RFC 6749 section 5.2). The description is a text of ours and repeats nothing. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';

  constructor(
    readonly error: OAuthCode,
    readonly description: string,
  ) {
    super(error);
  }
}

const MAX_FORM_BYTES = 16_384;
const MAX_ASSERTION_SECONDS = 120;
const MAX_SKEW_SECONDS = 10;

/** The assertion in a token request: form-encoded, each parameter once (RFC 6749 section 3.2). */
export function readTokenRequest(contentType: unknown, body: unknown): string {
  const type = typeof contentType === 'string' ? contentType.split(';')[0]?.trim().toLowerCase() : undefined;
  if (
    type !== 'application/x-www-form-urlencoded' ||
    !(body instanceof Uint8Array) ||
    body.length > MAX_FORM_BYTES
  ) {
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
  }
  const form = new URLSearchParams(Buffer.from(body).toString('latin1'));
  const once = (name: string): string => {
    const values = form.getAll(name);
    if (values.length !== 1 || !values[0])
      throw new OAuthError('invalid_request', `The body must give ${name} once.`);
    return values[0];
  };
  if (once('grant_type') !== GRANT_TYPE) {
    throw new OAuthError('unsupported_grant_type', `The grant_type must be ${GRANT_TYPE}.`);
  }
  return once('assertion');
}

/** What a client asks for in an assertion whose signature holds. */
export interface Grant {
  readonly orgNumber: OrgNumber;
  readonly scopes: readonly Scope[];
  readonly jti: string;
  /** Seconds since the epoch until which the jti must be remembered. */
  readonly until: number;
}

/** Maskinporten's rules for grants: `aud` is the issuer exactly, a life of two minutes at most, an `iat` of now. */
export function readGrant(payload: Readonly<Record<string, unknown>>, issuer: string, now: Date): Grant {
  const seconds = now.getTime() / 1000;
  const { iss, aud, exp, iat, jti, scope } = payload;
  const must = (holds: boolean, description: string): void => {
    if (!holds) throw new OAuthError('invalid_grant', description);
  };
  must(isOrgNumber(iss), 'iss must be the organisation number of the agency.');
  must(aud === issuer, 'aud must be the issuer, exactly.');
  must(
    isTime(iat) && Math.abs(seconds - iat) <= MAX_SKEW_SECONDS,
    `iat must be now, within ${MAX_SKEW_SECONDS} s.`,
  );
  must(
    isTime(exp) && isTime(iat) && exp > iat && exp - iat <= MAX_ASSERTION_SECONDS,
    `exp must be at most ${MAX_ASSERTION_SECONDS} s after iat.`,
  );
  must(isTime(exp) && exp > seconds, 'The assertion has expired.');
  must(
    typeof jti === 'string' && jti.length > 0 && jti.length <= 200,
    'jti must be a text of at most 200 characters.',
  );
  const scopes = parseScopes(scope);
  if (!scopes?.every(isScope))
    throw new OAuthError(
      'invalid_scope',
      'scope must be a list of scopes of this hub, parted by single spaces.',
    );
  return { orgNumber: iss as OrgNumber, scopes, jti: jti as string, until: exp as number };
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
