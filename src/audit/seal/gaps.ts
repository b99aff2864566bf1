/** Numbers, first and last, that no entry is known for. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

interface Missing extends Gap {
  /** When it was first missed, and when it is to be looked at again: milliseconds of the monotonic clock, as a database's may be set back. */
  readonly since: number;
  readonly lookAt: number;
}

/** A gap that has been there for a minute is looked at every eight seconds: what comes late waits an eighth of its lateness more. */
const PATIENCE = 8;

/**
 * Numbers that are missing below the highest one that has been seen. Each belongs to a transaction that has not committed yet,
 * or that was rolled back; nobody can tell which, so they are looked at again until no transaction can be that old.
 */
export class Gaps {
  private missing: Missing[] = [];

  /** @param lateMs how old a transaction can become */
  constructor(private readonly lateMs: number) {}

  get count(): number {
    return this.missing.length;
  }

  /** Every number below it has been seen, or never will be. */
  lowestAfter(mark: number): number {
    return this.missing[0]?.from ?? mark + 1;
  }

  /** @param seen numbers above the mark that have entries, in their order: what lies between them is missing */
  add(mark: number, seen: readonly number[], now: number): void {
    let before = mark;
    for (const no of seen) {
      if (no > before + 1) this.missing.push({ from: before + 1, to: no - 1, since: now, lookAt: now });
      before = no;
    }
  }

  /** A number that should have been seen and was not, found otherwise. */
  addLate(no: number, now: number): void {
    if (this.missing.some(({ from, to }) => from <= no && no <= to)) return;
    this.missing.push({ from: no, to: no, since: now, lookAt: now });
    this.missing.sort((a, b) => a.from - b.from);
  }

  /** What is to be looked at now. */
  due(now: number): Gap[] {
    return this.missing.filter(({ lookAt }) => lookAt <= now);
  }

  /**
   * After a look at those that were due.
   * @param found the numbers in them that have entries now, in their order
   * @returns how many gaps were given up
   */
  looked(found: readonly number[], now: number): number {
    const old = this.missing.filter(({ since, lookAt }) => lookAt <= now && since + this.lateMs < now);
    this.missing = this.missing
      .filter((gap) => !old.includes(gap))
      .flatMap((gap) => {
        if (gap.lookAt > now) return [gap];
        const lookAt = now + (now - gap.since) / PATIENCE;
        return without(gap, found).map((part) => ({ ...part, since: gap.since, lookAt }));
      });
    return old.length;
  }
}

function without({ from, to }: Gap, found: readonly number[]): Gap[] {
  const parts: Gap[] = [];
  let next = from;
  for (const no of found) {
    if (no < from || no > to) continue;
    if (no > next) parts.push({ from: next, to: no - 1 });
    next = no + 1;
  }
  if (next <= to) parts.push({ from: next, to });
  return parts;
}
