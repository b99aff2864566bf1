import { LowWater, type Looking } from './low-water.js';

/** Milliseconds that a shard is left alone after its first failure; twice as long after each further one, up to LONGEST_MS. */
const FIRST_MS = 5000;
const LONGEST_MS = 300_000;

/** Something that a look takes up: a record, or a piece of news. */
export interface Taken {
  readonly shard: number;
}

interface Aside {
  readonly until: number;
  readonly ms: number;
}

/**
 * What dispatch remembers of a lane between looks. One record that cannot be dispatched (a body that was tampered with, a gap in the hub's
 * own checks) must not keep all others waiting: after a look that failed the next one takes half as much, until what is at fault is alone.
 * Its shard is left alone then, with all that waits behind it, because a youth's records never overtake each other; the others go on.
 */
export class Lane {
  private readonly lowWater: LowWater;
  /** Since when there has always been something to do; undefined: the last look left nothing. */
  behindSince: number | undefined;
  private most: number;
  private readonly asides = new Map<number, Aside>();

  /**
   * @param batchSize most that one look may take
   * @param now milliseconds of a clock that is never set
   */
  constructor(
    private readonly batchSize: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lowWater = new LowWater(now);
    this.most = batchSize;
  }

  /** Where the next claim begins: at the beginning as long as any shard has something left behind, below what others have got since. */
  get from(): number {
    return this.asides.size === 0 ? this.lowWater.from : 0;
  }

  begin(): Looking {
    return { ...this.lowWater.begin(), from: this.from };
  }

  lookFromTheBeginning(): void {
    this.lowWater.forget();
  }

  /** Most that the next look may take. */
  get limit(): number {
    return this.most;
  }

  /** How many shards are left alone just now. */
  get aside(): number {
    const now = this.now();
    return [...this.asides.values()].filter(({ until }) => until > now).length;
  }

  /** The shards with something left behind, whether or not they are left alone just now. */
  get failedShards(): readonly number[] {
    return [...this.asides.keys()];
  }

  /** The shards that are not left alone just now. */
  open(shards: readonly number[]): readonly number[] {
    if (this.asides.size === 0) return shards;
    const now = this.now();
    return shards.filter((shard) => (this.asides.get(shard)?.until ?? 0) <= now);
  }

  /** A look took nothing although something waits: what is to go first stands behind so few (a record whose cancellation has an older number). */
  wantsMore(): void {
    this.most = Math.min(this.batchSize, this.most * 2);
  }

  /** A look has done all that it took. */
  went(taken: readonly Taken[]): void {
    if (taken.length === 0) return;
    this.wantsMore();
    // What waits behind it in its shard is below what others have got meanwhile.
    if (taken.filter(({ shard }) => this.asides.delete(shard)).length > 0) this.lowWater.forget();
  }

  /**
   * A look has failed, and what it took is as it was.
   * @returns what is left alone from now on with its shard; undefined where several may be at fault, and the next look takes fewer
   */
  failed<T extends Taken>(taken: readonly T[]): T | undefined {
    const [first] = taken;
    if (taken.length > 1 || !first) {
      this.most = Math.max(1, Math.floor(Math.min(this.most, taken.length) / 2));
      return undefined;
    }
    const ms = Math.min(LONGEST_MS, (this.asides.get(first.shard)?.ms ?? FIRST_MS / 2) * 2);
    this.asides.set(first.shard, { ms, until: this.now() + ms });
    return first;
  }
}
