import { SHARD_COUNT } from './shards.js';

/** What a look at some shards found: nothing left, more to do, or shards with work that another process holds. */
export type Found = 'nothing' | 'more' | 'busy';
/**
 * @param shards all of the lane
 * @param fromTheBeginning the sweeper's look: past every mark of what is thought to be done
 */
export type Look = (lane: number, shards: readonly number[], fromTheBeginning: boolean) => Promise<Found>;

/** Milliseconds until a lane looks again at shards that another process held. */
const BUSY_WAIT_MS = 20;

export const laneOf = (shard: number, lanes: number): number => shard % lanes;

export const shardsOf = (lane: number, lanes: number): number[] =>
  Array.from({ length: SHARD_COUNT }, (_, shard) => shard).filter((shard) => laneOf(shard, lanes) === lane);

/**
 * Looks at a lane until nothing is left, one look at a time. A wake-up during a look makes one more look, so what was
 * committed before the wake-up is always seen.
 */
export class Lanes {
  private readonly running = new Map<number, Promise<void>>();
  private readonly again = new Set<number>();
  private readonly swept = new Set<number>();
  private waiters: (() => void)[] = [];
  private stopped = false;

  constructor(
    private readonly lanes: number,
    private readonly look: Look,
    private readonly onError: (error: unknown, lane: number) => void,
  ) {}

  /** Resolves when the lane has nothing left that was there at the call. */
  wake(lane: number, fromTheBeginning = false): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (fromTheBeginning) this.swept.add(lane);
    this.again.add(lane);
    const running = this.running.get(lane);
    if (running) return running;
    const run = this.run(lane);
    this.running.set(lane, run);
    return run;
  }

  /** Resolves when no lane has anything left, or it turns out that this will take longer than a look. */
  idle(): Promise<void> {
    if (this.running.size === 0) return Promise.resolve();
    return new Promise((resolve) => void this.waiters.push(resolve));
  }

  /** Ends after the looks that are under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
  }

  private async run(lane: number): Promise<void> {
    const shards = shardsOf(lane, this.lanes);
    while (this.again.delete(lane) && !this.stopped) {
      try {
        const found = await this.look(lane, shards, this.swept.delete(lane));
        if (found !== 'nothing') {
          this.again.add(lane);
          this.letGo();
        }
        if (found === 'busy') await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS));
      } catch (error) {
        // The sweeper rings again for what is left; looking again at once would only repeat the fault.
        this.onError(error, lane);
        this.again.delete(lane);
      }
    }
    // In the same turn as the last check of `again`: a wake-up after it starts a new run, and none falls between.
    this.running.delete(lane);
    if (this.running.size === 0) this.letGo();
  }

  private letGo(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
