import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TILE_WIDTH, tilePath, type TileName } from './tiles.js';

/** Where a log is read from. */
export interface LogSource {
  /** The newest signed checkpoint. @throws SourceError where there is none */
  checkpoint(): Promise<Uint8Array>;
  /**
   * A tile or a bundle of entries, or undefined where it is not there. The full one may stand for a partial one.
   * @param ended says that nobody waits for it any more: a source that would go on asking stops
   */
  tile(name: TileName, ended?: AbortSignal): Promise<StoredTile | undefined>;
  /** Every signed checkpoint that was kept, from the smallest up. */
  checkpoints(): AsyncIterable<KeptCheckpoint>;
}

export interface StoredTile {
  readonly bytes: Uint8Array;
  /** As it was asked for, or 256. */
  readonly width: number;
}

export interface KeptCheckpoint {
  /** What to call it in a finding. */
  readonly name: string;
  readonly note: Uint8Array | string;
  /** The size under which it was kept, where that is known. */
  readonly size?: number;
}

/** A bundle of 256 entries of 65,535 bytes has 16.8 MB. A log that sends more is not believed. */
export const MOST_BYTES = 17_000_000;

/** The log cannot be read, so that nothing can be said about it. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/**
 * A log as files: `checkpoint`, `checkpoints/<size>`, `tile/…` and `tile/entries/…`. A partial tile may be missing once the full
 * one is there (tlog-tiles).
 */
export function folderSource(folder: string): LogSource {
  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      const { size } = await stat(join(folder, path));
      if (size > MOST_BYTES)
        throw new SourceError(
          `${join(folder, path)} has ${size} bytes, and no file of a log more than ${MOST_BYTES}.`,
        );
      return await readFile(join(folder, path));
    } catch (error) {
      if (error instanceof SourceError) throw error;
      if (isMissing(error)) return undefined;
      throw new SourceError(`${join(folder, path)} cannot be read (${codeOf(error)}).`);
    }
  };
  return {
    async checkpoint() {
      const note = await read('checkpoint');
      if (note) return note;
      throw new SourceError(`${folder} has no file "checkpoint": it is no log.`);
    },
    tile: (name) => readTile(name, read),
    async *checkpoints() {
      for (const size of await keptSizes(join(folder, 'checkpoints'))) {
        const name = `checkpoints/${size}`;
        const note = await read(name);
        if (note) yield { name, note, size };
      }
    },
  };
}

/** The tile, or the full one that has taken the place of a partial one. */
export async function readTile(
  name: TileName,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<StoredTile | undefined> {
  const bytes = await read(tilePath(name));
  if (bytes || name.width === TILE_WIDTH) return bytes && { bytes, width: name.width };
  const full = await read(tilePath({ ...name, width: TILE_WIDTH }));
  return full && { bytes: full, width: TILE_WIDTH };
}

async function keptSizes(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /^(0|[1-9][0-9]{0,15})$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new SourceError(`${folder} cannot be read (${codeOf(error)}).`);
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
