import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwksCache,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
} from 'jose';
import type { Config } from '../config/config.schema.js';
import { developmentIssuer } from './development-keys.js';

/** The issuer's keys cannot be had: not the caller's fault, and no reason to let anyone in. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** Milliseconds for the issuer's answer. */
const PATIENCE_MS = 5000;
/** Milliseconds after a fetch that failed in which none is made: else each call would wait for an issuer that says nothing. */
const PAUSE_MS = 2000;
/** Milliseconds after which keys are no longer used: a key that the issuer has taken back is refused by then. */
const MOST_MS = 600_000;
/** Milliseconds after which they are fetched anew while nobody waits for it. An issuer that is away for less than the rest is noticed by nobody. */
const FETCH_AGAIN_MS = 300_000;

/**
 * Where the keys come from that tokens are verified with: the address in the settings, or the development issuer's own
 * file. A key id that is not known makes one new fetch per half minute at most, however many ask.
 */
export async function keySource(config: Config): Promise<JWTVerifyGetKey> {
  const { jwksUri } = config.identity;
  if (jwksUri === '') {
    const { publicJwk } = await developmentIssuer(config);
    return createLocalJWKSet({ keys: [publicJwk] });
  }
  const held: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: PATIENCE_MS,
    cooldownDuration: 30_000,
    cacheMaxAge: MOST_MS,
    [jwksCache]: held,
  });
  let pausedUntil = 0;
  const pause = (): void => {
    pausedUntil = performance.now() + PAUSE_MS;
  };
  const isKnown = (kid: string | undefined): boolean =>
    remote.fresh && remote.jwks()?.keys.some((key) => key.kid === kid) === true;
  // eslint-disable-next-line no-restricted-syntax -- jose notes by this clock when it fetched them
  const isOld = (): boolean => held.uat !== undefined && Date.now() - held.uat > FETCH_AGAIN_MS;
  return async (header, token) => {
    if (remote.fresh && isOld() && performance.now() >= pausedUntil) void remote.reload().catch(pause);
    if (performance.now() < pausedUntil && !isKnown(header.kid))
      throw new KeysUnavailable('the keys of the issuer could not be fetched a moment ago');
    try {
      return await remote(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw cause;
      pause();
      throw new KeysUnavailable('the keys of the issuer cannot be fetched', { cause });
    }
  };
}
