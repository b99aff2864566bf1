import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCheckpoint, type Checkpoint } from '../verify/checkpoint.js';
import { verifyConsistency } from '../verify/merkle.js';
import { parseNote } from '../verify/note.js';
import { TILE_WIDTH, tilePath, tileRows, type TileName } from '../verify/tiles.js';
import type { LogService } from './log.service.js';

/** Files at once: more does not make the database faster. */
const AT_ONCE = 4;
const PAGE = 500;

/**
 * Writes the whole log as files in the layout that the hub serves (C2SP tlog-tiles): `tile/…`, `tile/entries/…`,
 * `checkpoints/<size>` and, last of all, `checkpoint`. Full tiles that are there already are not written again, so that a
 * later export to the same folder adds what is new.
 * @param progress told of files done and of all
 * @returns entries in the log
 * @throws Problem not-found where nothing is sealed yet; NotGrown before anything is written
 */
export async function exportLog(
  log: LogService,
  folder: string,
  progress: (done: number, total: number) => void,
): Promise<number> {
  const { size, note } = await log.checkpoint();
  await requireGrowth(log, join(folder, 'checkpoint'), note);
  const hashes = tileRows(size).flatMap(({ level, full, partial }) => [
    ...Array.from({ length: full }, (_, index): TileName => ({ level, index, width: TILE_WIDTH })),
    ...(partial > 0 ? [{ level, index: full, width: partial }] : []),
  ]);
  const bundles = hashes
    .filter(({ level }) => level === 0)
    .map((name): TileName => ({ ...name, level: 'entries' }));
  const names = [...bundles, ...hashes];
  let next = 0;
  let done = 0;
  const copy = async (): Promise<void> => {
    for (let name = names[next++]; name; name = names[next++]) {
      const path = join(folder, tilePath(name));
      if (name.width < TILE_WIDTH || !(await isThere(path))) await put(path, await log.tile(name));
      progress((done += 1), names.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, copy));
  for (let after = -1, more = true; more;) {
    const page = await log.checkpoints(after, PAGE);
    for (const kept of page) {
      after = kept.size;
      if (kept.size <= size) await put(join(folder, 'checkpoints', String(kept.size)), kept.note);
    }
    more = page.length === PAGE && after < size;
  }
  await put(join(folder, 'checkpoint'), note);
  return size;
}

/** The folder has a checkpoint that this log has not grown from: what is written over it could tell of a fork no more. */
export class NotGrown extends Error {
  override readonly name = 'NotGrown';
}

async function requireGrowth(log: LogService, path: string, note: string): Promise<void> {
  if (!(await isThere(path))) return;
  const [before, now] = [await readFile(path), note].map((one) => parseCheckpoint(parseNote(one).text)) as [
    Checkpoint,
    Checkpoint,
  ];
  const grows =
    before.origin === now.origin &&
    before.size <= now.size &&
    verifyConsistency(
      before.size,
      now.size,
      before.root,
      now.root,
      await log.consistency(before.size, now.size),
    );
  if (!grows)
    throw new NotGrown(
      `${path} (${before.origin}, ${before.size} entries) is not what the log (${now.origin}, ${now.size} entries) has grown from: the log was rewritten or restored, or it is another one. Nothing was written. Keep that folder as evidence, and give another one.`,
    );
}

/** Whole or not at all: a file that an export left half-written would look like a log that was tampered with. */
async function put(path: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
