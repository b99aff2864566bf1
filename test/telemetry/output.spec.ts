import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { projectFolder } from '../../src/config/load.js';
import { until } from '../support/until.js';

let child: ChildProcessWithoutNullStreams;
beforeEach(async () => {
  child = spawn(
    process.execPath,
    ['--import', './test/support/typescript.mjs', 'test/telemetry/output-process.ts'],
    { cwd: projectFolder },
  );
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

it('writes every line, in order, those before an exit too', async () => {
  const seen = read();
  child.stdin.write('1 2000 1 end\n');
  await once(child, 'close');
  expect(numbers(seen.text)).toEqual(Array.from({ length: 2002 }, (_, no) => no));
});

it('lets a process end whose log nobody reads any more', async () => {
  child.stdout.destroy();
  child.stdin.write('1 1 1 end\n');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
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
