import { CompactRange, HASH_BYTES } from '../verify/merkle.js';
import { TILE_WIDTH } from '../verify/tiles.js';

/** A tile of 256 hashes, and the root over them: the hash that stands for it one row of tiles above. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
  readonly root: Buffer;
}

/** Levels of the tree in one row of tiles. */
const LEVELS = 8;

/**
 * The right edge of the tree: enough to append to it, to know its root, and to fill its tiles. A leaf costs one hash on
 * average, a root at most 52.
 */
export class GrowingTree {
  private constructor(
    private readonly range: CompactRange,
    /** For each row of tiles, the hashes of the last tile, which is not full. */
    private readonly edge: Buffer[][],
  ) {}

  /** @param edge what each row of tiles has in its partial tile, from the leaves upwards. @throws RangeError where that is no tree of this size */
  static from(size: number, edge: readonly (readonly Buffer[])[]): GrowingTree {
    // Within a tile's hashes the complete subtrees are those of a tree that has these hashes as its leaves.
    const roots = edge.toReversed().flatMap((hashes) => {
      const part = CompactRange.empty();
      for (const hash of hashes) part.append(hash);
      return part.hashes;
    });
    return new GrowingTree(
      CompactRange.from(size, roots),
      edge.map((hashes) => [...hashes]),
    );
  }

  get size(): number {
    return this.range.size;
  }

  root(): Buffer {
    return this.range.root();
  }

  /** @returns the tiles that have become full */
  append(leaves: readonly Buffer[]): FullTile[] {
    const filled: FullTile[] = [];
    let below: Omit<FullTile, 'root'> | undefined;
    for (const leaf of leaves)
      this.range.append(leaf, (height, node, hash) => {
        if (height % LEVELS !== 0) return;
        const level = height / LEVELS;
        if (below) filled.push({ ...below, root: hash });
        below = undefined;
        const hashes = (this.edge[level] ??= []);
        hashes.push(hash);
        if (hashes.length < TILE_WIDTH) return;
        this.edge[level] = [];
        const index = Math.floor(node / TILE_WIDTH);
        below = { level, index, hashes: Buffer.concat(hashes, TILE_WIDTH * HASH_BYTES) };
      });
    return filled;
  }
}
