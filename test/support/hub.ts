import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scopes, type Scope } from '../../src/common/access.js';
import type { Clock } from '../../src/common/clock.js';
import type { Config } from '../../src/config/config.schema.js';
import { loadConfig } from '../../src/config/load.js';
import { startHub, type Hub } from '../../src/hub.js';
import { mintToken } from '../../src/identity/issuer.tokens.js';
import type { LogOutput } from '../../src/telemetry/log.js';
import { client, type Client } from './client.js';
import { asAdmin, createDatabase, type TestDatabase } from './database.js';
import { giveIssuerKey } from './keys.js';

export { agencies } from './agencies.js';

/** The time, which a test may set forward or back. */
export class StepClock implements Clock {
  private offset = 0;

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  days(count: number): void {
    this.offset += count * 86_400_000;
  }
}

export interface TestHub {
  readonly hub: Hub;
  readonly url: string;
  readonly config: Config;
  readonly clock: StepClock;
  readonly database: TestDatabase;
  /** A client that speaks for an agency, with every scope that its kind may hold unless told otherwise. */
  as(orgNumber: string, only?: readonly Scope[]): Client;
  token(orgNumber: string, only?: readonly string[]): Promise<string>;
  /** Runs SQL as the superuser, past everything. */
  sql<Row extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Lets days pass for all transfers: their times to hold and to collect begin as much earlier. */
  age(days: number): Promise<void>;
  close(): Promise<void>;
}

export type Change = (config: Config) => Config;

/**
 * The whole hub on a socket and a migrated database of its own, with the example directory.
 * @param reach the address by which the hub reaches that database, where something stands between the two
 */
export async function startTestHub(
  change: Change = (config) => config,
  log?: LogOutput,
  reach: (appUrl: string) => Promise<string> = (appUrl) => Promise.resolve(appUrl),
): Promise<TestHub> {
  const database = await createDatabase();
  const data = mkdtempSync(join(tmpdir(), 'stafett-hub-'));
  const clock = new StepClock();
  const config = change(testConfig(data));
  giveIssuerKey(config.process.keys);
  let hub: Hub;
  try {
    const appUrl = await reach(database.appUrl);
    hub = await startHub(config, { appUrl, clock, docs: false, ...(log && { log }) });
  } catch (error) {
    await database.drop();
    rmSync(data, { recursive: true, force: true });
    throw error;
  }
  const url = `http://127.0.0.1:${hub.port}`;
  const token = (orgNumber: string, only: readonly string[] = scopes): Promise<string> =>
    mintToken(config.process.keys, config, { orgNumber, scopes: only });
  return {
    hub,
    url,
    config,
    clock,
    database,
    token,
    as: (orgNumber, only) => client(url, orgNumber, () => token(orgNumber, only)),
    sql: (text, values) =>
      asAdmin(database.superUrl, async (admin) => (await admin.query(text, values)).rows),
    age: (days) =>
      asAdmin(database.superUrl, async (admin) => {
        await admin.query(
          `update stafett.transfer set available_at = available_at - $1 * interval '24 hours', hold_until = hold_until - $1 * interval '24 hours'`,
          [days],
        );
      }),
    close: async () => {
      await hub.stop();
      await database.drop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The defaults, on a free port, without a log, and with a directory that is read at every call. */
export function testConfig(data: string): Config {
  const loaded = loadConfig({ STAFETT_DATA: data, PORT: '0' });
  return {
    ...loaded,
    process: { ...loaded.process, logLevel: 'silent' },
    identity: { ...loaded.identity, directoryCacheSeconds: 0 },
  };
}
