import { putNewest } from '../common/bounded.js';

/** A youth's data key in the clear, and what salts the log's commitments. */
export interface YouthKey {
  readonly key: Buffer;
  /** HKDF(data key, "audit"); gone when the youth's key is. */
  readonly auditKey: Buffer;
}

interface Entry extends YouthKey {
  readonly until: number;
}

/** A record is taken in, dispatched, handed out and answered within seconds, mostly: each step needs its youth's key. */
const KEPT_MS = 60_000;
const MAX_KEYS = 10_000;

/**
 * Keys that were opened not long ago, each by the very bytes that it was opened from and for whom: what was changed, moved to another
 * youth or destroyed is not found here. So nothing is trusted that a transaction has not just read; opening one costs 9 µs and two
 * objects for the collector, its audit key 3 µs. A minute after the last look at the database a process knows no youth's key.
 */
export class OpenedKeys {
  private readonly entries = new Map<string, Entry>();
  private forgetting: NodeJS.Timeout | undefined;

  /** @param now milliseconds of a clock that is never set */
  constructor(
    private readonly limit = MAX_KEYS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(name: string): YouthKey | undefined {
    const entry = this.entries.get(name);
    return entry && this.now() < entry.until ? entry : undefined;
  }

  put(name: string, { key, auditKey }: YouthKey): YouthKey {
    // In bytes of their own: a few that are cut from Node's common pool would keep all of it.
    const own = Buffer.alloc(key.length + auditKey.length);
    own.set(key);
    own.set(auditKey, key.length);
    const entry = {
      key: own.subarray(0, key.length),
      auditKey: own.subarray(key.length),
      until: this.now() + KEPT_MS,
    };
    putNewest(this.entries, this.limit, name, entry);
    this.forgetting ??= setTimeout(() => this.forget(), KEPT_MS).unref();
    return entry;
  }

  private forget(): void {
    this.forgetting = undefined;
    const now = this.now();
    for (const [name, { until }] of this.entries) {
      if (until > now) {
        this.forgetting = setTimeout(() => this.forget(), until - now).unref();
        return;
      }
      this.entries.delete(name);
    }
  }
}
