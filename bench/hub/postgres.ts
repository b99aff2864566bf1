import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { clusterElsewhere, startEmbedded } from '../../src/database/embedded.js';
import { withLogin } from '../../src/database/roles.js';
import type { Cleanup } from '../cleanup.js';

/** The embedded Postgres of this run, in a folder of its own. */
export interface Postgres {
  /** STAFETT_DATA of the hubs. */
  readonly folder: string;
  readonly version: string;
  /** A superuser's login to one of its databases. */
  url(database: string): string;
  /** A superuser's connection. The caller ends it. */
  connect(database: string): Promise<Client>;
}

/**
 * Starts it as the hub itself would, before the hub does: hubs that start on the folder join it and leave it running, so that floor and
 * hub share one server, and a figure may start a hub anew.
 * @throws where it would not be durable
 */
export async function startPostgres(cleanup: Cleanup): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'stafett-bench-'));
  cleanup.add(async () => remove(folder));
  // Postgres refuses to run as root and runs as an unprivileged user then, who must pass here (mkdtemp makes 0700).
  chmodSync(folder, 0o755);
  const starting = startEmbedded(folder);
  cleanup.add(async () => (await starting).stop());
  const { superUrl } = await starting;
  const { username, password } = new URL(superUrl);
  const url = (database: string): string => withLogin(superUrl, username, password, database);
  const connect = async (database: string): Promise<Client> => {
    const client = new Client({ connectionString: url(database), application_name: 'stafett-bench' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  return { folder, version: await durable(await connect('postgres')), url, connect };
}

function remove(folder: string): void {
  const elsewhere = clusterElsewhere(join(folder, 'postgres'));
  if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

async function durable(client: Client): Promise<string> {
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`show ${setting}`);
      if (rows[0]?.[setting] !== 'on')
        throw new Error(`${setting} is not on: this would measure nothing durable`);
    }
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0] ?? '';
  } finally {
    await client.end();
  }
}
