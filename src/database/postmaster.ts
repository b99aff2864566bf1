import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/load.js';
import type { RunAs } from './binaries.js';
import { commandOf, freePort, identityOf, isAlive, textIfThere, waitForExit } from './processes.js';
import { serverSettings } from './server-settings.js';

/** A cluster on disk: `data` is Postgres' own, `log` is where the server writes. */
export interface Cluster {
  readonly folder: string;
  readonly bin: string;
  readonly as: RunAs;
  readonly settings: Readonly<Record<string, string>>;
}

const dataOf = (cluster: Cluster): string => join(cluster.folder, 'data');
export const logOf = (cluster: Cluster): string => join(cluster.folder, 'server.log');

/** A start may have to replay the log of a killed server first; 16 GB of it take about a minute on a laptop's disk. */
export const START_MS = 180_000;
/** A fast shutdown writes a checkpoint. Longer than this, the server is told to stop without one (and recovers at the next start). */
const STOP_MS = 60_000;
const LOG_BYTES = 10_000_000;

/** Only what the server needs: PG* variables of the hub's user must not reach it, and messages are read below. */
const environment = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  ...(process.env['SYSTEMROOT'] && { SYSTEMROOT: process.env['SYSTEMROOT'] }),
};

export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
  /** Was told to stop: it takes nobody new, and may wait for its sessions for ever (a smart shutdown, SIGTERM). */
  readonly stopping: boolean;
}

/** The server that now serves this cluster, from its pid file: undefined where there is none or the file is a dead server's. */
export function runningServer(cluster: Cluster): Running | undefined {
  const noted = notedServer(cluster);
  return noted && identityOf(noted.pid) !== undefined && isServerOf(noted.pid, cluster) ? noted : undefined;
}

/** Whether it is there and was not told to stop. Cheap enough to ask twice a second: a number that went to another process counts. */
export function isUp(cluster: Cluster): boolean {
  const noted = notedServer(cluster);
  return noted !== undefined && !noted.stopping && isAlive(noted.pid);
}

function notedServer(cluster: Cluster): Running | undefined {
  const lines = (textIfThere(join(dataOf(cluster), 'postmaster.pid')) ?? '').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  const status = lines[7]?.trim();
  return { pid, port: Number(lines[3]), ready: status === 'ready', stopping: status === 'stopping' };
}

function isServerOf(pid: number, cluster: Cluster): boolean {
  const command = commandOf(pid);
  return command.includes('postgres') && (process.platform === 'win32' || command.includes(dataOf(cluster)));
}

/**
 * Makes a pid file that names a stranger's living process harmless. Postgres takes such a file for a running server and
 * refuses to start; after a reboot, and in every restarted container, the number has gone to someone else. Only the
 * number is replaced, by one that no process can have: the rest tells Postgres which shared memory to look at, so that
 * it still notices backends that outlived a killed server.
 */
function disownStalePidFile(cluster: Cluster): void {
  const path = join(dataOf(cluster), 'postmaster.pid');
  if (!existsSync(path) || runningServer(cluster)) return;
  const [, ...rest] = readFileSync(path, 'utf8').split('\n');
  if (rest.length < 5) rmSync(path);
  else writeFileSync(path, ['99999999', ...rest].join('\n'));
}

