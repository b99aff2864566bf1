import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { run } from '../../src/cli/run.js';
import { projectFolder } from '../../src/config/load.js';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command here, with nothing of the environment but what is given. */
export async function stafett(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const read = { stdout: '', stderr: '' };
  const before = process.env;
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      read[name] += String(text);
      return true;
    }),
  );
  process.env = { PATH: before['PATH'], ...env };
  try {
    return { code: await run(args), ...read };
  } finally {
    process.env = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs the command as a process of its own, from the sources: slow, as they are compiled each time. */
export function startStafett(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
  linesToRead = Infinity,
): Promise<Ran> {
  const loader = join(projectFolder, 'test/support/typescript.mjs');
  const main = join(projectFolder, 'src/cli/main.ts');
  const child = spawn(process.execPath, ['--import', loader, main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: projectFolder,
  });
  const read = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    read.stdout += text;
    if (read.stdout.split('\n').length > linesToRead) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (read.stderr += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...read }));
  });
}
