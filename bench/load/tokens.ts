import type { Scope } from '../../src/common/access.js';
import type { OrgNumber } from '../../src/common/ids.js';
import type { Config } from '../../src/config/config.schema.js';
import { mintToken } from '../../src/identity/issuer.tokens.js';

/** An agency holds those that its kind may have. */
const scopes: readonly Scope[] = ['stafett:records.write', 'stafett:inbox', 'stafett:audit'];
/** They live for ten minutes. Renewed between slices, never within one. */
const RENEW_AFTER_MS = 5 * 60_000;

/** Tokens of the development issuer, as `stafett token` prints them. */
export class Tokens {
  private readonly tokens = new Map<OrgNumber, string>();
  private since = -Infinity;

  constructor(private readonly config: Config) {}

  async renew(agencies: readonly OrgNumber[]): Promise<void> {
    if (performance.now() - this.since < RENEW_AFTER_MS) return;
    for (const orgNumber of agencies)
      this.tokens.set(
        orgNumber,
        await mintToken(this.config.process.keys, this.config, { orgNumber, scopes }),
      );
    this.since = performance.now();
  }

  of(agency: OrgNumber): string {
    const token = this.tokens.get(agency);
    if (token === undefined) throw new Error(`no token for ${agency}`);
    return token;
  }
}
