import { statement } from '../database/tx.js';

/** Scans all shards: only the sweeper does. */
export const waitingShards = statement(
  'queue.waiting-shards',
  `select shard, 'record' as what, min(group_no) as oldest, max(group_no) as newest from stafett.record where state = 'received' group by shard
   union all select shard, 'recheck', min(no), max(no) from stafett.recheck group by shard`,
);

export const insertRechecks = statement(
  'queue.insert-rechecks',
  `insert into stafett.recheck (shard, cause, subject, other, at)
   select s, c, i, o, $5 from unnest($1::int[], $2::text[], $3::uuid[], $4::uuid[]) as r (s, c, i, o)`,
);

export const databaseTime = statement('queue.database-time', 'select now() as now');

/**
 * Takes the run of a slot, or takes it over where its holder's lease has run out. Database time decides; a lease that ends later than any can is of a
 * clock that was set back since.
 */
export const takeRun = statement(
  'queue.take-run',
  `insert into stafett.scheduled_run (job, slot, fence, lease_until, started_at)
   values ($1, $2, 1, now() + make_interval(secs => $3), now())
   on conflict (job, slot) do update set fence = scheduled_run.fence + 1, lease_until = excluded.lease_until, started_at = excluded.started_at
     where scheduled_run.finished_at is null
       and (scheduled_run.lease_until < now() or scheduled_run.lease_until > now() + make_interval(secs => 2 * $3))
   returning fence`,
);

export const holdRun = statement(
  'queue.hold-run',
  `update stafett.scheduled_run set lease_until = now() + make_interval(secs => $4)
   where job = $1 and slot = $2 and fence = $3 and finished_at is null returning fence`,
);

export const finishRun = statement(
  'queue.finish-run',
  `update stafett.scheduled_run set finished_at = now() where job = $1 and slot = $2 and fence = $3 and finished_at is null returning fence`,
);

export const forgetRuns = statement(
  'queue.forget-runs',
  `delete from stafett.scheduled_run where job = $1 and finished_at < now() - interval '30 days'`,
);

const lastTerm = `(select term, until from stafett.standing_term where job = $1 order by term desc limit 1)`;

/**
 * Takes a standing job that nobody has. Two that try at once meet in the primary key, and one of them gets it. Database time decides; a lease that
 * ends later than any can is of a clock that was set back since.
 */
export const takeTerm = statement(
  'queue.take-term',
  `insert into stafett.standing_term (job, term, until)
   select $1, coalesce(last.term, 0) + 1, now() + make_interval(secs => $2)
   from (select) as one left join lateral ${lastTerm} last on true where last.until is null or last.until < now()
     or last.until > now() + make_interval(secs => 2 * $2)
   on conflict do nothing returning term`,
);

/** Nobody may have taken it meanwhile; that the lease has run out is no harm then. */
export const renewTerm = statement(
  'queue.renew-term',
  `insert into stafett.standing_term (job, term, until)
   select $1, last.term + 1, now() + make_interval(secs => $3) from ${lastTerm} last where last.term = $2
   on conflict do nothing returning term`,
);

export const checkTerm = statement('queue.check-term', `select from ${lastTerm} last where last.term = $2`);

export const endTerm = statement(
  'queue.end-term',
  `insert into stafett.standing_term (job, term, until)
   select $1, last.term + 1, now() - interval '1 second' from ${lastTerm} last where last.term = $2 on conflict do nothing`,
);

export const forgetTerms = statement(
  'queue.forget-terms',
  `delete from stafett.standing_term where job = $1 and term < $2::bigint - 1000`,
);
