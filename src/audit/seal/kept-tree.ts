import type { Tx } from '../../database/tx.js';
import { openCheckpoint } from '../verify/checkpoint.js';
import { sameHash } from '../verify/merkle.js';
import type { VerifierKey } from '../verify/note.js';
import { TILE_WIDTH, tileRows } from '../verify/tiles.js';
import { lastCheckpoint, leafHashes, sealedSoFar, tileRoots } from './seal.sql.js';
import { GrowingTree } from './tree.js';

/** The tree in the database is not the one that was signed. Nothing is signed until someone has found out why. */
export class TreeRefused extends Error {
  override readonly name = 'TreeRefused';
  constructor(readonly reason: 'smaller-than-signed' | 'other-than-signed' | 'checkpoint-not-ours') {
    super(reason);
  }
}

export interface KeptTree {
  readonly tree: GrowingTree;
  /** The newest checkpoint's size; undefined where nothing is signed yet. */
  readonly signedSize: number | undefined;
  /** Every entry with a number up to it has its leaf, or never came. */
  readonly lowNo: number;
  /** The highest number that has a leaf. */
  readonly highNo: number;
}

interface CheckpointRow {
  readonly size: string;
  readonly root: Buffer;
  readonly note: string;
  readonly lowNo: string;
}

/**
 * Reads the tree's right edge as the last sequencer left it: some hundred hashes, whatever its size.
 * @throws TreeRefused where it is smaller than, or other than, what was signed last
 */
export async function readTree(tx: Tx, key: VerifierKey, lateMinutes: number): Promise<KeptTree> {
  const [[sealed], [signed]] = await Promise.all([
    tx.query<{ size: string; highNo: string }>(sealedSoFar),
    tx.query<CheckpointRow>(lastCheckpoint, [lateMinutes]),
  ]);
  const size = Number(sealed?.size);
  const signedSize = signed && Number(signed.size);
  if (signed && signedSize !== undefined) {
    if (!isOurs(signed, key)) throw new TreeRefused('checkpoint-not-ours');
    if (size < signedSize) throw new TreeRefused('smaller-than-signed');
    if (!sameHash((await treeAt(tx, signedSize)).root(), signed.root))
      throw new TreeRefused('other-than-signed');
  }
  return {
    tree: await treeAt(tx, size),
    signedSize,
    lowNo: Number(signed?.lowNo ?? 0),
    highNo: Number(sealed?.highNo),
  };
}

/** The tree as it was with so many leaves. @throws TreeRefused where some of it is missing */
async function treeAt(tx: Tx, size: number): Promise<GrowingTree> {
  const edge = await Promise.all(
    tileRows(size).map(async ({ level, full, partial }) => {
      const from = full * TILE_WIDTH;
      const rows = await (level === 0
        ? tx.query<{ hash: Buffer }>(leafHashes, [from, from + partial])
        : tx.query<{ hash: Buffer }>(tileRoots, [level - 1, from, from + partial]));
      if (rows.length !== partial) throw new TreeRefused('smaller-than-signed');
      return rows.map(({ hash }) => hash);
    }),
  );
  return GrowingTree.from(size, edge);
}

function isOurs({ size, root, note }: CheckpointRow, key: VerifierKey): boolean {
  try {
    const checkpoint = openCheckpoint(note, key);
    return checkpoint.size === Number(size) && sameHash(checkpoint.root, root);
  } catch {
    return false;
  }
}
