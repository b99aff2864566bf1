import { statement } from '../database/tx.js';

/**
 * Of the records that events answer or cancel, what each caller may refer to: records that it received (with its own row of
 * the youth), and records that it sent. The n-th id is asked for by the n-th agency.
 */
export const references = statement(
  'intake.references',
  `select w.agency_id as "agencyId", r.id, r.type, r.sender_id as "senderId", case when r.sender_id = w.agency_id then 'sent' else 'received' end as as,
     case when r.sender_id = w.agency_id then r.youth_id else t.recipient_youth_id end as "youthId"
   from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (id, agency_id)) w
   join stafett.record r on r.id = w.id
   left join stafett.transfer t on t.record_id = r.id and t.recipient_id = w.agency_id and t.notice is null and t.collected_at is not null
   where r.sender_id = w.agency_id or t.id is not null`,
);

/**
 * Ordered by (sender, event id), as every writer of records. The order of the feed is not that of the insert: it is the group's
 * number, taken once, and the position in the group.
 */
const insert = `with g as materialized (select nextval('stafett.record_group') as no)
   insert into stafett.record (id, sender_id, controller_id, event_id, type, youth_id, shard, group_no, position, named_recipient_id,
     in_reply_to, cancels, hold_for_consent, content_hash, same_event_key, occurred_at, accepted_at, state, reason, state_at)
   select id, sender, controller, event_id, type, youth_id, shard, g.no, position, recipient_id, in_reply_to, cancels, hold, hash, same_event, occurred_at, $1, state, reason, $1
   from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::int[], $9::int[], $10::uuid[], $11::uuid[],
     $12::uuid[], $13::boolean[], $14::bytea[], $15::bytea[], $16::text[], $17::text[],
     $18::text[]) as r (id, sender, controller, event_id, type, youth_id, shard, position, recipient_id, in_reply_to, cancels, hold, hash, same_event,
     occurred_at, state, reason), g
   order by sender, event_id`;

/** Fails (23505) where an event id is taken. */
export const insertRecords = statement('intake.insert-records', insert);

/** Leaves what holds an event id already, and gives the ids of those made. */
export const insertMissingRecords = statement(
  'intake.insert-missing-records',
  `${insert} on conflict (sender_id, event_id) do nothing returning id`,
);

/**
 * What is not dispatched yet comes after all that was claimed so far, but for what its sender was told of by another process. Gives the rows that are
 * locked: they are being dispatched, or told of, just now, and have their old number where that comes to nothing.
 */
export const renumberRecords = statement(
  'intake.renumber-records',
  `with g as materialized (select nextval('stafett.record_group') as no),
   w as materialized (
     select id from stafett.record where id = any ($1::uuid[]) and state = 'received' and not number_kept for no key update skip locked
   ),
   moved as (update stafett.record r set group_no = g.no from g where r.id in (select id from w))
   select id from stafett.record where id = any ($1::uuid[]) and state = 'received' and not number_kept and id not in (select id from w)`,
);

/**
 * To be committed before its sender is told that a record is there and waits: what it sends next must get a higher number. So does what came in
 * one request with it. Who has it locked dispatches it, or gives it its new number, just now: waited for, dispatch and a repeated batch would
 * wait for each other.
 */
export const keepNumbers = statement(
  'intake.keep-numbers',
  `update stafett.record r set number_kept = true
   from (
     select o.id from (select distinct sender_id, group_no from stafett.record where id = any ($1::uuid[])) asked
     join stafett.record o using (sender_id, group_no)
     where o.state = 'received' and not o.number_kept for no key update of o skip locked
   ) w
   where r.id = w.id`,
);

export const findRecords = statement(
  'intake.find-records',
  `select r.id, r.sender_id as "senderId", r.event_id as "eventId", r.content_hash as "contentHash", r.state, r.shard
   from unnest($1::uuid[], $2::text[]) as w (sender_id, event_id) join stafett.record r using (sender_id, event_id)`,
);

export const insertBodies = statement(
  'intake.insert-bodies',
  `insert into stafett.record_body (id, sealed, kek_id, wrapped_key) select * from unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[])`,
);

/** How many records of each sender wait for dispatch, as far as a limit for all, and the first group that does. Like the claims, from a low-water mark. */
export const countWaiting = statement(
  'intake.count-waiting',
  `select sender_id as "senderId", count(sender_id)::int as waiting, coalesce(min(min(group_no)) over (), min(last_value))::text as first
   from stafett.record_group
     left join (select sender_id, group_no from stafett.record where state = 'received' and group_no >= $1 order by group_no, position limit $2) w on true
   group by sender_id`,
);
