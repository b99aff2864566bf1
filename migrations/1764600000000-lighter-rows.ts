import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each record and youth paid for, and nothing needed (docs/decisions/0018-no-foreign-keys-that-locks-prove.md).
 * Locks: ACCESS EXCLUSIVE on youth, youth_identifier, youth_key, record and transfer, for a moment: no row is read or rewritten.
 */
export class LighterRows1764600000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The hub writes these keys only while it holds the row that they name, locked for key share, or with it in one statement. PostgreSQL
      -- looked it up and locked it once more for each row and key (8 µs; five of them a record end to end).
      alter table stafett.record drop constraint record_youth_id_fkey;
      alter table stafett.transfer drop constraint transfer_record_id_fkey, drop constraint transfer_youth_id_fkey,
        drop constraint transfer_recipient_youth_id_fkey;
      alter table stafett.youth_key drop constraint youth_key_youth_id_fkey;

      -- What is left of the promise is that a row which others name does not go. No login of the hub may delete it; now its owner may not either.
      create function stafett.refuse_delete() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        raise exception 'rows of % are named by others and are never deleted', tg_table_name using errcode = '23503';
      end $$;
      create trigger never_deleted before delete or truncate on stafett.youth for each statement execute function stafett.refuse_delete();
      create trigger never_deleted before delete or truncate on stafett.record for each statement execute function stafett.refuse_delete();

      -- Nothing asks for them.
      drop index stafett.transfer_by_sender, stafett.record_by_youth;

      -- A youth is found by the number that it has, which stands in its own row; here stand those that it has had. None has changed yet.
      truncate stafett.youth_identifier;`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}
