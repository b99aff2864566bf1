/** What is wrong, and with what. */
export interface Finding {
  /** "entry 17", "tile/0/003", "checkpoints/600". */
  readonly subject: string;
  /** A sentence about it. */
  readonly fault: string;
}

/** Findings that are kept; the rest is counted. A log that is all wrong has as many as tiles. */
export class Findings {
  readonly list: Finding[] = [];
  count = 0;

  constructor(private readonly most: number) {}

  add(subject: string, fault: string): void {
    if (this.list.length < this.most) this.list.push({ subject, fault });
    this.count += 1;
  }

  /** Further ones, of which no more is known. */
  addMore(count: number): void {
    this.count += count;
  }

  addAll({ list, count }: Findings): void {
    for (const { subject, fault } of list) this.add(subject, fault);
    this.addMore(count - list.length);
  }

  copy(): Findings {
    const copy = new Findings(this.most);
    copy.addAll(this);
    return copy;
  }
}
