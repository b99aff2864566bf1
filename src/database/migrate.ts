import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { ConfigError } from '../config/load.js';
import { GuardedClient, session } from './client.js';
import { ownerOptions } from './data-source.js';
import { toProblem } from './failures.js';
import { grantTo } from './grants.js';
import { migrateQueue } from './queue-schema.js';
import { lockSession } from './session-lock.js';

export interface Migrated {
  /** Names of the migrations that ran now; empty where the schema was up to date. */
  readonly applied: readonly string[];
  /** Version of BullMQ's own schema. */
  readonly queueVersion: number;
}

/** The oldest PostgreSQL that the migrations are tested on. */
const OLDEST = 15;

/**
 * Makes or updates everything in the database: schema `stafett` (our migrations), schema `bullmq` (BullMQ's), and the
 * rights of the application's login. Run again it changes nothing.
 * @throws Problem unavailable, ConfigError
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<Migrated> {
  const pool = new Pool({
    connectionString: ownerUrl,
    max: 1,
    application_name: 'stafett-migrate',
    Client: GuardedClient,
    options: session,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', () => undefined);
  try {
    const owner = await pool.connect();
    try {
      const { rows } = await owner.query<{ version: string }>('show server_version_num');
      const major = Math.floor(Number(rows[0]?.version ?? Object.values(rows[0] ?? {})[0]) / 10_000);
      if (major < OLDEST)
        throw new ConfigError(
          `database.ownerUrl: the server is PostgreSQL ${major}. Allowed: ${OLDEST} or newer.`,
        );
      await lockSession(owner, 'migration');
      await owner.query('create schema if not exists stafett');
      const applied = await migrateOwn(ownerUrl);
      const queueVersion = await migrateQueue(owner);
      await grantTo(owner, appRole);
      return { applied, queueVersion };
    } finally {
      // Closed, not given back: the lock goes with the session, whatever happened.
      owner.release(true);
    }
  } catch (error) {
    throw toProblem(error);
  } finally {
    await pool.end();
  }
}

async function migrateOwn(ownerUrl: string): Promise<string[]> {
  const db = await new DataSource(ownerOptions(ownerUrl)).initialize();
  try {
    return (await db.runMigrations()).map((migration) => migration.name);
  } finally {
    await db.destroy();
  }
}
