import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.js';
import type { Findings } from './findings.js';
import { SignatureError, type VerifierKey } from './note.js';
import type { KeptCheckpoint, LogSource } from './source.js';
import { FormatError } from './text.js';

export interface NamedCheckpoint {
  readonly name: string;
  readonly checkpoint: OpenedCheckpoint;
}

/** Opens a checkpoint, or tells what is wrong with it. */
export function opened(
  { name, note, size }: KeptCheckpoint,
  key: VerifierKey,
  findings: Findings,
  witnesses: readonly VerifierKey[] = [],
): NamedCheckpoint | undefined {
  try {
    const checkpoint = openCheckpoint(note, key, witnesses);
    if (size === undefined || size === checkpoint.size) return { name, checkpoint };
    findings.add(name, `It was kept for ${size} entries, and says ${checkpoint.size}.`);
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof SignatureError)) throw error;
    findings.add(name, error.message);
  }
  return undefined;
}

/** The kept checkpoints, read while the tree grows past their sizes. */
export class KeptCheckpoints {
  private readonly iterator: AsyncIterator<KeptCheckpoint>;
  private next: NamedCheckpoint | undefined;
  private last = 0;

  constructor(
    source: LogSource,
    private readonly key: VerifierKey,
    private readonly findings: Findings,
    private since: NamedCheckpoint | undefined,
  ) {
    this.iterator = source.checkpoints()[Symbol.asyncIterator]();
  }

  /** Those up to this size that were not given yet, from the smallest up. */
  async upTo(size: number): Promise<NamedCheckpoint[]> {
    const due: NamedCheckpoint[] = [];
    for (;;) {
      this.next ??= await this.read();
      if (!this.next || this.next.checkpoint.size > size) break;
      due.push(this.next);
      this.next = undefined;
    }
    if (this.since && this.since.checkpoint.size <= size) {
      due.push(this.since);
      this.since = undefined;
    }
    return due.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  }

  /** Those that are larger than all that was asked for. */
  async *rest(): AsyncGenerator<NamedCheckpoint> {
    for (; (this.next ??= await this.read()); this.next = undefined) yield this.next;
    if (this.since) yield this.since;
  }

  private async read(): Promise<NamedCheckpoint | undefined> {
    for (;;) {
      const { value, done } = await this.iterator.next();
      if (done) return undefined;
      const kept = opened(value, this.key, this.findings);
      if (kept && kept.checkpoint.size < this.last)
        this.findings.add(kept.name, `It stands after the one for ${this.last} entries, which is larger.`);
      else if (kept) {
        this.last = kept.checkpoint.size;
        return kept;
      }
    }
  }
}
