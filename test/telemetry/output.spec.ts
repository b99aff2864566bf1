import { spawn, spawnSync, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../src/config/load.js';
import { until } from '../support/until.js';

const start = (stdout: 'pipe' | number): ChildProcess =>
  spawn(process.execPath, ['--import', './test/support/typescript.mjs', 'test/telemetry/output-process.ts'], {
    cwd: projectFolder,
    stdio: ['pipe', stdout, 'pipe'],
  });

let child: ChildProcessWithoutNullStreams;
beforeEach(async () => {
  child = start('pipe') as ChildProcessWithoutNullStreams;
  await once(child.stderr, 'data');
});
afterEach(() => child.kill('SIGKILL'));

/** Of the lines that are complete. */
const numbers = (text: string): number[] =>
  text
    .slice(0, Math.max(0, text.lastIndexOf('\n')))
    .split('\n')
    .map((line) => Number(/^(\d+) \.{100}$/.exec(line)?.[1]));

/** Reads from now on. */
function read(): { text: string } {
  const seen = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (seen.text += part));
  return seen;
}

it.each([0, 100])(
  'writes every line, in order, those before an exit too, to a reader that begins after %i ms',
  async (ms) => {
    child.stdin.write('1 2000 1 end\n');
    await sleep(ms);
    const seen = read();
    await once(child, 'close');
    expect(numbers(seen.text)).toEqual(Array.from({ length: 2002 }, (_, no) => no));
  },
);

it('lets a process end whose log nobody reads any more', async () => {
  child.stdout.destroy();
  child.stdin.write('1 1 1 end\n');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

it.each([0, 500])('lets a process end whose log’s reader stopped reading %i ms before', async (ms) => {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-output-'));
  const fifo = join(folder, 'log');
  spawnSync('mkfifo', [fifo]);
  // Both ways, so that it opens at once and has a reader.
  const log = openSync(fifo, 'r+');
  const stalled = start(log);
  try {
    await once(stalled.stderr!, 'data');
    stalled.stdin!.write('20000\n');
    await once(stalled.stderr!, 'data');
    await sleep(ms);
    stalled.stdin!.write('1 end\n');
    const ended = await Promise.race([once(stalled, 'exit'), sleep(5000, ['late'], { ref: false })]);
    expect(ended[0]).toBe(0);
  } finally {
    stalled.kill('SIGKILL');
    closeSync(log);
    rmSync(folder, { recursive: true });
  }
});

it('keeps no more than some megabytes for a reader that has stopped reading, and writes on when it goes on', async () => {
  child.stdin.write('200000\n');
  await once(child.stderr, 'data');
  const seen = read();
  await until(() => {
    child.stdin.write('1\n');
    return numbers(seen.text).at(-1)! >= 200_000;
  });
  const all = numbers(seen.text);
  expect(all.length).toBeGreaterThan(1000);
  expect(all.length).toBeLessThan(60_000);
  expect(all).toEqual([...all].sort((a, b) => a - b));
});
