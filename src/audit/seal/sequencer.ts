import type { DataSource } from 'typeorm';
import type { Config } from '../../config/config.schema.js';
import { withTx } from '../../database/tx.js';
import type { Term } from '../../queue/standing-jobs.js';
import { formatCheckpoint } from '../verify/checkpoint.js';
import { formatNote, signNote, type SignerKey } from '../verify/note.js';
import { Gaps } from './gaps.js';
import { readTree, type KeptTree } from './kept-tree.js';
import {
  countBlock,
  entriesAfter,
  entriesWithin,
  insertCheckpoint,
  insertLeaves,
  insertTiles,
  unsealedWithin,
} from './seal.sql.js';
import type { GrowingTree } from './tree.js';

/** Numbers that are counted at one go by the sweep: 10,000,000 are 153 counts of about 10 ms, one a round. */
const BLOCK = 65_536;

interface Entry {
  readonly no: number;
  readonly id: string;
  /** Null where it has its leaf already. */
  readonly hash: Buffer | null;
}

export interface Round {
  readonly sealed: number;
  readonly signed: boolean;
  /** There may be more to seal at once. */
  readonly more: boolean;
}

/**
 * Gives entries their places in the tree, in the order of their numbers as far as those have become visible, and signs what it has
 * made. One term of one process; after any failure a new one reads everything anew, so that nothing here needs to be undone.
 *
 * It looks at numbers and never at snapshots: an old transaction somewhere in the cluster holds nothing up.
 */
export class Sequencer {
  private readonly tree: GrowingTree;
  private readonly gaps: Gaps;
  /** Every number up to it is sealed, or in a gap. */
  private mark: number;
  private signedSize: number;
  private lastSigned = -Infinity;

  private constructor(
    private readonly db: DataSource,
    private readonly settings: Config['log'],
    private readonly key: SignerKey,
    private readonly term: Term,
    private readonly kept: KeptTree,
  ) {
    this.tree = kept.tree;
    this.mark = kept.lowNo;
    this.signedSize = kept.signedSize ?? -1;
    this.gaps = new Gaps(settings.lateMinutes * 60_000);
  }

  /** @throws TreeRefused where the tree is not the one that was signed */
  static async begin(
    db: DataSource,
    settings: Config['log'],
    key: SignerKey,
    term: Term,
  ): Promise<Sequencer> {
    return new Sequencer(
      db,
      settings,
      key,
      term,
      await withTx(db, (tx) => readTree(tx, key, settings.lateMinutes)),
    );
  }

  get size(): number {
    return this.tree.size;
  }

  /** Numbers up to this one have been looked at. */
  get highNo(): number {
    return this.mark;
  }

  /** Reads, seals, and signs when a checkpoint is due. @throws LeaseLost */
  async round(limit = this.settings.batchEntries): Promise<Round> {
    const { now, fresh, late } = await this.read(limit);
    const unsealed = [...late, ...fresh]
      .filter((entry): entry is Entry & { hash: Buffer } => entry.hash !== null)
      .sort((a, b) => a.no - b.no);
    if (unsealed.length > 0) await this.seal(unsealed);
    this.gaps.looked(
      late.map(({ no }) => no),
      now,
    );
    this.gaps.add(
      this.mark,
      fresh.map(({ no }) => no),
      now,
    );
    this.mark = fresh.at(-1)?.no ?? this.mark;
    const more = fresh.length === limit || late.length === limit;
    const due = performance.now() - this.lastSigned >= this.settings.checkpointMs;
    // Before the place is reached again at which the last sequencer was, a checkpoint could not say how far it has looked.
    const caughtUp = this.mark >= this.kept.highNo;
    const signed = caughtUp && (due || !more) && this.tree.size > this.signedSize;
    if (signed) await this.sign();
    return { sealed: unsealed.length, signed, more };
  }

  /**
   * Counts one block of numbers, and notes what has an entry and no leaf: what came later than any transaction should.
   * @param to the block's last number
   * @returns the block's first number less one, and how many leaves have no entry
   */
  async sweep(to: number): Promise<{ readonly from: number; readonly orphans: number }> {
    const from = Math.max(0, to - BLOCK);
    const orphans = await withTx(this.db, async (tx) => {
      const now = performance.now();
      const [count] = await tx.query<{ entries: string; leaves: string }>(countBlock, [from, to]);
      const difference = Number(count?.leaves) - Number(count?.entries);
      if (difference < 0) {
        const found = await tx.query<{ no: string }>(unsealedWithin, [from, to, this.settings.batchEntries]);
        for (const { no } of found) this.gaps.addLate(Number(no), now);
      }
      return Math.max(0, difference);
    });
    return { from, orphans };
  }

  private read(limit: number): Promise<{ now: number; fresh: Entry[]; late: Entry[] }> {
    const now = performance.now();
    const due = this.gaps.due(now);
    return withTx(this.db, async (tx) => {
      const [fresh, late] = await Promise.all([
        entriesOf(tx.query<Row>(entriesAfter, [this.mark, limit])),
        due.length === 0
          ? []
          : entriesOf(
              tx.query<Row>(entriesWithin, [due.map(({ from }) => from), due.map(({ to }) => to), limit]),
            ),
      ]);
      return { now, fresh, late };
    });
  }

  private async seal(entries: readonly (Entry & { readonly hash: Buffer })[]): Promise<void> {
    const first = this.tree.size;
    const tiles = this.tree.append(entries.map(({ hash }) => hash));
    await withTx(this.db, async (tx) => {
      await this.term.hold(tx);
      tx.send(insertLeaves, [
        first,
        entries.map(({ no }) => no),
        entries.map(({ id }) => id),
        entries.map(({ hash }) => hash),
      ]);
      if (tiles.length > 0)
        tx.send(insertTiles, [
          tiles.map(({ level }) => level),
          tiles.map(({ index }) => index),
          tiles.map(({ hashes }) => hashes),
          tiles.map(({ root }) => root),
        ]);
    });
  }

  /** After the leaves' commit: what is signed is there. */
  private async sign(): Promise<void> {
    const root = this.tree.root();
    const { size } = this.tree;
    const text = formatCheckpoint({ origin: this.key.name, size, root });
    const note = formatNote(text, [signNote(text, this.key)]);
    const lowNo = Math.min(this.mark, this.gaps.lowestAfter(this.mark) - 1);
    await withTx(this.db, async (tx) => {
      await this.term.hold(tx);
      tx.send(insertCheckpoint, [size, root, note, lowNo, this.mark]);
    });
    this.signedSize = size;
    this.lastSigned = performance.now();
  }
}

type Row = { readonly no: string; readonly id: string; readonly hash: Buffer | null };

const entriesOf = async (rows: Promise<readonly Row[]>): Promise<Entry[]> =>
  (await rows).map(({ no, id, hash }) => ({ no: Number(no), id, hash }));
