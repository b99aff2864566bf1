import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.js';
import { consistencyProof, sameHash, treeRoot, verifyConsistency } from './merkle.js';
import { SignatureError, type VerifierKey } from './note.js';
import { SourceError, type LogSource } from './source.js';
import { FormatError } from './text.js';
import { hashesFromTiles, tilePath } from './tiles.js';
import type { Witness } from './witness.js';

export type Look =
  | { readonly state: 'cosigned'; readonly size: number }
  | { readonly state: 'alarm'; readonly size: number }
  /** It could not be read or checked now; what was seen before still stands. */
  | { readonly state: 'unclear'; readonly why: string };

/** A checkpoint may come from a replica that is behind: only the second in a row is a rollback. */
const LOOKS_BEFORE_ROLLBACK = 2;

/** Looks at a log for itself: its checkpoint, and the proof from its own tiles. */
export class Watch {
  private smaller = 0;

  constructor(
    private readonly witness: Witness,
    private readonly log: VerifierKey,
    private readonly source: LogSource,
  ) {}

  async look(): Promise<Look> {
    try {
      return await this.compare();
    } catch (error) {
      const known =
        error instanceof SourceError || error instanceof FormatError || error instanceof SignatureError;
      if (!known) throw error;
      return { state: 'unclear', why: error.message };
    }
  }

  private async compare(): Promise<Look> {
    const { witness, log } = this;
    // In this order: a checkpoint that the log has sent by itself meanwhile is no rollback.
    const seen = await witness.latest(log);
    const note = Buffer.from(await this.source.checkpoint()).toString();
    const checkpoint = openCheckpoint(note, log);
    const size = seen?.checkpoint.size ?? 0;
    if (checkpoint.size < size) {
      this.smaller += 1;
      if (this.smaller < LOOKS_BEFORE_ROLLBACK)
        return { state: 'unclear', why: `It shows ${checkpoint.size} entries, and had ${size}.` };
      const why = `It had ${size} entries and shows ${checkpoint.size} now: a rollback.`;
      await witness.raiseAlarm(log.name, why, seen?.note ?? '', note);
      return { state: 'alarm', size };
    }
    this.smaller = 0;
    const path = seen && checkpoint.size > size ? await this.proof(seen.checkpoint, checkpoint) : [];
    if (path === 'fork') {
      const why = `Its first ${size} entries are others than those that it signed before: a fork, or it was rewritten.`;
      await witness.raiseAlarm(log.name, why, seen?.note ?? '', note);
      return { state: 'alarm', size };
    }
    const answer = await witness.add({ oldSize: size, path, note });
    if (answer.status === 200) return { state: 'cosigned', size: checkpoint.size };
    // While this looked, the log may have sent a newer checkpoint by itself: the next look will see it.
    if (answer.status === 409) return { state: 'cosigned', size: answer.size };
    if ((await witness.store.alarmOf(log.name)) !== undefined) return { state: 'alarm', size };
    return { state: 'unclear', why: answer.why };
  }

  /**
   * The proof from what was seen to what is signed now, from the log's own tiles.
   * @returns 'fork' where tiles that make the newly signed root have another beginning: so the log signed both
   * @throws FormatError where the tiles do not make the signed root, which may be the fault of whoever stores them
   */
  private async proof(seen: OpenedCheckpoint, now: OpenedCheckpoint): Promise<Buffer[] | 'fork'> {
    const read = hashesFromTiles(now.size, async (name) => {
      const tile = await this.source.tile(name);
      if (tile) return tile.bytes;
      throw new FormatError(`${tilePath(name)} is missing.`);
    });
    const path = await consistencyProof(seen.size, now.size, read);
    if (verifyConsistency(seen.size, now.size, seen.root, now.root, path)) return path;
    const [begins, whole] = await Promise.all([treeRoot(seen.size, read), treeRoot(now.size, read)]);
    if (sameHash(whole, now.root) && verifyConsistency(seen.size, now.size, begins, whole, path))
      return 'fork';
    throw new FormatError(`Its tiles do not make the root that it signed for ${now.size} entries.`);
  }
}
