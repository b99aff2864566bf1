import type { ControllerId, YouthId } from '../common/ids.js';
import { Recent } from '../common/recent.js';

/** A youth's data key in the clear, and what salts the log's commitments. */
export interface YouthKey {
  readonly key: Buffer;
  /** HKDF(data key, "audit"); gone when the youth's key is. */
  readonly auditKey: Buffer;
}

/** A youth's data key as it is stored. */
export interface WrappedKey {
  readonly id: YouthId;
  readonly controllerId: ControllerId;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

interface Entry extends YouthKey, Omit<WrappedKey, 'id'> {
  readonly until: number;
}

/** A record is taken in, dispatched, handed out and answered within seconds, mostly: each step needs its youth's key. */
const KEPT_MS = 60_000;
/** What a burst brings in some seconds; 0.75 KB each. */
const MAX_KEYS = 40_000;

/**
 * Keys that were opened not long ago, each for the very bytes that it was opened from and for whom: what was changed, moved to another
 * youth or destroyed is not found here. So nothing is trusted that a transaction has not just read; opening one costs 9 µs and two
 * objects for the collector, its audit key 3 µs. A minute after the last look at the database a process knows no youth's key.
 */
export class OpenedKeys {
  private readonly entries: Recent<YouthId, Entry>;
  private turning: NodeJS.Timeout | undefined;

  /** @param now milliseconds of a clock that is never set */
  constructor(
    limit = MAX_KEYS,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.entries = new Recent(limit);
  }

  get size(): number {
    return this.entries.size;
  }

  get({ id, controllerId, kekId, wrapped }: WrappedKey): YouthKey | undefined {
    const entry = this.entries.get(id);
    return entry &&
      entry.controllerId === controllerId &&
      entry.kekId === kekId &&
      entry.wrapped.equals(wrapped) &&
      this.now() < entry.until
      ? entry
      : undefined;
  }

  put({ id, controllerId, kekId, wrapped }: WrappedKey, { key, auditKey }: YouthKey): YouthKey {
    // In bytes of their own: a few that are cut from Node's common pool, or from what the database sent, would keep all of it.
    const [ownKey, ownAuditKey, ownWrapped] = ownCopies(key, auditKey, wrapped);
    const until = this.now() + KEPT_MS;
    const entry = {
      controllerId,
      kekId,
      wrapped: ownWrapped,
      key: ownKey,
      auditKey: ownAuditKey,
      until,
    };
    this.entries.put(id, entry);
    this.turnLater();
    return entry;
  }

  /** What is there at one turn is gone at the next but one, a minute after it was opened at the latest. */
  private turnLater(): void {
    this.turning ??= setTimeout(() => {
      this.turning = undefined;
      this.entries.turn();
      if (this.size > 0) this.turnLater();
    }, KEPT_MS / 2).unref();
  }
}

/** In one piece of memory, that nothing else lies in. */
function ownCopies(...parts: readonly [Buffer, Buffer, Buffer]): [Buffer, Buffer, Buffer] {
  const own = Buffer.alloc(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  return parts.map((part) => {
    own.set(part, at);
    return own.subarray(at, (at += part.length));
  }) as [Buffer, Buffer, Buffer];
}
