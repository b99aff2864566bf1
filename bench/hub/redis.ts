import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../cleanup.js';
import { freePort } from '../../src/database/processes.js';

const PROGRAM = 'redis-server';
const READY_MS = 10_000;

export const hasRedis = (): boolean => spawnSync(PROGRAM, ['--version']).status === 0;

/** A Redis of this run's own, as a queue needs it: nothing is evicted. @returns its address */
export async function startRedis(folder: string, cleanup: Cleanup): Promise<string> {
  const port = await freePort();
  const dir = join(folder, 'redis');
  mkdirSync(dir);
  const settings = { port, bind: '127.0.0.1', dir, save: '', 'maxmemory-policy': 'noeviction' };
  const child = spawn(
    PROGRAM,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    // In a session of its own: on Ctrl-C it must not end before the hub.
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  cleanup.add(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const until = performance.now() + READY_MS;
  while (!(await listens(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`${PROGRAM} did not start`);
    await sleep(20);
  }
  return `redis://127.0.0.1:${port}`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
