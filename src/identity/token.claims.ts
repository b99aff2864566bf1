import type { Scope } from '../common/access.js';
import { isOrgNumber, type OrgNumber } from '../common/ids.js';
import { isObject } from '../common/json.js';
import { isScope, parseScopes } from './scopes.js';

/** What a verified token says. */
export interface Verified {
  readonly orgNumber: OrgNumber;
  /** Those of its scopes that are the hub's; the agency's kind decides which of them count. */
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly maxTokenSeconds: number;
  readonly clockToleranceSeconds: number;
}

/** Why a token is no use. For the log alone: the caller is told nothing but 401. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';

  constructor(readonly reason: string) {
    super(reason);
  }
}

function must(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new TokenRefused(reason);
}

const part = /^[A-Za-z0-9_-]+$/;
const types = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Looks at a token before any key is touched: three parts (RFC 7515 section 7.1), a header that is an object, RS256, a key id,
 * a type that is an access token's (RFC 9068 section 2.1, or JWT, or none), and no `crit` (section 4.1.11), whatever it
 * lists. `jwk`, `jku`, `x5u` and `x5c` are never read: keys come from the configured issuer only.
 * @throws TokenRefused
 */
export function checkHeader(token: string): void {
  const parts = token.split('.');
  must(parts.length === 3 && parts.every((each) => part.test(each)), 'not-three-parts');
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString('utf8'));
  } catch {
    throw new TokenRefused('header-not-json');
  }
  must(isObject(header), 'header-not-object');
  must(header['alg'] === 'RS256', 'algorithm');
  must(!Object.hasOwn(header, 'crit'), 'crit');
  must(
    !Object.hasOwn(header, 'b64') && !Object.hasOwn(header, 'zip') && !Object.hasOwn(header, 'enc'),
    'extension',
  );
  const { typ, kid } = header;
  must(typ === undefined || (typeof typ === 'string' && types.has(typ.toLowerCase())), 'type');
  must(typeof kid === 'string' && kid.length > 0 && kid.length <= 200, 'key-id');
}

/**
 * Checks the claims of a token whose signature holds. The issuer and audience are compared byte by byte; an audience must
 * be there (a token without one could be replayed from another receiver of the same scope). A life longer than the
 * maximum is refused, which also catches milliseconds in the place of seconds.
 * @throws TokenRefused
 */
export function readClaims(
  payload: Readonly<Record<string, unknown>>,
  rules: TokenRules,
  now: Date,
): Verified {
  const seconds = now.getTime() / 1000;
  const { iss, aud, exp, iat, nbf, jti, scope, token_type: tokenType } = payload;
  must(iss === rules.issuer, 'issuer');
  must(hasAudience(aud, rules.audience), 'audience');
  must(isTime(exp), 'exp');
  must(isTime(iat), 'iat');
  must(nbf === undefined || isTime(nbf), 'nbf');
  must(seconds < exp + rules.clockToleranceSeconds, 'expired');
  must(iat <= seconds + rules.clockToleranceSeconds, 'iat-in-future');
  must(nbf === undefined || nbf <= seconds + rules.clockToleranceSeconds, 'not-yet-valid');
  must(exp > iat && exp - iat <= rules.maxTokenSeconds, 'life');
  must(typeof jti === 'string' && jti.length > 0 && jti.length <= 200, 'jti');
  must(tokenType === undefined || tokenType === 'Bearer', 'token-type');
  const scopes = parseScopes(scope);
  must(scopes !== undefined, 'scope');
  // A supplier acts for its customer (Maskinporten delegation). The trail must then name both, which Caller cannot yet.
  must(!Object.hasOwn(payload, 'supplier') && !Object.hasOwn(payload, 'delegation_source'), 'delegated');
  return { orgNumber: consumer(payload['consumer']), scopes: scopes.filter(isScope), expiresAt: exp * 1000 };
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

function hasAudience(aud: unknown, ours: string): boolean {
  if (typeof aud === 'string') return aud === ours;
  return Array.isArray(aud) && aud.every((each) => typeof each === 'string') && aud.includes(ours);
}

const id = /^0192:(\d{9})$/;

/** Maskinporten's `consumer`: one authority, one scheme (0192 is Enhetsregisteret). Other forms are refused, not guessed at. */
export function consumer(claim: unknown): OrgNumber {
  must(isObject(claim), 'consumer');
  must(claim['authority'] === 'iso6523-actorid-upis', 'consumer-authority');
  const text = claim['ID'];
  const number = typeof text === 'string' ? id.exec(text)?.[1] : undefined;
  must(isOrgNumber(number), 'consumer-id');
  return number;
}
