import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../src/config/load.js';

/** Less than 25 s on an idle machine with two cores; Jest's other files run meanwhile. */
const LONG = 120_000;
const some = [
  '--only',
  'floor,growth,audit.verify',
  '--seconds',
  '0.2',
  '--rounds',
  '1',
  '--records',
  '1000',
  '--json',
];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command. Its folder is made in `folder`, and `told` hears of its progress. */
function bench(
  args: readonly string[],
  folder = tmpdir(),
  told?: (stderr: string, stop: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(projectFolder, 'bin/bench.mjs'), ...args], {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
  });
  const read = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (read.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    read.stderr += text;
    told?.(read.stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...read })));
}

describe('npm run bench', () => {
  it(
    'measures, and prints one object with must, aim and met of each figure',
    async () => {
      const { code, stdout, stderr } = await bench(some);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string });
      const report = JSON.parse(stdout) as { figures: Record<string, object> };
      const rate = expect.any(Number) as number;
      expect(report).toEqual({
        machine: expect.stringContaining('PostgreSQL') as string,
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        commit: expect.any(String) as string,
        figures: {
          floor: { perSecond: rate, ratio: 1, must: 1, aim: 1, met: true },
          growth: {
            ratio: rate,
            ingestRatio: rate,
            pullRatio: rate,
            records: 1000,
            must: 0.85,
            aim: 0.95,
            met: expect.any(Boolean) as boolean,
          },
          'audit.verify': {
            perSecond: rate,
            seconds: rate,
            entries: rate,
            must: { seconds: 30 },
            aim: { seconds: 20 },
            met: true,
          },
        },
      });
    },
    LONG,
  );

  it(
    'tells what it has when it is interrupted while a hub starts, and leaves nothing behind',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'stafett-bench-test-'));
      try {
        const options = ['--only', 'floor,ingest.single', '--seconds', '0.2', '--rounds', '1', '--json'];
        const ended = await bench(options, folder, (stderr, stop) => {
          if (stderr.includes('starting stafett')) stop();
        });
        expect(ended.code).toBe(130);
        expect(ended.stderr).toContain('interrupted after 1 figure');
        const { figures } = JSON.parse(ended.stdout) as { figures: Record<string, object> };
        expect(Object.keys(figures)).toEqual(['floor']);
        // The compiler keeps a folder of its own there.
        expect(readdirSync(folder).filter((name) => name.startsWith('stafett'))).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    LONG,
  );
});
