import type { DataSource } from 'typeorm';

/** Months beyond the running one that have partitions. A hub that nobody restarts for half a year still has its own scheduled run. */
export const MONTHS_AHEAD = 6;

/** Two hubs that make the same partition at once would meet in an error. Beside the classes in locks.ts. */
const PARTITIONS_LOCK = [7309, 3] as const;

/**
 * Makes the partitions of this month and the next six where they are missing. Only where the tables are free: whoever waits for all of a table has
 * everybody wait behind him, a backup that reads it may take hours, and there is half a year to try again.
 * @returns how many were made
 */
export function ensurePartitions(db: DataSource): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, $2)', [...PARTITIONS_LOCK]);
    await tx.query(`set local lock_timeout = '200ms'`);
    const [row] = await tx.query<{ made: number }[]>('select stafett.create_partitions($1::int) as made', [
      MONTHS_AHEAD,
    ]);
    return row?.made ?? 0;
  });
}

/**
 * Whether both partitioned tables have a partition of their own for next month, by the database's clock. Without one rows
 * go to the default partition, where they can neither be dropped month by month nor make room for a partition later:
 * readiness says so while there is time. Where rows of that month are there already, left by a clock that ran ahead, it is too late, and no
 * reason to serve nobody.
 */
export async function nextMonthHasPartitions(db: DataSource): Promise<boolean> {
  const [row] = await db.query<{ ready: boolean }[]>(`
    with next as (select (date_trunc('month', now() at time zone 'UTC') + interval '1 month') as month),
    ids as (select stafett.uuid_at(month at time zone 'UTC') as first, stafett.uuid_at((month + interval '1 month') at time zone 'UTC') as beyond from next)
    select (to_regclass('stafett.record_body_' || to_char(month, 'YYYY_MM')) is not null
        or exists (select from stafett.record_body, ids where id >= first and id < beyond))
      and (to_regclass('stafett.audit_entry_' || to_char(month, 'YYYY_MM')) is not null
        or exists (select from stafett.audit_entry, ids where id >= first and id < beyond)) as ready
    from next`);
  return row?.ready ?? false;
}
