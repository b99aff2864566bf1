/** Seeded chance (mulberry32): the same seed gives the same plan. What processes make of it may still differ by timing. */
export class Chance {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to but not including 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  one<T>(of: readonly T[]): T {
    return of[this.between(0, of.length - 1)] as T;
  }

  shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}

/** STAFETT_CRASH_SEED repeats a run; every run prints its own. */
export const seedOfRun = (): number => Number(process.env['STAFETT_CRASH_SEED'] ?? Date.now() % 1_000_000);

/** Seconds that each test puts its load on: 1 in `npm test`, and what STAFETT_CRASH_SECONDS says in `npm run test:crash`. */
export const loadSeconds = (): number => Number(process.env['STAFETT_CRASH_SECONDS'] ?? 1);
export const isLong = (): boolean => process.env['STAFETT_CRASH_SECONDS'] !== undefined;
