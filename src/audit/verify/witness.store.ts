import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** What a witness has cosigned last for a log. */
export interface Seen {
  /** Counts up with each change; the compare-and-set goes by it. */
  readonly generation: number;
  /** The signed checkpoint with the witness's own cosignature. */
  readonly note: string;
}

/**
 * What a witness remembers: a folder for each log, named by SHA-256 of its origin, with the last cosigned checkpoint in a
 * file `state.<generation>`, and an `alarm` if there was one. A generation is made by a hard link from a synced file, which
 * fails where another writer has made it already: a compare-and-set that holds among processes too, with no lock that a
 * crash could leave behind.
 */
export class WitnessStore {
  constructor(readonly folder: string) {}

  /** @throws Error where the folder cannot be read: never taken for "nothing seen yet" */
  async latest(origin: string): Promise<Seen | undefined> {
    const folder = this.folderOf(origin);
    // A generation may be replaced and removed between the two calls; then there is a newer one.
    for (;;) {
      const generation = Math.max(0, ...(await generationsIn(folder)));
      if (generation === 0) return undefined;
      const note = await readIfThere(join(folder, stateFile(generation)));
      if (note !== undefined) return { generation, note };
    }
  }

  /**
   * Puts a checkpoint in the place of what was seen, on disk before this returns.
   * @returns false where somebody else was faster, and nothing was changed
   */
  async replace(origin: string, seen: Seen | undefined, note: string): Promise<boolean> {
    const folder = this.folderOf(origin);
    await makeFolder(folder);
    const generation = (seen?.generation ?? 0) + 1;
    const path = join(folder, stateFile(generation));
    if (!(await createSynced(folder, path, note))) return false;
    const others = await generationsIn(folder);
    // Whoever was two steps faster has already removed the generation that this one has just made again.
    if (others.some((other) => other > generation)) {
      await rm(path, { force: true });
      return false;
    }
    for (const older of others.filter((other) => other < generation))
      await rm(join(folder, stateFile(older)), { force: true });
    return true;
  }

  /** The first alarm stays: it has what came first. */
  async raiseAlarm(origin: string, text: string): Promise<void> {
    const folder = this.folderOf(origin);
    await makeFolder(folder);
    await createSynced(folder, this.alarmFile(origin), text);
  }

  alarmOf(origin: string): Promise<string | undefined> {
    return readIfThere(this.alarmFile(origin));
  }

  alarmFile(origin: string): string {
    return join(this.folderOf(origin), 'alarm');
  }

  private folderOf(origin: string): string {
    return join(this.folder, originHash(origin));
  }
}

/** How tlog-witness names a log in a path. */
export const originHash = (origin: string): string => createHash('sha256').update(origin).digest('hex');

/** Creates a file with all its content on disk, or nothing. @returns false where it is there already */
async function createSynced(folder: string, path: string, content: string): Promise<boolean> {
  const temporary = join(folder, `new.${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
  return true;
}

/** With every folder above it that had to be made: what is in a folder is lost where its own name is. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = resolve(folder); made.length >= resolve(first).length; made = dirname(made))
    await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const stateFile = (generation: number): string => `state.${generation}`;

async function generationsIn(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => (/^state\.[1-9]\d{0,14}$/.test(name) ? [Number(name.slice(6))] : []));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
