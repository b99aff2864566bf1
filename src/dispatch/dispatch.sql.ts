import { triesShards } from '../database/locks.js';
import { statement } from '../database/tx.js';

const columns = `r.id, r.sender_id as "senderId", r.controller_id as "controllerId", r.event_id as "eventId", r.type, r.youth_id as "youthId", r.shard,
  r.group_no as "groupNo", r.named_recipient_id as "namedRecipientId", r.in_reply_to as "inReplyTo", r.cancels,
  r.hold_for_consent as "holdForConsent", r.same_event_key as "sameEventKey", r.state, b.sealed, b.kek_id as "kekId", b.wrapped_key as "wrappedKey"`;

/** The next records of shards that are locked: no other worker is at them, so no row lock is needed. $3: see low-water.ts. */
export const claimRecords = statement(
  'dispatch.claim-records',
  `select ${columns} from stafett.record r left join stafett.record_body b on b.id = r.id
   where r.state = 'received' and r.group_no >= $3 and r.shard = any ($1::int[]) order by r.group_no, r.position limit $2`,
);

export const recordsById = statement(
  'dispatch.records-by-id',
  `select ${columns} from stafett.record r left join stafett.record_body b on b.id = r.id where r.id = any ($1::uuid[])`,
);

/** Who asked: the senders of the records that answers answer. */
export const askers = statement(
  'dispatch.askers',
  `select id, sender_id as "senderId", shard from stafett.record where id = any ($1::uuid[])`,
);

/**
 * Events that another source told before: same controller, youth, and facts. Lateral, so that each key is looked up in the index: as a
 * join, the plan walked all keys for each record that has one (14 ms a look; a third of all that PostgreSQL did).
 */
export const toldBefore = statement(
  'dispatch.told-before',
  `select r.id, r.controller_id as "controllerId", r.same_event_key as "sameEventKey", r.sender_id as "senderId",
     array(select t.recipient_id from stafett.transfer t where t.record_id = r.id and t.notice is null
       and t.state in ('held', 'available', 'collected', 'acknowledged')) as recipients
   from unnest($1::uuid[], $2::bytea[]) as w (controller_id, same_event_key)
   cross join lateral (select * from stafett.record e
     where e.controller_id = w.controller_id and e.same_event_key = w.same_event_key and e.state = 'dispatched' and e.reason is null offset 0) r`,
);

export const settleRecords = statement(
  'dispatch.settle-records',
  `update stafett.record r set state = w.state, reason = w.reason, state_at = $4
   from unnest($1::uuid[], $2::text[], $3::text[]) as w (id, state, reason) where r.id = w.id`,
);

/** Only what was dispatched can be taken back: a refused record went nowhere, and one that was taken back stays so. */
export const retractRecords = statement(
  'dispatch.retract-records',
  `update stafett.record set state = 'retracted', reason = 'cancelled', state_at = $2 where id = any ($1::uuid[]) and state = 'dispatched' returning id`,
);

export const stillWaiting = statement(
  'dispatch.still-waiting',
  `select id from stafett.record where id = any ($1::uuid[]) and state = 'received'`,
);

export const anyRecheck = statement(
  'dispatch.any-recheck',
  `select from stafett.recheck where shard = any ($1::int[]) limit 1`,
);

/** `at`: the database's time. */
export const takeRechecks = statement(
  'dispatch.take-rechecks',
  `with taken as (
     delete from stafett.recheck where no in (select no from stafett.recheck where shard = any ($1::int[]) order by no limit $2)
     returning no, shard, cause, subject, other
   )
   select taken.*, now() as at from taken order by no`,
);

export const inactiveAgencies = statement(
  'dispatch.inactive-agencies',
  `select id from stafett.agency where id = any ($1::uuid[]) and not active`,
);

/** Whether nothing waits: no record, and no news, which is handled before records. $1: see low-water.ts; $2: shards that do not count. */
const free = `not exists (select from stafett.record where state = 'received' and group_no >= $1 and shard <> all ($2::int[]))
  and not exists (select from stafett.recheck where shard <> all ($2::int[]))`;

/**
 * Takes the locks of all shards, in their order, where they are of use: who holds them keeps workers away. What else is locked for longer
 * than a second by another transaction is not waited for then: intake is done without dispatch.
 */
export const lockIfFree = statement(
  'dispatch.lock-if-free',
  `select case when not (${free}) then false when not (${triesShards('$3::int', '$4::int[]')}) then false
     else set_config('lock_timeout', '1s', true) = '1s' end as got`,
);

/** Again under the locks: what was committed before they were taken is seen by this one. */
export const stillFree = statement('dispatch.still-free', `select ${free} as free`);
