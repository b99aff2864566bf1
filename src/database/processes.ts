import { createServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const absent = new Set(['ENOENT', 'ENOTDIR', 'ESRCH', 'EACCES', 'EPERM']);

/**
 * A file's text, or undefined where there is none that this process may read.
 * @throws Error where the system gives no answer (EMFILE: too many open files): a living server must not be taken for a dead one
 */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (absent.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * What tells a process from a later one with the same number: boot and start time. Numbers come again quickly in a
 * container, where a restart begins at 1.
 * @returns undefined where no such process lives; a zombie does not live
 */
export function identityOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = textIfThere(`/proc/${pid}/stat`);
    if (stat === undefined) return undefined;
    // The name, in parentheses, may hold anything; after it stand state (field 3) and, 19 on, the start time (22).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19] ?? ''}`;
  }
  if (!answersSignal(pid)) return undefined;
  if (process.platform === 'win32') return 'alive';
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = 'Z', ...started] = ps.stdout.trim().split(/\s+/);
  return state.startsWith('Z') ? undefined : started.join(' ');
}

/** The command line of a living process, or an empty text. */
export function commandOf(pid: number): string {
  if (process.platform === 'linux') {
    return (textIfThere(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
  }
  if (process.platform === 'win32') return answersSignal(pid) ? 'postgres' : '';
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}

/** Cheap enough to ask twice a second: whether a process with this number lives, or (but for Linux) waits to be taken note of. */
export const isAlive = (pid: number): boolean =>
  process.platform === 'linux' ? identityOf(pid) !== undefined : answersSignal(pid);

/** EPERM is an answer too: the process lives and belongs to someone else. */
function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits until a process has gone. @returns whether it has, within the time */
export async function waitForExit(pid: number, milliseconds: number): Promise<boolean> {
  const identity = identityOf(pid);
  const until = performance.now() + milliseconds;
  while (identity !== undefined && identityOf(pid) === identity) {
    if (performance.now() > until) return false;
    await sleep(25);
  }
  return true;
}

/** A TCP port of this machine that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
