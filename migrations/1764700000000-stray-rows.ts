import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A hub whose clock ran months ahead for a minute may have left rows under ids of a month that had no partition yet: in the default
 * partition, where entries of the log stay for good. PostgreSQL makes no partition for such a month then, and the function that makes
 * them failed as a whole, for all months and both tables. Now that month stays in the default partition, and the others get theirs. Locks: none.
 */
export class StrayRows1764700000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(partitions);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const partitions = `
create or replace function stafett.create_partitions(months_ahead int) returns int language plpgsql security definer
  set search_path = pg_catalog, stafett as $$
declare
  parent text; first_month timestamptz; name text; made int := 0; lowest uuid; beyond uuid; strays boolean;
begin
  foreach parent in array array['record_body', 'audit_entry'] loop
    for i in 0..least(months_ahead, 24) loop
      first_month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
      name := parent || '_' || to_char(first_month at time zone 'UTC', 'YYYY_MM');
      if to_regclass('stafett.' || name) is null then
        lowest := stafett.uuid_at(first_month);
        beyond := stafett.uuid_at((first_month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
        -- Looked for first: to be refused the partition, too, takes a lock that everybody waits for.
        execute format('select exists (select from stafett.%I where id >= %L and id < %L)', parent, lowest, beyond) into strays;
        if not strays then
          execute format('create table stafett.%I partition of stafett.%I for values from (%L) to (%L)', name, parent, lowest, beyond);
          made := made + 1;
        end if;
      end if;
    end loop;
    if to_regclass('stafett.' || parent || '_default') is null then
      execute format('create table stafett.%I partition of stafett.%I default', parent || '_default', parent);
    end if;
  end loop;
  for name in select c.relname from pg_inherits h join pg_class c on c.oid = h.inhrelid
      where h.inhparent = 'stafett.audit_entry'::regclass
        and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'no_truncate') loop
    execute format('create trigger no_truncate before truncate on stafett.%I for each statement execute function stafett.refuse_rewrite()', name);
    execute format('alter table stafett.%I enable always trigger no_truncate', name);
  end loop;
  return made;
end $$;`;
