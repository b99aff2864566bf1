import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ConfigError } from '../config/load.js';
import {
  canReach,
  installedBinaries,
  nameOfPath,
  reachableFolder,
  runAs,
  runnable,
  type Binaries,
} from './binaries.js';
import { sqlState } from './failures.js';
import { joinHubs, livingHubs, withFolderLock } from './folder-lock.js';
import {
  START_MS,
  createCluster,
  isUp,
  lastPort,
  logOf,
  startServer,
  stopServer,
  runningServer,
  waitUntilReady,
  type Cluster,
  type Running,
} from './postmaster.js';
import { isAlive } from './processes.js';
import { ServerGuard, type ServerNews } from './server-guard.js';

export interface Embedded {
  /** The superuser's login to the database `postgres`. Stays on this machine. */
  readonly superUrl: string;
  /** Where the server writes its log. */
  readonly logFile: string;
  /** Has the server started again, at the address it had, wherever it ends before `stop`: killed by hand, or by a system short of memory. */
  keepUp(told: (news: ServerNews) => void): void;
  /** Leaves the database; the last living hub stops the server and waits for it. Again = nothing. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** A folder with bin/postgres and bin/initdb in place of the npm package's. */
  readonly binaries?: string;
  /** Server settings that differ from ours, such as fsync=off in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the database below the data folder, or joins it where it runs: for a second hub, and after a hub that was killed.
 * Only the package's binaries are used. Its own class ends the server from an exit hook, before a hub can drain.
 *
 * `<data>/postgres` holds what the hub needs (password, notes of the hubs), and `cluster` what Postgres owns. As root,
 * Postgres runs as an unprivileged user, and where that user cannot reach the folder the cluster lies in
 * /var/lib/stafett/<hash of the path>, and a note tells where.
 * @throws ConfigError in one line, with the path of the server's log where there is one
 */
export async function startEmbedded(dataFolder: string, options: EmbeddedOptions = {}): Promise<Embedded> {
  return explaining(dataFolder, async () => {
    mkdirSync(dataFolder, { recursive: true });
    const home = join(realpathSync(dataFolder), 'postgres');
    mkdirSync(home, { recursive: true });
    // Passable for Postgres' user, readable for none but the hub's.
    if (process.getuid?.() === 0) chmodSync(home, 0o711);
    const hubs = join(home, 'hubs');
    const locked = (work: () => Promise<void>): Promise<void> =>
      explaining(dataFolder, () => withFolderLock(hubs, work));
    return withFolderLock(hubs, async () => {
      const cluster = await locate(home, options);
      const password = passwordOf(home, cluster);
      createCluster(cluster, password);
      // Hubs that outlived the server have its address.
      const running = await serve(cluster, password, livingHubs(hubs) > 0 ? lastPort(cluster) : undefined);
      const leave = joinHubs(hubs);
      let guard: ServerGuard | undefined;
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => {
        guard?.end();
        return locked(async () => {
          leave();
          if (livingHubs(hubs) === 0) await stopServer(cluster);
        });
      };
      const startAgain = (isOver: () => boolean): Promise<void> =>
        locked(async () => {
          if (!isOver()) await serve(cluster, password, running.port);
        });
      return {
        superUrl: urlOf(running.port, password),
        logFile: logOf(cluster),
        keepUp: (told) => {
          guard = new ServerGuard(() => isUp(cluster), startAgain, told);
        },
        stop: () => (stopped ??= stop()),
      };
    });
  });
}

/** Says in one line what the operator can do something about. */
async function explaining<T>(dataFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = {
      ENOSPC: 'the disk is full',
      EACCES: 'no permission to write there',
      EPERM: 'no permission to write there',
      EROFS: 'it is read-only',
      ENOTDIR: 'a file stands in the way',
      EEXIST: 'a file stands in the way',
    }[code ?? ''];
    if (!why) throw error;
    throw new ConfigError(
      `process.data: the embedded database cannot be kept in ${dataFolder}: ${why} (${(error as Error).message}).`,
    );
  }
}

/** @param port of a server that must be started: undefined: any */
async function serve(cluster: Cluster, password: string, port: number | undefined): Promise<Running> {
  // Told to stop by somebody else: a fast shutdown ends its sessions, which it may wait for.
  if (runningServer(cluster)?.stopping) await stopServer(cluster);
  const living = await waitUntilReady(cluster);
  if (living && (await accepts(living, password))) return living;
  // It went away while it was asked (a hub of an older kind may stop it without the lock), or it is not ours.
  const still = runningServer(cluster);
  if (still) {
    throw new ConfigError(
      `A PostgreSQL (process ${still.pid}) serves ${cluster.folder} but refuses the password of the data folder. Stop that process, or set STAFETT_DATA to another folder.`,
    );
  }
  const started = await startServer(cluster, port);
  if (await accepts(started, password)) return started;
  await stopServer(cluster);
  throw new ConfigError(
    `The embedded database in ${cluster.folder} refuses the password of the data folder: they do not belong together. Restore both from one backup, or remove both.`,
  );
}

