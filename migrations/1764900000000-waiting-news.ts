import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds whether news of something waits already: where nobody dispatches for a day, the look of each minute left the same news again, and the
 * first record after it waited behind millions of them. Locks: `recheck` for the making of a small index.
 */
export class WaitingNews1764900000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('create index recheck_subject on stafett.recheck (subject)');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}
