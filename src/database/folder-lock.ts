import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/load.js';
import { identityOf, textIfThere } from './processes.js';

/** Longer than the slowest start (initdb on a slow disk and a recovery); then the waiter says who is in the way. */
const WAIT_MS = 180_000;
/** A lock file without content was left by a process that died between creating and writing it. */
const EMPTY_MS = 10_000;

interface Ticket {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Runs `work` while no other process does so for the same folder. Node has no flock, and a file that names its owner must
 * be taken over when the owner was killed, which two waiters may try at once. So each taking is a new file, one
 * number up and created exclusively: of two that saw the same dead owner one wins. The highest file is never deleted (a
 * release empties it to "free"), and a taker that finds a higher one than its own steps back.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const mine = await take(folder);
  try {
    return await work();
  } finally {
    free(join(folder, mine));
  }
}

async function take(folder: string): Promise<string> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const highest = highestIn(folder);
    const owner = highest > 0 ? ownerOf(join(folder, nameOf(highest))) : undefined;
    if (owner === undefined) {
      const name = nameOf(highest + 1);
      if (create(join(folder, name))) {
        if (highestIn(folder) === highest + 1) {
          for (const file of locksIn(folder))
            if (file < highest + 1) rmSync(join(folder, nameOf(file)), { force: true });
          return name;
        }
        rmSync(join(folder, name), { force: true });
      }
      continue;
    }
    if (performance.now() > until) {
      throw new ConfigError(
        `${folder}: another hub (process ${owner}) has been starting or stopping the database for ${WAIT_MS / 60_000} minutes. Stop it.`,
      );
    }
    await sleep(25);
  }
}

const nameOf = (number: number): string => `lock-${number}`;

function locksIn(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^lock-\d+$/.test(name))
    .map((name) => Number(name.slice(5)));
}

const highestIn = (folder: string): number => Math.max(0, ...locksIn(folder));

function create(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(file, JSON.stringify(ticket()));
    return true;
  } catch (error) {
    free(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** On a full disk by its age, which takes no room. */
function free(path: string): void {
  try {
    writeFileSync(path, 'free');
  } catch {
    truncateSync(path);
    utimesSync(path, 0, 0);
  }
}

const ticket = (): Ticket => ({ pid: process.pid, identity: identityOf(process.pid) ?? '' });

/** The process that holds a lock file, or undefined where it is free or its owner is dead. */
function ownerOf(path: string): string | undefined {
  const text = textIfThere(path);
  if (text === undefined) return undefined;
  if (text === '') {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return performance.timeOrigin + performance.now() - made < EMPTY_MS ? 'unknown' : undefined;
  }
  const held = text === 'free' ? undefined : parse(text);
  return held && identityOf(held.pid) === held.identity ? String(held.pid) : undefined;
}

function parse(text: string): Ticket | undefined {
  try {
    return JSON.parse(text) as Ticket;
  } catch {
    return undefined;
  }
}

let joined = 0;

/** Notes this process as one that uses the folder's database. @returns what takes the note away again */
export function joinHubs(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `hub-${process.pid}-${(joined += 1)}`);
  writeFileSync(path, JSON.stringify(ticket()));
  return () => rmSync(path, { force: true });
}

/** How many noted hubs live; notes of dead ones are removed. Only under the folder's lock. */
export function livingHubs(folder: string): number {
  let living = 0;
  for (const name of readdirSync(folder).filter((file) => file.startsWith('hub-'))) {
    const path = join(folder, name);
    if (ownerOf(path) === undefined) rmSync(path, { force: true });
    else living += 1;
  }
  return living;
}
