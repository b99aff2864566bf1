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

/** Takes the run of a slot, or takes it over where its holder's lease has run out. Database time decides. */
export const takeRun = statement(
  'queue.take-run',
  `insert into stafett.scheduled_run (job, slot, fence, lease_until, started_at)
   values ($1, $2, 1, now() + make_interval(secs => $3), now())
   on conflict (job, slot) do update set fence = scheduled_run.fence + 1, lease_until = excluded.lease_until, started_at = excluded.started_at
     where scheduled_run.finished_at is null and scheduled_run.lease_until < now()
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
