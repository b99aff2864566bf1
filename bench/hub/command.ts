import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../src/config/load.js';
import type { Cleanup } from '../cleanup.js';

/** Runs the built `stafett` in a process of its own. @returns what it printed. @throws where it does not end well */
export async function runStafett(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cleanup: Cleanup,
): Promise<string> {
  const child = spawn(process.execPath, [join(projectFolder, 'dist/src/cli/main.js'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  ended.catch(() => undefined);
  cleanup.add(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const code = await ended;
  if (code !== 0) throw new Error(`stafett ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}
