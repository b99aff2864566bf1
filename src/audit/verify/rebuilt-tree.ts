import type { OpenedCheckpoint } from './checkpoint.js';
import { Findings } from './findings.js';
import { CompactRange, HASH_BYTES, sameHash } from './merkle.js';
import { TILE_WIDTH, tilePath, type HashTile } from './tiles.js';

/** Gives the stored hashes of a tile, or undefined where it is missing or malformed (which it has told already). */
export type HashesReader = (tile: HashTile) => Promise<Uint8Array | undefined>;

/**
 * The tree as it follows from leaf hashes, built while they stream by, and compared with what is stored above them. Keeps
 * one unfinished tile a row, so memory grows with the logarithm of the log.
 */
export class RebuiltTree {
  private constructor(
    private readonly range: CompactRange,
    private readonly rows: Buffer[][],
    private due: (HashTile & { readonly hashes: readonly Buffer[] })[],
    readonly findings: Findings,
    private agreedUpTo: number,
  ) {}

  static empty(mostFindings: number): RebuiltTree {
    return new RebuiltTree(CompactRange.empty(), [], [], new Findings(mostFindings), 0);
  }

  /** The same tree, from where another opinion about its next leaf begins. */
  fork(): RebuiltTree {
    const rows = this.rows.map((row) => [...row]);
    return new RebuiltTree(this.range.copy(), rows, [...this.due], this.findings.copy(), this.agreedUpTo);
  }

  get size(): number {
    return this.range.size;
  }

  root(): Buffer {
    return this.range.root();
  }

  append(leaf: Uint8Array): void {
    this.range.append(leaf, (level, index, hash) => {
      if (level === 0 || level % 8 !== 0) return;
      const row = (this.rows[level / 8] ??= []);
      row.push(hash);
      if (row.length === TILE_WIDTH) this.close(level / 8, Math.floor(index / TILE_WIDTH));
    });
  }

  /** After the last leaf: the partial tiles too. */
  finish(): void {
    this.rows.forEach((row, level) => {
      if (row.length > 0) this.close(level, Math.floor(this.size / TILE_WIDTH ** (level + 1)));
    });
  }

  private close(level: number, index: number): void {
    const hashes = this.rows[level] ?? [];
    this.due.push({ level, index, width: hashes.length, hashes });
    this.rows[level] = [];
  }

  /** Compares the tiles above the leaves that were finished since the last call. */
  async compare(read: HashesReader): Promise<void> {
    const due = this.due;
    this.due = [];
    for (const { hashes, ...row } of due) {
      const stored = await read(row);
      if (!stored || Buffer.concat(hashes).equals(stored)) continue;
      hashes.forEach((hash, i) => {
        if (sameHash(hash, stored.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))) return;
        const span = TILE_WIDTH ** row.level;
        const from = (row.index * TILE_WIDTH + i) * span;
        this.findings.add(
          tilePath(row),
          `Its hash ${i} is not that of the entries ${from} to ${from + span - 1}.`,
        );
      });
    }
  }

  /** Did the checkpoint sign the tree as it is now? Its size must be the tree's. */
  check(name: string, { size, root }: OpenedCheckpoint): void {
    const found = this.root();
    if (sameHash(found, root)) this.agreedUpTo = size;
    else {
      const what =
        this.agreedUpTo === size
          ? 'it signed two different trees of this size.'
          : `it was forked, or rewritten somewhere from entry ${this.agreedUpTo} to entry ${size - 1}.`;
      this.findings.add(
        name,
        `It has the log’s signature for ${size} entries with the root ${root.toString('base64')}, and the log’s first ${size} entries make ${found.toString('base64')} now: ${what}`,
      );
    }
  }
}
