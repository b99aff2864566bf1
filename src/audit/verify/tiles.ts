import { HASH_BYTES, nodeHash, type HashReader } from './merkle.js';
import { decimal, FormatError } from './text.js';

/** C2SP tlog-tiles: the tree cut into tiles of 256 hashes, eight levels of the tree to each level of tiles. */
export const TILE_WIDTH = 256;
export const MOST_ENTRY_BYTES = 0xffff;
const LEVELS_PER_TILE = 8;
const MOST_LEVEL = 63;

export interface TileName {
  /** 0 has the leaf hashes; `entries` the entries themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries in it: 256, or fewer in the last one of its level. */
  readonly width: number;
}

/** A tile that has hashes. */
export interface HashTile extends TileName {
  readonly level: number;
}

export interface TileRow {
  readonly level: number;
  /** Tiles of 256. */
  readonly full: number;
  /** Width of the partial tile after them; 0 where there is none, for empty tiles do not exist. */
  readonly partial: number;
}

/** `tile/<level>/<index>[.p/<width>]`, the index in groups of three digits, all but the last with an x before it. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  const path = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** @throws FormatError where the path is not the one that tilePath writes */
export function parseTilePath(path: string): TileName {
  const [, row = '', groups = '', partial] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const level: TileName['level'] = row === 'entries' ? row : decimal(row, 'The level of a tile');
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : decimal(partial, 'The width of a tile');
  const name = { level, index, width };
  if ((level !== 'entries' && level > MOST_LEVEL) || !Number.isSafeInteger(index) || tilePath(name) !== path)
    throw new FormatError('It is no path of a tile.');
  if (partial !== undefined && (width < 1 || width >= TILE_WIDTH))
    throw new FormatError('A partial tile has a width of 1 to 255.');
  return name;
}

/** How many tiles each level of a tree has, from the leaves up to the last level that has any. */
export function tileRows(size: number): TileRow[] {
  const rows: TileRow[] = [];
  for (let count = size, level = 0; count > 0; count = Math.floor(count / TILE_WIDTH), level += 1)
    rows.push({ level, full: Math.floor(count / TILE_WIDTH), partial: count % TILE_WIDTH });
  return rows;
}

/** How wide a tile is in a tree of this size, from 0 (not there) to 256. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  let count = size;
  for (let l = level === 'entries' ? 0 : level; l > 0; l -= 1) count = Math.floor(count / TILE_WIDTH);
  return Math.min(TILE_WIDTH, Math.max(0, count - index * TILE_WIDTH));
}

/** The hashes of a tile. @throws FormatError where it has not this many */
export function hashesIn(tile: Uint8Array, width: number): Buffer[] {
  if (tile.length !== width * HASH_BYTES)
    throw new FormatError(`It has ${tile.length} bytes instead of ${width * HASH_BYTES}.`);
  const bytes = Buffer.from(tile.buffer, tile.byteOffset, tile.length);
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** Entries one after the other, each after its length in two bytes, big-endian. @throws RangeError for one too long */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((bytes, { length }) => bytes + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MOST_ENTRY_BYTES)
      throw new RangeError(`An entry of ${entry.length} bytes is too long.`);
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

/** The entries of a bundle, as views of it. @throws FormatError where it has not this many, or more bytes than they have */
export function decodeBundle(bundle: Uint8Array, width: number): Buffer[] {
  const entries = entriesIn(bundle);
  if (entries.length !== width)
    throw new FormatError(`It has ${entries.length} entries instead of ${width}.`);
  return entries;
}

/** However many there are. @throws FormatError where it ends inside one */
export function entriesIn(bundle: Uint8Array): Buffer[] {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length);
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 2;
    const end = start > bytes.length ? Infinity : start + bytes.readUInt16BE(at);
    if (end > bytes.length) throw new FormatError(`It ends inside entry ${entries.length} of it.`);
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  return entries;
}

/**
 * Reads hashes of the tree from its tiles, for the proofs of a tree of this size. Each tile is asked for once.
 * @param readTile gives a tile at least as wide as asked for
 */
export function hashesFromTiles(size: number, readTile: (tile: HashTile) => Promise<Uint8Array>): HashReader {
  const tiles = new Map<string, Promise<Uint8Array>>();
  return async (level, index) => {
    const row = Math.floor(level / LEVELS_PER_TILE);
    const count = 2 ** (level % LEVELS_PER_TILE);
    const tile = Math.floor((index * count) / TILE_WIDTH);
    const from = (index * count) % TILE_WIDTH;
    const name = { level: row, index: tile, width: tileWidth(row, tile, size) };
    if (from + count > name.width) throw new RangeError(`A tree of ${size} has no such subtree.`);
    const path = tilePath(name);
    const reading = tiles.get(path) ?? readTile(name);
    tiles.set(path, reading);
    const bytes = await reading;
    if (bytes.length < name.width * HASH_BYTES) throw new FormatError(`${path} is too short.`);
    return subtreeRoot(hashesIn(bytes.subarray(from * HASH_BYTES, (from + count) * HASH_BYTES), count));
  };
}

/** The root over a power of two of hashes. */
function subtreeRoot(hashes: readonly Buffer[]): Buffer {
  const [first, second, ...rest] = hashes;
  if (!first) throw new RangeError('There is no root over no hashes.');
  if (!second) return first;
  if (rest.length === 0) return nodeHash(first, second);
  const middle = hashes.length / 2;
  return nodeHash(subtreeRoot(hashes.slice(0, middle)), subtreeRoot(hashes.slice(middle)));
}
