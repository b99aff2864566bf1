/** What waits in one shard: the numbers of the oldest and newest, of records or of recheck rows. */
export interface Waiting {
  readonly shard: number;
  readonly what: 'record' | 'recheck';
  readonly oldest: string;
  readonly newest: string;
}

interface Look {
  readonly at: number;
  readonly newest: Readonly<Record<Waiting['what'], number>>;
}

/**
 * Tells what has waited too long by what it saw itself, look after look: what was there at a look that long ago and is there
 * still. No time of a row is compared with the time of this process: a sweeper whose clock was an hour behind, or that of the
 * process that took the record an hour ahead, did not ring for an hour.
 */
export class Waits {
  private readonly looks: Look[] = [];

  /** @param now milliseconds of a clock that is never set */
  constructor(
    private readonly afterMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns the shards with something that waits too long; at the first look all, as nobody knows how long they have waited */
  overdue(waiting: readonly Waiting[]): Set<number> {
    const at = this.now();
    const newest = { record: 0, recheck: 0 };
    for (const each of waiting) newest[each.what] = Math.max(newest[each.what], Number(each.newest));
    const first = this.looks.length === 0;
    this.looks.push({ at, newest });
    while (this.looks[1] && this.looks[1].at <= at - this.afterMs) this.looks.shift();
    const [then] = this.looks;
    if (!then || (!first && then.at > at - this.afterMs)) return new Set();
    return new Set(
      waiting.filter(({ what, oldest }) => Number(oldest) <= then.newest[what]).map(({ shard }) => shard),
    );
  }
}
