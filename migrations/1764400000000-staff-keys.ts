import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The keys that make staff ids in the log: one for each controller and calendar month (UTC), wrapped. The deletion of a key
 * takes the link from the month's ids to people. Locks: none on what is there, all is created.
 */
export class StaffKeys1764400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(staffKeys);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const staffKeys = `
create table stafett.staff_key (
  controller_id uuid not null references stafett.controller (id),
  month text not null check (month ~ '^\\d{4}-(0[1-9]|1[0-2])$'),
  kek_id text not null,
  wrapped bytea not null,
  primary key (controller_id, month)
);`;
