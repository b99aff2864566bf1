import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { portToKeep } from './ports.js';

/** npm test says what is skipped where it is missing, and CI may skip nothing. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface TestRedis {
  readonly url: string;
  flushAll(): Promise<void>;
  /** Everything that it holds, as text. */
  dump(): Promise<string>;
  stop(): Promise<void>;
}

export async function startRedis(port?: number): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-redis-'));
  const at = port ?? (await portToKeep());
  const server: ChildProcess = spawn(
    'redis-server',
    [
      '--port',
      String(at),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      folder,
      '--maxmemory-policy',
      'noeviction',
    ],
    { stdio: 'ignore' },
  );
  const url = `redis://127.0.0.1:${at}`;
  const admin = new Redis(url, { maxRetriesPerRequest: 50 });
  admin.on('error', () => undefined);
  await admin.ping();
  return {
    url,
    flushAll: async () => void (await admin.flushall()),
    dump: async () => {
      const keys = await admin.keys('*');
      const texts = await Promise.all(
        keys.map(async (key) => `${key} ${(await admin.dumpBuffer(key))?.toString('latin1') ?? ''}`),
      );
      return texts.join('\n');
    },
    stop: async () => {
      admin.disconnect();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
