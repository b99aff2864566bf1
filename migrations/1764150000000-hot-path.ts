import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What intake, dispatch and pull wrote and nobody needed, found by pg_stat_statements under the bench's load.
 * Locks: ACCESS EXCLUSIVE on record, transfer, youth and entry_detail for the whole of it; the generated column rewrites transfer, and its
 * indexes are built anew (10 s and more for a million rows). A dispatching hub waits; run it while none is busy.
 */
export class HotPath1764150000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Agencies and controllers are never deleted (the application's role may not, the directory only ends them), and the hub reads their
      -- ids from its directory. The check locked the same few rows for key share in every transaction: a multixact each.
      alter table stafett.record drop constraint record_sender_id_fkey, drop constraint record_controller_id_fkey,
        drop constraint record_named_recipient_id_fkey,
        -- Group numbers come from a sequence and positions from one process; nothing is looked up by this.
        drop constraint record_group_no_position_key;
      alter table stafett.youth drop constraint youth_controller_id_fkey;
      alter table stafett.transfer drop constraint transfer_recipient_id_fkey, drop constraint transfer_sender_id_fkey;

      -- An index whose predicate names the state is written again, with all others, at each change of state. By this column a
      -- transfer stays in its page (HOT) when it is collected, as long as the page has room.
      alter table stafett.transfer add column open boolean not null generated always as (state in ('available', 'collected')) stored,
        add column held boolean not null generated always as (state = 'held') stored;
      drop index stafett.transfer_open, stafett.transfer_held, stafett.transfer_hold_until, stafett.transfer_untouched;
      create index transfer_open on stafett.transfer (recipient_id, no) where open;
      create index transfer_held on stafett.transfer (youth_id) where held;
      create index transfer_hold_until on stafett.transfer (hold_until) where held;
      create index transfer_untouched on stafett.transfer (available_at) where open and notice is null;
      alter table stafett.transfer set (fillfactor = 60);

      -- A transfer's entries are among those of its record.
      drop index stafett.entry_by_transfer;`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}
