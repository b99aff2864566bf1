import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { projectFolder } from '../src/config/load.js';

/** The machine in a line: figures mean nothing without it. */
export function machine(postgresVersion: string): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  return [
    `${availableParallelism()} × ${model}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${platform()} ${release()}`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${postgresVersion}`,
  ].join(', ');
}

/** What is measured, with a mark where files were changed since. */
export function commit(): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'unknown';
}
