import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Scope } from '../common/access.js';
import { systemClock, type Clock } from '../common/clock.js';
import type { Config } from '../config/config.schema.js';
import { developmentClient, developmentIssuer } from './development-keys.js';

export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const TOKEN_SECONDS = 600;
const ASSERTION_SECONDS = 100;

type Settings = Pick<Config, 'environment' | 'identity'>;

export interface TokenWish {
  readonly orgNumber: string;
  readonly scopes: readonly (Scope | string)[];
  readonly lifeSeconds?: number;
  readonly clock?: Clock;
}

const seconds = (clock: Clock): number => Math.floor(clock.now().getTime() / 1000);

/**
 * An access token of the development issuer, for the command line and tests: needs the key folder and no running hub. Claims
 * as Maskinporten gives them (docs.digdir.no, "Maskinporten access token").
 * @throws ConfigError in production, or where another issuer is configured
 */
export async function mintToken(keysFolder: string, config: Settings, wish: TokenWish): Promise<string> {
  const { environment, identity } = config;
  const { kid, privateKey } = await developmentIssuer({
    environment,
    identity,
    process: { keys: keysFolder },
  });
  const { orgNumber, scopes, lifeSeconds = TOKEN_SECONDS, clock = systemClock } = wish;
  const now = seconds(clock);
  return new SignJWT({
    client_id: orgNumber,
    client_amr: 'private_key_jwt',
    consumer: { authority: 'iso6523-actorid-upis', ID: `0192:${orgNumber}` },
    scope: scopes.join(' '),
    token_type: 'Bearer',
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setIssuer(identity.issuer)
    .setAudience(identity.audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .setJti(randomUUID())
    .sign(privateKey);
}

/** What a development client sends to POST /oauth2/token (RFC 7523 section 3). */
export async function mintAssertion(keysFolder: string, config: Settings, wish: TokenWish): Promise<string> {
  const { environment, identity } = config;
  const { kid, privateKey } = await developmentClient({
    environment,
    identity,
    process: { keys: keysFolder },
  });
  const { orgNumber, scopes, lifeSeconds = ASSERTION_SECONDS, clock = systemClock } = wish;
  const now = seconds(clock);
  return new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setIssuer(orgNumber)
    .setAudience(identity.issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .setJti(randomUUID())
    .sign(privateKey);
}
