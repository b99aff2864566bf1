import { statement } from '../database/tx.js';

export const nextGroup = statement(
  'intake.next-group',
  `select nextval('stafett.record_group') as "groupNo"`,
);

/**
 * Of the records that events answer or cancel, what the caller may refer to: records that it received (with its own row of
 * the youth), and records that it sent.
 */
export const references = statement(
  'intake.references',
  `select r.id, r.type, case when r.sender_id = $2 then 'sent' else 'received' end as as,
     case when r.sender_id = $2 then r.youth_id else t.recipient_youth_id end as "youthId"
   from stafett.record r
   left join stafett.transfer t on t.record_id = r.id and t.recipient_id = $2 and t.notice is null and t.collected_at is not null
   where r.id = any ($1::uuid[]) and (r.sender_id = $2 or t.id is not null)`,
);

/** (4). Ordered by (sender, event id), as every writer of records; the order of the feed is group number and position. */
export const insertRecords = statement(
  'intake.insert-records',
  `insert into stafett.record (id, sender_id, controller_id, event_id, type, youth_id, shard, group_no, position, named_recipient_id,
     in_reply_to, cancels, hold_for_consent, content_hash, same_event_key, occurred_at, accepted_at, state, state_at)
   select id, $2, $3, event_id, type, youth_id, shard, $4, position, recipient_id, in_reply_to, cancels, hold, hash, same_event, occurred_at, $5, 'received', $5
   from unnest($1::uuid[], $6::text[], $7::text[], $8::uuid[], $9::int[], $10::int[], $11::uuid[], $12::uuid[], $13::uuid[], $14::boolean[],
     $15::bytea[], $16::bytea[], $17::text[])
     as r (id, event_id, type, youth_id, shard, position, recipient_id, in_reply_to, cancels, hold, hash, same_event, occurred_at)
   order by event_id
   on conflict (sender_id, event_id) do nothing
   returning id`,
);

/** (5) */
export const findRecords = statement(
  'intake.find-records',
  `select id, event_id as "eventId", content_hash as "contentHash", state from stafett.record where sender_id = $1 and event_id = any ($2::text[])`,
);

export const insertBodies = statement(
  'intake.insert-bodies',
  `insert into stafett.record_body (id, sealed, kek_id, wrapped_key) select * from unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[])`,
);
