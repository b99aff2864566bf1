import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { EntryId } from '../../common/ids.js';
import { Problem } from '../../common/problems.js';
import { withTx, type Tx } from '../../database/tx.js';
import { leafHashes, tileRoots } from '../seal/seal.sql.js';
import { HASH_BYTES, inclusionProof } from '../verify/merkle.js';
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
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** @throws Problem not-found before the first checkpoint */
  async checkpoint(): Promise<Published> {
    return withTx(this.db, published);
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
    return withTx(this.db, async (tx) => {
      const { size } = await published(tx);
      if (name.width > tileWidth(name.level, name.index, size)) throw new Problem('not-found');
      return isHashTile(name) ? readTile(tx, name) : readBundle(tx, name);
    });
  }

  /**
   * The proof that an entry stands in the log as the newest checkpoint has it (C2SP tlog-proof). Its `extra` is the leaf: the
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

  /** Proofs by the newest checkpoint, each tile read once; undefined for what it does not cover yet. */
  async prove(tx: Tx, leaves: readonly Leaf[]): Promise<(string | undefined)[]> {
    const [checkpoint] = await tx.query<{ size: string; note: string }>(publishedCheckpoint);
    const size = Number(checkpoint?.size ?? 0);
    const readHash = hashesFromTiles(size, (tile) => readTile(tx, tile));
    return Promise.all(
      leaves.map(async ({ leaf, leafIndex: index }) => {
        if (!checkpoint || index === undefined || index >= size) return undefined;
        const path = await inclusionProof(index, size, readHash);
        return formatProof({ extra: leaf, index, path, checkpoint: checkpoint.note });
      }),
    );
  }
}

async function published(tx: Tx): Promise<Published> {
  const [row] = await tx.query<{ size: string; note: string }>(publishedCheckpoint);
  if (!row) throw new Problem('not-found');
  return { size: Number(row.size), note: row.note };
}

const isHashTile = (name: TileName): name is HashTile => name.level !== 'entries';

/** From the full tile where there is one; else from what it is made of: leaves, or the roots of full tiles below. */
export async function readTile(tx: Tx, { level, index, width }: HashTile): Promise<Buffer> {
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

async function readBundle(tx: Tx, { index, width }: TileName): Promise<Buffer> {
  const from = index * TILE_WIDTH;
  const rows = await tx.query<{ entry: Buffer }>(bundle, [from, from + width]);
  return whole(
    rows.map(({ entry }) => entry),
    width,
    encodeBundle,
  );
}

/** What is published is there: less of it is a fault of the database, and is not served as if it were all. */
function whole(parts: readonly Buffer[], width: number, join: (parts: readonly Buffer[]) => Buffer): Buffer {
  if (parts.length !== width)
    throw new Error(`the log has ${parts.length} of ${width} in a tile that is published`);
  return join(parts);
}
