import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether a record that waits for dispatch must keep its number: its sender was told of it by another process than the one that took it in, and
 * may have sent what comes behind it. A group that was late gives a new number to its others only. Locks: ACCESS EXCLUSIVE on `record`, for a moment: a
 * column with a constant default is written nowhere.
 */
export class KeptNumbers1765000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('alter table stafett.record add column number_kept boolean not null default false');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}
