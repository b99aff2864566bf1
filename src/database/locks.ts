import { statement, type Tx } from './tx.js';

/**
 * Classes of advisory locks (the first of the two int4 keys). The one lock order stands in docs/data-path.md:
 * shard, reading, youths by blind index, consents by id, records, transfers by id, inbox numbers by agency id.
 */
export const lockClass = {
  shard: 7301,
  inbox: 7302,
  schedule: 7303,
  directory: 7304,
  start: 7305,
  reading: 7306,
  giving: 7307,
} as const;

/**
 * Shards share locks, as each lock of a look costs PostgreSQL 1 µs: 256 of them were a twentieth of what it did. Sixteen lanes can still be looked
 * at at once, and two lanes of more that meet at a lock wait for each other.
 */
const SHARD_LOCKS = 16;

/**
 * SQL: takes these locks of shards without waiting, and says whether it got all. Nothing more is tried where the first is held: what a transaction
 * has got goes only with it, and keeps workers away until then.
 * @param shardClass the statement's parameter that has the class (int4)
 * @param locks the one that has the locks in their order (int4[])
 */
export const triesShards = (shardClass: string, locks: string): string =>
  `case when pg_try_advisory_xact_lock(${shardClass}, (${locks})[1])
     then (select bool_and(pg_try_advisory_xact_lock(${shardClass}, l)) from unnest(${locks}) as l) else false end`;

/** The locks of all shards, in their order. */
export const allShardLocks: readonly number[] = Array.from({ length: SHARD_LOCKS }, (_, lock) => lock);

const tryShards = statement('lock.try-shards', `select ${triesShards('$1::int', '$2::int[]')} as got`);

/**
 * Takes, without waiting, all the shards, or says that another transaction holds one (what it has taken by then goes with the
 * transaction). All of them, because records of two youths to one recipient must not overtake each other either.
 */
export async function tryLockShards(tx: Tx, shards: readonly number[]): Promise<boolean> {
  const [row] = await tx.query<{ got: boolean }>(tryShards, [
    lockClass.shard,
    [...new Set(shards.map((shard) => shard % SHARD_LOCKS))].sort((a, b) => a - b),
  ]);
  return row?.got ?? false;
}

const enterAsReader = statement('lock.reader', 'select pg_advisory_xact_lock_shared($1::int, 0)');
const enterAlone = statement('lock.readers-out', 'select pg_advisory_xact_lock($1::int, 0)');

/**
 * Before it shares locks of youths and releases: whoever hands something out. Others may at the same time, until one comes that keeps readers
 * out; who comes after that one waits for it.
 */
export const asReader = (tx: Tx): void => tx.send(enterAsReader, [lockClass.reading]);

/**
 * Waits for those who hand something out just now, and lets no other begin. For who changes what they share: a release that is taken back, a
 * protection grade that rises. PostgreSQL lets new readers of a row pass those who wait to change it, and begins their ten seconds anew with
 * each: eight who pulled kept a withdrawal waiting for 30 s, and a group of intake, with all senders in it. Advisory locks are given in their order.
 */
export const keepReadersOut = (tx: Tx): void => tx.send(enterAlone, [lockClass.reading]);

const lockInboxes = statement(
  'lock.inboxes',
  `select pg_advisory_xact_lock($1::int, hashtext(a::text)) from (select a from unnest($2::uuid[]) as a order by hashtext(a::text)) sorted`,
);

/** Takes the inboxes' number locks, always in the same order; what is sent next waits for them. Two agencies may share a lock (a hash of the id): slower, never wrong. */
export function lockInboxNumbers(tx: Tx, agencies: readonly string[]): void {
  tx.send(lockInboxes, [lockClass.inbox, agencies]);
}
