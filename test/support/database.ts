import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { openApp } from '../../src/database/data-source.js';
import { allShardLocks, lockClass } from '../../src/database/locks.js';
import { closeDatabase, withLogin } from '../../src/database/roles.js';
import { TEMPLATE } from './postgres.js';

export interface TestDatabase {
  readonly name: string;
  readonly appUrl: string;
  readonly ownerUrl: string;
  /** The superuser, connected to this database. */
  readonly superUrl: string;
  /** Removes the database, cutting whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated database of its own, cloned from the template in about 50 ms. */
export async function createDatabase(): Promise<TestDatabase> {
  const superUrl = given('STAFETT_TEST_SUPER_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(superUrl, (admin) =>
    admin.query(`create database ${name} template ${TEMPLATE} owner stafett_owner strategy file_copy`),
  );
  const urls = {
    appUrl: elsewhere(given('STAFETT_TEST_APP_URL'), name),
    ownerUrl: elsewhere(given('STAFETT_TEST_OWNER_URL'), name),
    superUrl: elsewhere(superUrl, name),
  };
  await asAdmin(urls.ownerUrl, (owner) => closeDatabase(owner, name));
  return {
    name,
    ...urls,
    drop: () =>
      asAdmin(superUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`)).then(
        () => undefined,
      ),
  };
}

/** An open pool of the application's login. The caller destroys it before the database is dropped. */
export const openPool = (appUrl: string, poolSize = 5): Promise<DataSource> =>
  openApp(appUrl, { poolSize, connectTimeoutMs: 5000, statementTimeoutMs: 20_000 });

/** Runs `work` on one connection and closes it. */
export async function asAdmin<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Begins a transaction that keeps dispatch from every shard until it ends. */
export async function holdShards(admin: Client): Promise<void> {
  await admin.query('begin');
  await admin.query('select pg_advisory_xact_lock($1, s) from unnest($2::int[]) as s', [
    lockClass.shard,
    allShardLocks,
  ]);
}

/** The same login on another database of the server. */
export function elsewhere(url: string, database: string): string {
  const { username, password } = new URL(url);
  return withLogin(url, decodeURIComponent(username), decodeURIComponent(password), database);
}

function given(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the tests with "npm test", whose setup starts the database`);
  return value;
}
