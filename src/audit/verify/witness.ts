import { openCheckpoint, parseCheckpoint, type OpenedCheckpoint } from './checkpoint.js';
import { emptyRoot, sameHash, verifyConsistency } from './merkle.js';
import { cosign, formatNote, parseNote, SignatureError, type SignerKey, type VerifierKey } from './note.js';
import { FormatError } from './text.js';
import type { AddCheckpoint } from './witness.request.js';
import type { Seen, WitnessStore } from './witness.store.js';

/** What tlog-witness answers, by HTTP status; and 503 where an alarm has stopped the witness. */
export type WitnessAnswer =
  | { readonly status: 200; readonly cosignature: string }
  | { readonly status: 400 | 403 | 404 | 422 | 503; readonly why: string }
  | { readonly status: 409; readonly size: number };

/** A log's checkpoint and what was seen of the log before. */
export interface Comparison {
  readonly oldSize: number;
  readonly path: readonly Buffer[];
  readonly checkpoint: OpenedCheckpoint;
  readonly seen: Pick<OpenedCheckpoint, 'size' | 'root'>;
}

export interface WitnessOptions {
  readonly signer: SignerKey;
  /** The keys of the logs that it watches; a key's name is its log's origin. */
  readonly logs: readonly VerifierKey[];
  readonly store: WitnessStore;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Told once of each alarm. */
  readonly onAlarm?: (origin: string, why: string) => void;
}

/**
 * Remembers the largest tree of each log that it has seen, and cosigns only what has grown from it. What it remembers is
 * on disk before its cosignature leaves. After an alarm it never cosigns that log again, until a person removes the alarm.
 */
export class Witness {
  constructor(private readonly options: WitnessOptions) {}

  get logs(): readonly VerifierKey[] {
    return this.options.logs;
  }

  get store(): WitnessStore {
    return this.options.store;
  }

  /** `add-checkpoint` of tlog-witness. */
  async add({ oldSize, path, note }: AddCheckpoint): Promise<WitnessAnswer> {
    const opened = this.open(note);
    if ('status' in opened) return opened;
    const { checkpoint, log } = opened;
    if ((await this.store.alarmOf(log.name)) !== undefined) return stopped(log.name);
    const seen = await this.store.latest(log.name);
    const before = seenCheckpoint(seen, log);
    // Anyone may send an old checkpoint, or a wrong proof; but only the log can sign two trees of one size.
    if (seen && checkpoint.size === before.size && !sameHash(checkpoint.root, before.root)) {
      const why = 'It has signed two different trees of the same size: a fork.';
      await this.raiseAlarm(log.name, why, seen.note, note);
    }
    return decide({ oldSize, path, checkpoint, seen: before }) ?? (await this.cosign(log, seen, checkpoint));
  }

  /** @returns the last checkpoint that was cosigned, with the cosignature */
  async latest(log: VerifierKey): Promise<{ note: string; checkpoint: OpenedCheckpoint } | undefined> {
    const seen = await this.store.latest(log.name);
    return seen && { note: seen.note, checkpoint: openCheckpoint(seen.note, log) };
  }

  /** Puts the evidence in a file and tells of it; the first one stays. */
  async raiseAlarm(origin: string, why: string, ...evidence: readonly string[]): Promise<void> {
    if ((await this.store.alarmOf(origin)) !== undefined) return;
    const file = this.store.alarmFile(origin);
    const help = `Until a person has looked, this witness cosigns nothing of ${origin}. To let it go on from what it has seen, remove this file (${file}); to let it trust the log anew, remove its folder.`;
    await this.store.raiseAlarm(origin, [`${origin}: ${why}`, help, '', ...evidence].join('\n'));
    this.options.onAlarm?.(origin, `${why} The evidence is in ${file}.`);
  }

  private open(note: string): { log: VerifierKey; checkpoint: OpenedCheckpoint } | WitnessAnswer {
    try {
      const { origin } = parseCheckpoint(parseNote(note).text);
      const log = this.logs.find(({ name }) => name === origin);
      if (!log) return { status: 404, why: 'This witness does not watch that log.' };
      return { log, checkpoint: openCheckpoint(note, log) };
    } catch (error) {
      if (error instanceof FormatError) return { status: 400, why: error.message };
      if (error instanceof SignatureError) return { status: 403, why: error.message };
      throw error;
    }
  }

  private async cosign(
    log: VerifierKey,
    seen: Seen | undefined,
    { text, signatures }: OpenedCheckpoint,
  ): Promise<WitnessAnswer> {
    const { signer, store, now } = this.options;
    const cosignature = cosign(text, signer, now());
    const kept = formatNote(text, [...signatures.map(({ line }) => line), cosignature]);
    if (await store.replace(log.name, seen, kept)) return { status: 200, cosignature };
    const newer = await store.latest(log.name);
    return { status: 409, size: seenCheckpoint(newer, log).size };
  }
}

/** What stands in the way of a cosignature, or undefined. Pure; the order is that of tlog-witness. */
export function decide({ oldSize, path, checkpoint, seen }: Comparison): WitnessAnswer | undefined {
  if (oldSize > checkpoint.size) return { status: 400, why: 'The old size is larger than the checkpoint’s.' };
  if (oldSize !== seen.size) return { status: 409, size: seen.size };
  if (checkpoint.size === 0 && !sameHash(checkpoint.root, emptyRoot()))
    return { status: 422, why: 'The root is not that of an empty tree.' };
  if (!verifyConsistency(seen.size, checkpoint.size, seen.root, checkpoint.root, path))
    return { status: 422, why: 'The proof does not show that the tree has only grown.' };
  return undefined;
}

/** @throws FormatError, SignatureError where the file was damaged: then nothing is cosigned */
const seenCheckpoint = (seen: Seen | undefined, log: VerifierKey): Pick<OpenedCheckpoint, 'size' | 'root'> =>
  seen ? openCheckpoint(seen.note, log) : { size: 0, root: emptyRoot() };

const stopped = (origin: string): WitnessAnswer => ({
  status: 503,
  why: `This witness has raised an alarm about ${origin}, and cosigns nothing of it until a person has looked.`,
});
