import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rate limits per agency, over all processes.
 * Locks: creates a table; takes SHARE ROW EXCLUSIVE on agency for the foreign key.
 * Unlogged, because a limit is of no use after a crash; one row an agency, with room for updates in its page.
 */
export class RateLimits1764100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`create unlogged table stafett.rate_lease (
      agency_id uuid primary key references stafett.agency,
      used_until timestamptz not null
    ) with (fillfactor = 50)`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}