/** Whether it takes the password. Where it says nothing about it, as while it recovers from the crash of a session, it is asked again. */
async function accepts(running: Running, password: string): Promise<boolean> {
  for (const until = performance.now() + START_MS; ; await sleep(100)) {
    const client = new Client({
      connectionString: urlOf(running.port, password),
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if (isRefused(error) || !isAlive(running.pid)) return false;
      if (performance.now() > until)
        throw new ConfigError(
          `The embedded database (process ${running.pid}) has given no answer for ${START_MS / 1000} s.`,
        );
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** SQLSTATE class 28: invalid authorization. */
const isRefused = (error: unknown): boolean => sqlState(error)?.startsWith('28') === true;

const urlOf = (port: number, password: string): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

/** Where the cluster lies and who runs it. */
async function locate(home: string, options: EmbeddedOptions): Promise<Cluster> {
  const here = join(home, 'cluster');
  const as = runAs(here);
  const installed: Binaries = options.binaries
    ? { folder: options.binaries, version: nameOfPath(options.binaries) }
    : installedBinaries();
  const elsewhere = (): string => (as.uid === undefined ? join(home, 'binaries') : reachableFolder(as));
  const bin = join(runnable(installed, as, elsewhere).folder, 'bin');
  const at = (folder: string): Cluster => ({
    folder,
    bin,
    as: runAs(folder),
    settings: options.settings ?? {},
  });
  if (canReach(as, home)) return at(here);
  if (existsSync(here)) {
    throw new ConfigError(
      `${here}: Postgres runs as user ${as.uid} and can no longer reach this folder. Make every folder above it passable (chmod o+x), or start as the user who made it.`,
    );
  }
  const there = at(join(reachableFolder(as), nameOfPath(home)));
  const mark = keptText(join(home, 'mark'), () => randomUUID());
  refuseMoved(there, home, mark);
  await setAsideIfForsaken(there, mark);
  writeFileSync(
    join(home, ELSEWHERE),
    `Postgres does not run as root, and its user cannot reach this folder. The database of this folder is kept in\n${there.folder}\n`,
  );
  return there;
}

const ELSEWHERE = 'cluster-is-elsewhere.txt';

/** Where the cluster lies whose hub keeps its own things in `home`, if that is elsewhere. */
export function clusterElsewhere(home: string): string | undefined {
  const note = join(home, ELSEWHERE);
  return existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n').at(-1) : undefined;
}

const carries = (folder: string, mark: string): boolean =>
  existsSync(join(folder, 'mark')) && readFileSync(join(folder, 'mark'), 'utf8') === mark;

/**
 * A data folder that was moved or copied comes with the note of its old path, and would begin with an empty database while its own is still
 * there.
 * @throws ConfigError
 */
function refuseMoved({ folder }: Cluster, home: string, mark: string): void {
  const noted = clusterElsewhere(home);
  if (carries(folder, mark) || noted === undefined) return;
  const kept = [noted, aside(noted)].find((place) => carries(place, mark));
  if (kept === undefined) return;
  throw new ConfigError(
    `process.data: this data folder was moved or copied, and its database is still kept in ${kept}, where its old path put it. If it was moved: move that folder to ${folder}. If it was copied: remove ${join(home, ELSEWHERE)} and ${join(home, 'mark')}, and the copy begins with an empty database.`,
  );
}

/** Where the last cluster of the same path waits for a data folder that may have been moved away. */
const aside = (folder: string): string => `${folder}-before`;

/**
 * A cluster elsewhere belongs to a data folder that carries the same mark. Where another one was made at the same path, the old one was
 * deleted, and nothing can open its cluster any more, or it was moved. Nobody can tell, so the last such cluster is kept, and no more than one.
 */
async function setAsideIfForsaken(cluster: Cluster, mark: string): Promise<void> {
  mkdirSync(cluster.folder, { recursive: true, mode: 0o755 });
  if (carries(cluster.folder, mark)) return;
  await stopServer(cluster);
  if (existsSync(join(cluster.folder, 'mark'))) {
    rmSync(aside(cluster.folder), { recursive: true, force: true });
    renameSync(cluster.folder, aside(cluster.folder));
  } else rmSync(cluster.folder, { recursive: true, force: true });
  mkdirSync(cluster.folder, { recursive: true, mode: 0o755 });
  writeFileSync(join(cluster.folder, 'mark'), mark);
}

function passwordOf(home: string, cluster: Cluster): string {
  const path = join(home, 'password');
  if (!existsSync(path) && existsSync(join(cluster.folder, 'data/PG_VERSION'))) {
    throw new ConfigError(
      `${path}: the password of the embedded database is missing. Restore the file, or remove ${cluster.folder} to begin with an empty database.`,
    );
  }
  return keptText(path, () => randomBytes(24).toString('base64url'));
}

/**
 * The text of a file that the hub's user alone can read; made the first time. It is written beside and linked, so that
 * neither a second hub nor a power cut finds it empty.
 */
export function keptText(path: string, make: () => string): string {
  if (!existsSync(path)) {
    const beside = `${path}.${randomUUID()}`;
    try {
      writeFileSync(beside, make(), { flag: 'wx', mode: 0o600, flush: true });
      linkSync(beside, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(beside, { force: true });
    }
  }
  return readFileSync(path, 'utf8').trim();
}