/** Makes the cluster where there is none. Made beside and renamed: a half-made one is never taken for whole. */
export function createCluster(cluster: Cluster, password: string): void {
  if (existsSync(join(dataOf(cluster), 'PG_VERSION'))) return;
  mkdirSync(cluster.folder, { recursive: true, mode: 0o755 });
  for (const name of readdirSync(cluster.folder)) {
    if (/^(new|password)-/.test(name)) rmSync(join(cluster.folder, name), { recursive: true, force: true });
  }
  const tag = randomBytes(6).toString('hex');
  const beside = join(cluster.folder, `new-${tag}`);
  const passwordFile = join(cluster.folder, `password-${tag}`);
  try {
    mkdirSync(beside, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    if (cluster.as.uid !== undefined)
      for (const path of [beside, passwordFile])
        chownSync(path, cluster.as.uid, cluster.as.gid ?? cluster.as.uid);
    const major = Number(
      /(\d+)/.exec(
        spawnSync(join(cluster.bin, 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/', ...cluster.as })
          .stdout,
      )?.[1],
    );
    // The builtin provider (17 and later) sorts the same on every system; C.UTF-8 of the C library is its nearest before.
    const locale =
      major >= 17
        ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
        : ['--locale=C.UTF-8'];
    const sync = cluster.settings['fsync'] === 'off' ? ['--no-sync'] : [];
    const args = [
      '-D',
      beside,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '--no-instructions',
      ...locale,
      ...sync,
    ];
    const run = spawnSync(join(cluster.bin, 'initdb'), args, {
      ...cluster.as,
      cwd: '/',
      env: environment,
      encoding: 'utf8',
    });
    writeFileSync(logOf(cluster), run.stdout + run.stderr, { flag: 'a', mode: 0o600 });
    if (run.status !== 0)
      throw failed(cluster, 'could not be set up', run.stderr || (run.error?.message ?? ''));
    renameSync(beside, dataOf(cluster));
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The port that the last server had: it leaves its command line in a file, whatever ended it. */
export function lastPort(cluster: Cluster): number | undefined {
  const port = /"-p" "(\d+)"/.exec(textIfThere(join(dataOf(cluster), 'postmaster.opts')) ?? '')?.[1];
  return port === undefined ? undefined : Number(port);
}

/**
 * Starts the server, detached in a session of its own: a Ctrl-C on the terminal must not end the database before the hub.
 * @param given its port; undefined: any that is free
 */
export async function startServer(cluster: Cluster, given: number | undefined): Promise<Running> {
  const until = performance.now() + START_MS;
  if (existsSync(logOf(cluster)) && statSync(logOf(cluster)).size > LOG_BYTES)
    renameSync(logOf(cluster), `${logOf(cluster)}.1`);
  for (let attempt = 1; ; attempt += 1) {
    disownStalePidFile(cluster);
    const port = given ?? (await freePort());
    const log = openSync(logOf(cluster), 'a', 0o600);
    const before = statSync(logOf(cluster)).size;
    const options = Object.entries({ ...serverSettings, ...cluster.settings }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    const child = spawn(
      join(cluster.bin, 'postgres'),
      ['-D', dataOf(cluster), '-p', String(port), ...options],
      {
        ...cluster.as,
        cwd: '/',
        env: environment,
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? String(code)}`));
    child.unref();
    while (ended === undefined) {
      const running = runningServer(cluster);
      if (running?.ready && running.pid === child.pid) return running;
      if (performance.now() > until) throw failed(cluster, `was not ready after ${START_MS / 1000} s`, '');
      await sleep(20);
    }
    const said = readFileSync(logOf(cluster)).subarray(before).toString('utf8');
    const passes =
      /could not bind|could not create any TCP|pre-existing shared memory|lock file .* already exists/.test(
        said,
      );
    // Another program took the port meanwhile, or backends of a killed server are still on their way out.
    if (!passes || attempt === 40) throw failed(cluster, 'did not start', said || ended);
    // Or a hub that was killed in the middle of its own start has left one, which was not there yet when we looked.
    const other = await waitUntilReady(cluster);
    if (other) return other;
    await sleep(250);
  }
}

/** Waits until a server that someone else has started is ready. @returns undefined where it went away instead */
export async function waitUntilReady(cluster: Cluster): Promise<Running | undefined> {
  const until = performance.now() + START_MS;
  for (;;) {
    const running = runningServer(cluster);
    if (!running || running.ready) return running;
    if (performance.now() > until)
      throw failed(cluster, `(process ${running.pid}) was not ready after ${START_MS / 1000} s`, '');
    await sleep(20);
  }
}

/** Stops the server by a fast shutdown: open transactions are rolled back, all data are on disk afterwards. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const running = runningServer(cluster);
  if (!running) return;
  process.kill(running.pid, 'SIGINT');
  if (await waitForExit(running.pid, STOP_MS)) return;
  process.kill(running.pid, 'SIGQUIT');
  await waitForExit(running.pid, STOP_MS);
}

function failed(cluster: Cluster, what: string, said: string): ConfigError {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /FATAL|PANIC|error:|could not|No space/.test(line)) ?? lines.at(-1);
  return new ConfigError(
    `The embedded database ${what}${telling ? `: ${telling.trim()}` : ''}. Its log: ${logOf(cluster)}`,
  );
}
