import { LATE_MS } from '../records/record.js';

interface Claim {
  readonly groupNo: number;
  readonly at: number;
}

/**
 * Where a lane's claims begin. The index of waiting records keeps an entry for each that was settled since the oldest
 * snapshot in the cluster: claims from the beginning of it rose from 5 to 24 ms in 200,000 records under an old snapshot,
 * and stayed flat from a low-water mark. What a killed intake left below it is the sweeper's to find.
 */
export class LowWater {
  private mark = 0;
  private recent: Claim[] = [];

  /** @param now milliseconds of a clock that is never set */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The lowest group number that a claim must look at. */
  get from(): number {
    const settled = this.now() - LATE_MS;
    let next = this.recent[0];
    while (next && next.at <= settled) {
      this.mark = Math.max(this.mark, next.groupNo);
      this.recent.shift();
      next = this.recent[0];
    }
    return this.mark;
  }

  /** To be called after the commit of a claim, with the highest group number in it. */
  claimed(groupNo: number): void {
    this.recent.push({ groupNo, at: this.now() });
  }

  /** The next claim begins at the beginning. */
  forget(): void {
    this.mark = 0;
    this.recent = [];
  }
}
