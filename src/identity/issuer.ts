import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, type JSONWebKeySet } from 'jose';
import { scopes } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.schema.js';
import { developmentClient, developmentIssuer } from './development-keys.js';
import { OAuthError, readGrant, readTokenRequest } from './issuer.grant.js';
import { GRANT_TYPE, mintToken, TOKEN_SECONDS } from './issuer.tokens.js';

const MAX_REMEMBERED = 100_000;

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

/**
 * The issuer that stands in for Maskinporten on a developer's machine: it gives any organisation number the scopes that are
 * asked for, to whoever holds the development client's key. What the token then may do is the hub's to say.
 */
@Injectable()
export class DevelopmentIssuer {
  /** jti of assertions used, until they have expired (RFC 7523 section 3, rule 7). Each process remembers its own. */
  private readonly used = new Map<string, number>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async keys(): Promise<JSONWebKeySet> {
    return { keys: [(await developmentIssuer(this.config)).publicJwk] };
  }

  /** RFC 8414 section 2. The issuer's name is a setting and not this address. */
  metadata(): Readonly<Record<string, unknown>> {
    const { publicUrl } = this.config.http;
    return {
      issuer: this.config.identity.issuer,
      token_endpoint: `${publicUrl}/oauth2/token`,
      jwks_uri: `${publicUrl}/oauth2/jwks`,
      grant_types_supported: [GRANT_TYPE],
      token_endpoint_auth_methods_supported: ['none'],
      response_types_supported: [],
      scopes_supported: scopes,
    };
  }

  /** @throws OAuthError */
  async grant(contentType: unknown, body: unknown): Promise<TokenAnswer> {
    const assertion = readTokenRequest(contentType, body);
    const now = this.clock.now();
    const {
      orgNumber,
      scopes: wanted,
      jti,
      until,
    } = readGrant(await this.openAssertion(assertion, now), this.config.identity.issuer, now);
    this.useOnce(`${orgNumber} ${jti}`, until, now);
    const token = await mintToken(this.config.process.keys, this.config, {
      orgNumber,
      scopes: wanted,
      clock: this.clock,
    });
    return { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS, scope: wanted.join(' ') };
  }

  private async openAssertion(assertion: string, now: Date): Promise<Readonly<Record<string, unknown>>> {
    const { publicKey } = await developmentClient(this.config);
    try {
      return (await jwtVerify(assertion, publicKey, { algorithms: ['RS256'], currentDate: now })).payload;
    } catch {
      throw new OAuthError(
        'invalid_grant',
        "The assertion is not a JWT signed RS256 with the development client's key, or has expired.",
      );
    }
  }

  private useOnce(key: string, until: number, now: Date): void {
    for (const [old, end] of this.used) {
      if (end > now.getTime() / 1000 && this.used.size < MAX_REMEMBERED) break;
      this.used.delete(old);
    }
    if (this.used.has(key)) throw new OAuthError('invalid_grant', 'The jti was used before.');
    this.used.set(key, until);
  }
}
