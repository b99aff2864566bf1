import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded, type Embedded, type EmbeddedOptions } from '../../src/database/embedded.js';
import { identityOf } from '../../src/database/processes.js';

/** The migrated database that test files clone. */
export const TEMPLATE = 'stafett_template';

/** A test's server need not survive a power cut: without fsync a clone takes a third of the time. A killed process loses nothing either way. */
export const quick = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Nor need anything reach the disk before the folder is removed.
  backend_flush_after: '0',
};

/** With the number of the process that uses it, so that a later run can tell what nobody uses any more. */
const prefix = 'stafett-test-';

/** A new folder that Postgres' unprivileged user can reach too (mkdtemp makes them 0700). */
export function reachableTempFolder(label = 'data', runner = process.pid): string {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${runner}-${label}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** A server of its own in a new folder, for tests that stop, kill or starve one. The caller stops it and removes the folder. */
export async function startPostgres(options: EmbeddedOptions = {}): Promise<Embedded & { folder: string }> {
  const folder = reachableTempFolder();
  const embedded = await startEmbedded(folder, { ...options, settings: { ...quick, ...options.settings } });
  return { ...embedded, folder };
}

/** Stops servers and removes folders of test runs that were killed. */
export async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    if (!pid || identityOf(pid) !== undefined) continue;
    const folder = join(tmpdir(), name);
    if (existsSync(join(folder, 'postgres/cluster/data/postmaster.pid'))) {
      await startEmbedded(folder)
        .then((embedded) => embedded.stop())
        .catch(() => undefined);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
