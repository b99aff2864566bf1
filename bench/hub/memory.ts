import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const EVERY_MS = 100;
const KIB_PER_MIB = 1024;

/** Resident memory of a process in MiB; undefined where the system does not tell (Windows). */
export function residentMiB(pid: number): number | undefined {
  const kib = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  return kib === undefined ? undefined : kib / KIB_PER_MIB;
}

/** The most that a process had while `work` ran, as far as looks 100 ms apart show it. */
export async function peakMiB(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = (): void => void (peak = Math.max(peak, residentMiB(pid) ?? 0));
  const timer = setInterval(look, EVERY_MS);
  try {
    await work();
    look();
    return peak;
  } finally {
    clearInterval(timer);
  }
}

/** VmRSS of /proc/<pid>/status, in kB. */
export function readStatus(text: string): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? undefined : Number(kib);
}

function fromProc(pid: number): number | undefined {
  return readStatus(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

function fromPs(pid: number): number | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout) || undefined;
}
