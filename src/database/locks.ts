import { statement, type Tx } from './tx.js';

/**
 * Classes of advisory locks (the first of the two int4 keys). The one lock order stands in docs/data-path.md:
 * shard, youths by blind index, consents by id, records, transfers by id, inbox numbers by agency id.
 */
export const lockClass = { shard: 7301, inbox: 7302, schedule: 7303, directory: 7304 } as const;

const tryShards = statement(
  'lock.try-shards',
  `select s as shard from unnest($2::int[]) as s where pg_try_advisory_xact_lock($1::int, s) order by s`,
);

/** Takes, without waiting, those of the shards that no other transaction holds; gives the ones it got. */
export async function tryLockShards(tx: Tx, shards: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ shard: number }>(tryShards, [
    lockClass.shard,
    [...shards].sort((a, b) => a - b),
  ]);
  return rows.map((row) => row.shard);
}

const lockInboxes = statement(
  'lock.inboxes',
  `select pg_advisory_xact_lock($1::int, hashtext(a::text)) from (select a from unnest($2::uuid[]) as a order by hashtext(a::text)) sorted`,
);

/** Waits for the inboxes' number locks, always in the same order. Two agencies may share a lock (a hash of the id): slower, never wrong. */
export async function lockInboxNumbers(tx: Tx, agencies: readonly string[]): Promise<void> {
  await tx.query(lockInboxes, [lockClass.inbox, agencies]);
}
