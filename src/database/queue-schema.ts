import { runMigrations } from 'bullmq';
import type { PoolClient } from 'pg';

/**
 * Brings BullMQ's own tables (schema bullmq) up to date. They are made even where the doorbells ring on Redis, so that
 * QUEUE_URL can be taken away without a migration. Here and not in queue/, because making tables is the owner's work and
 * the queue knows only the application's login.
 * @returns the version of BullMQ's schema
 */
export async function migrateQueue(owner: PoolClient): Promise<number> {
  // One checked out client: its advisory lock and its transaction belong to one session.
  return runMigrations(owner, 'bullmq');
}
