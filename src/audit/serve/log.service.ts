import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { EntryId } from '../../common/ids.js';
import { Problem } from '../../common/problems.js';
import { withoutTx, withTx, type Alone, type Tx } from '../../database/tx.js';
import { cosignaturesOf, quorumCheckpoint } from '../cosign/cosign.sql.js';
import { LOG_TRUST, type LogTrust } from '../cosign/log-trust.js';
import { leafHashes, tileRoots } from '../seal/seal.sql.js';
import { consistencyProof, HASH_BYTES, inclusionProof } from '../verify/merkle.js';
import { keyLabel, parseNote, parseSignature, verifyNote, type VerifierKey } from '../verify/note.js';
import { formatProof } from '../verify/proof.js';
import { encodeBundle, hashesFromTiles, TILE_WIDTH, tileWidth, type TileName } from '../verify/tiles.js';
import { bundle, checkpointsAfter, fullTile, leafOfEntry, publishedCheckpoint } from './log.sql.js';

export interface Published {
  readonly size: number;
  /** The signed note, as it is kept. */
  readonly note: string;
}

/** An entry's bytes and place; undefined where it has none yet. */
export interface Leaf {
  readonly leaf: Buffer;
  readonly leafIndex: number | undefined;
}

type HashTile = TileName & { readonly level: number };

/** Reads the log as the newest checkpoint publishes it: what has been added since is not there yet. */
@Injectable()
export class LogService {
  private readonly witnesses: readonly VerifierKey[];
  private readonly labels: readonly string[];
  private readonly reads: Alone;
  /** What has been published stays so: a tile within it is read without asking how far the log has come. */
  private known = 0;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(LOG_TRUST) private readonly trust: LogTrust,
  ) {
    this.witnesses = trust.witnesses.map(({ key }) => key);
    this.labels = this.witnesses.map(keyLabel);
    this.reads = withoutTx(db);
  }

  /** The newest, with the cosignatures that it has by now. @throws Problem not-found before the first checkpoint */
  async checkpoint(): Promise<Published> {
    return withTx(this.db, async (tx) => (await this.cosigned(tx, await published(tx))).checkpoint);
  }

  /** The newest as the log alone has signed it; undefined before the first one. */
  async signed(): Promise<Published | undefined> {
    return withTx(this.db, newest);
  }

  /** The proof that the tree of `to` entries begins with the one of `from` (RFC 6962 section 2.1.2). Both are published. */
  async consistency(from: number, to: number): Promise<Buffer[]> {
    return withTx(this.db, (tx) =>
      consistencyProof(
        from,
        to,
        hashesFromTiles(to, (tile) => readTile(tx, tile)),
      ),
    );
  }

  async checkpoints(after: number, limit: number): Promise<Published[]> {
    const rows = await withTx(this.db, (tx) =>
      tx.query<{ size: string; note: string }>(checkpointsAfter, [after, limit]),
    );
    return rows.map(({ size, note }) => ({ size: Number(size), note }));
  }

  /**
   * A tile or an entry bundle, of any width that some checkpoint up to the newest could have had.
   * @throws Problem not-found beyond what is published
   */
  async tile(name: TileName): Promise<Buffer> {
    const isPublished = (): boolean => name.width <= tileWidth(name.level, name.index, this.known);
    if (!isPublished()) this.known = (await published(this.reads)).size;
    if (!isPublished()) throw new Problem('not-found');
    return isHashTile(name) ? readTile(this.reads, name) : readBundle(this.reads, name);
  }

  /**
   * The proof that an entry stands in the log as the newest checkpoint with its quorum has it (C2SP tlog-proof). Its `extra` is the leaf: the
   * bytes that the proof is about.
   * @throws Problem not-found, entry-not-sealed
   */
  async proof(entry: EntryId): Promise<string> {
    return withTx(this.db, async (tx) => {
      const [row] = await tx.query<{ entry: Buffer; index: string | null }>(leafOfEntry, [entry]);
      if (!row) throw new Problem('not-found');
      const leaf = { leaf: row.entry, leafIndex: row.index === null ? undefined : Number(row.index) };
      const [proof] = await this.prove(tx, [leaf]);
      if (proof === undefined) throw new Problem('entry-not-sealed');
      return proof;
    });
  }

  /** Proofs by the newest checkpoint that has its quorum, each tile read once; undefined for what it does not cover yet. */
  async prove(tx: Tx, leaves: readonly Leaf[]): Promise<(string | undefined)[]> {
    const checkpoint = await this.proving(tx);
    const size = checkpoint?.size ?? 0;
    const readHash = hashesFromTiles(size, (tile) => readTile(tx, tile));
    return Promise.all(
      leaves.map(async ({ leaf, leafIndex: index }) => {
        if (!checkpoint || index === undefined || index >= size) return undefined;
        const path = await inclusionProof(index, size, readHash);
        return formatProof({ extra: leaf, index, path, checkpoint: checkpoint.note });
      }),
    );
  }

  /** The checkpoint that proofs are made by. */
  private async proving(tx: Tx): Promise<Published | undefined> {
    const { quorum } = this.trust;
    const [row] = await (quorum === 0
      ? tx.query<Row>(publishedCheckpoint)
      : tx.query<Row>(quorumCheckpoint, [this.labels, quorum]));
    if (!row) return undefined;
    const { checkpoint, cosignatures } = await this.cosigned(tx, publishedOf(row));
    return cosignatures < quorum ? undefined : checkpoint;
  }

  /**
   * With the cosignatures that are there and fit. One that does not fit is another checkpoint's, which had this size before
   * someone rewrote it; readers would refuse the whole note for it.
   */
  private async cosigned(
    tx: Tx,
    { size, note }: Published,
  ): Promise<{ readonly checkpoint: Published; readonly cosignatures: number }> {
    if (this.labels.length === 0) return { checkpoint: { size, note }, cosignatures: 0 };
    const rows = await tx.query<{ line: string }>(cosignaturesOf, [size, this.labels]);
    const { text } = parseNote(note);
    const fitting = rows.map(({ line }) => line).filter((line) => isSignedBy(this.witnesses, text, line));
    return {
      checkpoint: { size, note: note + fitting.map((line) => `${line}\n`).join('') },
      cosignatures: fitting.length,
    };
  }
}

