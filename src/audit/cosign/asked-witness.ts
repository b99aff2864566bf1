import type { VerifierKey } from '../verify/note.js';
import { keyLabel } from '../verify/note.js';
import type { WitnessAt } from './log-trust.js';

/** After a failure a witness is left alone for a second, then for twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** What is remembered of a witness while this process asks it. */
export class AskedWitness {
  private failures = 0;
  private notBefore = -Infinity;
  private underWay: Promise<boolean> | undefined;

  /** @param cosigned the size it has cosigned last, 0 where it has none */
  constructor(
    readonly at: WitnessAt,
    private size: number,
  ) {}

  get key(): VerifierKey {
    return this.at.key;
  }

  get label(): string {
    return keyLabel(this.key);
  }

  get cosigned(): number {
    return this.size;
  }

  /** One request at a time; none for what it has cosigned, and none while it is left alone. @param now milliseconds */
  mayBeAsked(size: number, now: number): boolean {
    return !this.underWay && this.size !== size && now >= this.notBefore;
  }

  /** @returns what `work` gives, and keeps others from asking until then; it must not throw */
  ask(work: () => Promise<boolean>): Promise<boolean> {
    return (this.underWay = work().finally(() => (this.underWay = undefined)));
  }

  /** @returns whether this is the end of failures that were told of */
  succeeded(size: number): boolean {
    const told = this.failures > 1;
    this.size = size;
    this.failures = 0;
    this.notBefore = -Infinity;
    return told;
  }

  /** @returns whether to tell of it: at the second failure in a row, since one may be a restart */
  failed(now: number): boolean {
    this.failures += 1;
    this.notBefore = now + Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), LONGEST_PAUSE_MS);
    return this.failures === 2;
  }

  async idle(): Promise<void> {
    await this.underWay;
  }
}
