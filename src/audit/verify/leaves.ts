import { setMaxListeners } from 'node:events';
import type { Findings } from './findings.js';
import { isCanonicalJson } from './form.js';
import { leafHash, sameHash, HASH_BYTES } from './merkle.js';
import type { LogSource, StoredTile } from './source.js';
import { FormatError } from './text.js';
import {
  entriesIn,
  hashesIn,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type HashTile,
  type TileName,
} from './tiles.js';

/** Leaf hashes of up to 256 entries in a row: as the entries make them, and as the tile has them. */
export interface Leaves {
  readonly from: number;
  readonly width: number;
  readonly byEntries: readonly Buffer[] | undefined;
  readonly stored: readonly Buffer[] | undefined;
}

/** Bundles that are fetched before they are needed: hides the way to the hub, and stays below its limits. */
const AHEAD = 8;

/** Reads tiles, and tells which are missing or of a wrong length. */
export class TileReader {
  private readonly upper = new Map<string, Promise<Buffer | undefined>>();
  /** Tiles and bundles that were read. */
  count = 0;

  constructor(
    private readonly source: LogSource,
    private readonly findings: Findings,
  ) {}

  /** All leaves of the log in order. @throws SourceError */
  async *leaves(size: number): AsyncGenerator<Leaves> {
    const total = Math.ceil(size / TILE_WIDTH);
    const coming: ReturnType<TileReader['fetch']>[] = [];
    const ended = new AbortController();
    // Each request ahead listens for it, and Node takes more than ten listeners for a leak.
    setMaxListeners(0, ended.signal);
    try {
      for (let index = 0, asked = 0; index < total; index += 1) {
        for (; asked < Math.min(total, index + AHEAD); asked += 1) {
          const fetching = this.fetch(asked, tileWidth(0, asked, size), ended.signal);
          // It is awaited below, unless one before it has failed.
          fetching.catch(() => undefined);
          coming.push(fetching);
        }
        yield this.decode(index, tileWidth(0, index, size), await coming.shift()!);
      }
    } finally {
      // Where the reading ends early, what was begun ahead would go on asking a busy hub for a quarter of a minute.
      ended.abort();
    }
  }

  private fetch(
    index: number,
    width: number,
    ended: AbortSignal,
  ): Promise<[StoredTile | undefined, StoredTile | undefined]> {
    return Promise.all([
      this.source.tile({ level: 'entries', index, width }, ended),
      this.source.tile({ level: 0, index, width }, ended),
    ]);
  }

  private decode(
    index: number,
    width: number,
    [bundle, tile]: [StoredTile | undefined, StoredTile | undefined],
  ): Leaves {
    const from = index * TILE_WIDTH;
    const bytes = this.hashesOf({ level: 0, index, width }, tile);
    const stored = bytes && hashesIn(bytes, width);
    const byEntries = this.hashEntries({ level: 'entries', index, width }, bundle, stored);
    return { from, width, byEntries, stored };
  }

  private hashEntries(
    name: TileName,
    bundle: StoredTile | undefined,
    stored: readonly Buffer[] | undefined,
  ): Buffer[] | undefined {
    if (!this.isThere(name, bundle)) return undefined;
    const from = name.index * TILE_WIDTH;
    try {
      const all = entriesIn(bundle.bytes);
      const entries = all.slice(0, name.width);
      const hashes = entries.map(leafHash);
      if (all.length !== bundle.width) {
        const first = hashes.findIndex((hash, i) => stored?.[i] && !sameHash(hash, stored[i]));
        const place = from + (first === -1 ? Math.min(all.length, bundle.width) : first);
        this.findings.add(
          tilePath(name),
          `It has ${all.length} entries instead of ${bundle.width}; the first that is missing or too much is entry ${place}.`,
        );
        return undefined;
      }
      entries.forEach((entry, i) => {
        if (!isCanonicalJson(entry))
          this.findings.add(`entry ${from + i}`, 'It is no canonical JSON (RFC 8785).');
      });
      return hashes;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.findings.add(tilePath(name), error.message);
      return undefined;
    }
  }

  /** The hashes of a tile above the leaves. Each is read once: there is one for every 65,536 entries. */
  upperHashes(name: HashTile): Promise<Buffer | undefined> {
    const path = tilePath(name);
    const reading = this.upper.get(path) ?? this.source.tile(name).then((tile) => this.hashesOf(name, tile));
    this.upper.set(path, reading);
    return reading;
  }

  private hashesOf(name: HashTile, tile: StoredTile | undefined): Buffer | undefined {
    if (!this.isThere(name, tile)) return undefined;
    const { bytes, width } = tile;
    if (bytes.length === width * HASH_BYTES)
      return Buffer.from(bytes.buffer, bytes.byteOffset, name.width * HASH_BYTES);
    this.findings.add(tilePath(name), `It has ${bytes.length} bytes instead of ${width * HASH_BYTES}.`);
    return undefined;
  }

  private isThere(name: TileName, tile: StoredTile | undefined): tile is StoredTile {
    if (tile) this.count += 1;
    else this.findings.add(tilePath(name), 'It is missing.');
    return tile !== undefined;
  }
}
