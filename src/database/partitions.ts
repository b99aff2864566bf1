import type { DataSource } from 'typeorm';

/** Months beyond the running one that have partitions. A hub that nobody restarts for half a year still has its own scheduled run. */
export const MONTHS_AHEAD = 6;

/** Two hubs that make the same partition at once would meet in an error. Beside the classes in locks.ts. */
const PARTITIONS_LOCK = [7309, 3] as const;

/** Makes the partitions of this month and the next six where they are missing. @returns how many were made */
export function ensurePartitions(db: DataSource): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, $2)', [...PARTITIONS_LOCK]);
    const [row] = await tx.query<{ made: number }[]>('select stafett.create_partitions($1::int) as made', [
      MONTHS_AHEAD,
    ]);
    return row?.made ?? 0;
  });
}

/**
 * Whether both partitioned tables have a partition of their own for next month, by the database's clock. Without one rows
 * go to the default partition, where they can neither be dropped month by month nor make room for a partition later:
 * readiness says so while there is time.
 */
export async function nextMonthHasPartitions(db: DataSource): Promise<boolean> {
  const [row] = await db.query<{ ready: boolean }[]>(`
    select count(*) = 2 as ready
    from unnest(array['record_body', 'audit_entry']) as parent
    join pg_catalog.pg_inherits h on h.inhparent = to_regclass('stafett.' || parent)
    join pg_catalog.pg_class c on c.oid = h.inhrelid
    where c.relname = parent || '_' || to_char(date_trunc('month', now() at time zone 'UTC') + interval '1 month', 'YYYY_MM')`);
  return row?.ready ?? false;
}
