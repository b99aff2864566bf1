import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
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
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: PATIENCE_MS,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  let pausedUntil = 0;
  const isKnown = (kid: string | undefined): boolean =>
    remote.fresh && remote.jwks()?.keys.some((key) => key.kid === kid) === true;
  return async (header, token) => {
    if (performance.now() < pausedUntil && !isKnown(header.kid))
      throw new KeysUnavailable('the keys of the issuer could not be fetched a moment ago');
    try {
      return await remote(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw cause;
      pausedUntil = performance.now() + PAUSE_MS;
      throw new KeysUnavailable('the keys of the issuer cannot be fetched', { cause });
    }
  };
}