interface Row {
  readonly size: string;
  readonly note: string;
}

const publishedOf = ({ size, note }: Row): Published => ({ size: Number(size), note });

async function newest(tx: Alone): Promise<Published | undefined> {
  const [row] = await tx.query<Row>(publishedCheckpoint);
  return row && publishedOf(row);
}

async function published(tx: Alone): Promise<Published> {
  const found = await newest(tx);
  if (!found) throw new Problem('not-found');
  return found;
}

function isSignedBy(keys: readonly VerifierKey[], text: string, line: string): boolean {
  try {
    return verifyNote({ text, signatures: [parseSignature(line)] }, keys).length === 1;
  } catch {
    return false;
  }
}

export const isHashTile = (name: TileName): name is HashTile => name.level !== 'entries';

/** From the full tile where there is one; else from what it is made of: leaves, or the roots of full tiles below. */
export async function readTile(tx: Alone, { level, index, width }: HashTile): Promise<Buffer> {
  const [full] = await tx.query<{ hashes: Buffer }>(fullTile, [level, index, width * HASH_BYTES]);
  if (full) return full.hashes;
  const from = index * TILE_WIDTH;
  const rows = await (level === 0
    ? tx.query<{ hash: Buffer }>(leafHashes, [from, from + width])
    : tx.query<{ hash: Buffer }>(tileRoots, [level - 1, from, from + width]));
  return whole(
    rows.map(({ hash }) => hash),
    width,
    (hashes) => Buffer.concat(hashes),
  );
}

export async function readBundle(tx: Alone, { index, width }: TileName): Promise<Buffer> {
  const from = index * TILE_WIDTH;
  const rows = await tx.query<{ entry: Buffer }>(bundle, [from, from + width]);
  return whole(
    rows.map(({ entry }) => entry),
    width,
    encodeBundle,
  );
}

/** The database has less of a tile than was published. */
export class IncompleteTile extends Error {
  override readonly name = 'IncompleteTile';
}

/** What is published is there: less of it is a fault of the database, and is not served as if it were all. */
function whole(parts: readonly Buffer[], width: number, join: (parts: readonly Buffer[]) => Buffer): Buffer {
  if (parts.length !== width)
    throw new IncompleteTile(`the log has ${parts.length} of ${width} in a tile that is published`);
  return join(parts);
}
