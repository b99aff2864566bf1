import { LATE_MS } from '../records/record.js';

interface Claim {
  readonly groupNo: number;
  readonly at: number;
}

/** One look at what waits. */
export interface Looking {
  /** The lowest group number that its claim must look at. */
  readonly from: number;
  /**
   * To be called after its commit.
   * @param claimed the highest group number that it claimed, if any
   * @param all whether it left nothing of what it saw
   */
  done(claimed: number | undefined, all: boolean): void;
}

/**
 * Where a lane's claims begin. The index of waiting records keeps an entry for each that was settled since the oldest
 * snapshot in the cluster: claims from the beginning of it rose from 5 to 24 ms in 200,000 records under an old snapshot,
 * and stayed flat from a low-water mark. It passes a claim only once a look has been made that began LATE_MS after it and left nothing
 * below it: what became visible meanwhile was found by that one, also where nobody rang for it. What a killed intake committed later still is the sweeper's to find.
 */
export class LowWater {
  private mark = 0;
  private recent: Claim[] = [];

  /** @param now milliseconds of a clock that is never set */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The lowest group number that a claim must look at now. */
  get from(): number {
    return this.mark;
  }

  begin(): Looking {
    const began = this.now();
    return {
      from: this.mark,
      done: (claimed, all) => {
        this.pass(began - LATE_MS, all ? Infinity : (claimed ?? 0));
        if (claimed !== undefined) this.recent.push({ groupNo: claimed, at: this.now() });
      },
    };
  }

  /** The next claim begins at the beginning. */
  forget(): void {
    this.mark = 0;
    this.recent = [];
  }

  private pass(until: number, upTo: number): void {
    let next = this.recent[0];
    while (next && next.at <= until && next.groupNo <= upTo) {
      this.mark = Math.max(this.mark, next.groupNo);
      this.recent.shift();
      next = this.recent[0];
    }
  }
}
