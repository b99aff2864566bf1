import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.schema.js';
import { keySource, KeysUnavailable } from './key-source.js';
import { TokenCache } from './token.cache.js';
import { checkHeader, readClaims, TokenRefused, type Verified } from './token.claims.js';

/** Verifies access tokens of the one configured issuer (RFC 7519, RFC 8725, Maskinporten's claims). */
@Injectable()
export class TokenVerifier implements OnModuleInit {
  private readonly cache: TokenCache;
  private keys: JWTVerifyGetKey | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.cache = new TokenCache(config.identity.tokenCacheSeconds);
  }

  async onModuleInit(): Promise<void> {
    this.keys = await keySource(this.config);
  }

  /**
   * @throws TokenRefused with the reason, for the log alone
   * @throws KeysUnavailable where the issuer's keys cannot be had
   */
  async verify(token: string): Promise<Verified> {
    const now = this.clock.now();
    const key = TokenCache.keyOf(token);
    const remembered = this.cache.get(key, now);
    if (remembered) return remembered;
    checkHeader(token);
    const verified = readClaims(await this.openSigned(token, now), this.config.identity, now);
    this.cache.put(key, verified, now);
    return verified;
  }

  /** The payload, once the signature holds. jose looks at issuer, audience and times too; `readClaims` looks again, stricter. */
  private async openSigned(token: string, now: Date): Promise<Readonly<Record<string, unknown>>> {
    if (!this.keys) throw new KeysUnavailable('not started');
    const { issuer, audience, clockToleranceSeconds } = this.config.identity;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ['RS256'],
        issuer,
        audience,
        clockTolerance: clockToleranceSeconds,
        currentDate: now,
        requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti', 'scope', 'consumer'],
      });
      return payload;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      throw new TokenRefused(error instanceof errors.JOSEError ? error.code : 'cannot-be-verified');
    }
  }
}
