import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  CompactRange,
  encodeBundle,
  formatCheckpoint,
  formatNote,
  leafHash,
  signNote,
  tilePath,
  tileRows,
  type SignerKey,
  type TileName,
} from '../../src/audit/verify/index.js';

/** An entry as the hub writes them. */
export const entryOf = (n: number | string): Buffer =>
  Buffer.from(
    JSON.stringify({ act: 'record.received', commitment: `c${n}`, day: '2026-11-24', id: `id-${n}`, v: 1 }),
  );

/** The widths of all tiles of a log, hash tiles and bundles. */
export const tileNames = (size: number): TileName[] =>
  tileRows(size).flatMap(({ level, full, partial }) => {
    const names = Array.from({ length: full }, (_, index) => ({ level, index, width: 256 }));
    const all = partial > 0 ? [...names, { level, index: full, width: partial }] : names;
    return level === 0 ? [...all, ...all.map((name) => ({ ...name, level: 'entries' as const }))] : all;
  });

/** The node hashes of the tree at the levels that tiles have. */
function rowsOf(entries: readonly Buffer[]): Buffer[][] {
  const rows: Buffer[][] = [];
  const range = CompactRange.empty();
  for (const entry of entries)
    range.append(leafHash(entry), (level, index, hash) => {
      if (level % 8 === 0) (rows[level / 8] ??= [])[index] = hash;
    });
  return rows;
}

export function rootOf(entries: readonly Buffer[]): Buffer {
  const range = CompactRange.empty();
  for (const entry of entries) range.append(leafHash(entry));
  return range.root();
}

export function signedCheckpoint(key: SignerKey, entries: readonly Buffer[]): string {
  const text = formatCheckpoint({ origin: key.name, size: entries.length, root: rootOf(entries) });
  return formatNote(text, [signNote(text, key)]);
}

/** Writes a log as files, as `stafett log export` does, and changes them as someone would who owns the machine. */
export class LogFolder {
  constructor(
    readonly folder: string,
    readonly key: SignerKey,
  ) {}

  /** @param kept sizes of which a signed checkpoint is kept, besides the last */
  write(entries: readonly Buffer[], kept: readonly number[] = []): this {
    this.writeTiles(entries);
    for (const size of [...kept, entries.length]) this.sign(entries.slice(0, size));
    return this;
  }

  writeTiles(entries: readonly Buffer[]): void {
    rmSync(join(this.folder, 'tile'), { recursive: true, force: true });
    const rows = rowsOf(entries);
    for (const name of tileNames(entries.length)) {
      const [from, to] = [name.index * 256, name.index * 256 + name.width];
      const bytes =
        name.level === 'entries'
          ? encodeBundle(entries.slice(from, to))
          : Buffer.concat(rows[name.level]!.slice(from, to));
      this.put(tilePath(name), bytes);
    }
  }

  /** Signs these entries as the log's newest, and keeps the checkpoint. */
  sign(entries: readonly Buffer[]): void {
    const note = signedCheckpoint(this.key, entries);
    this.put('checkpoint', note);
    this.put(`checkpoints/${entries.length}`, note);
  }

  read(path: string): Buffer {
    return readFileSync(join(this.folder, path));
  }

  put(path: string, bytes: Buffer | string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), bytes);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  flip(path: string, at: number): void {
    const bytes = this.read(path);
    bytes[at]! ^= 1;
    this.put(path, bytes);
  }

  /** One bundle of entries, changed, and nothing else. */
  editBundle(path: string, entries: readonly Buffer[]): void {
    this.put(path, encodeBundle(entries));
  }
}
