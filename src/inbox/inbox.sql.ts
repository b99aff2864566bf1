import { statement } from '../database/tx.js';

const columns = `t.id as "transferId", t.no, t.categories, t.consent_ids as "consentIds", t.notice, case when t.notice is not null then t.created_at end as "noticedAt",
  t.recipient_youth_id as "recipientYouthId", r.id, r.event_id as "eventId", r.type, r.sender_id as "senderId", r.controller_id as "controllerId",
  r.youth_id as "youthId", r.group_no as "groupNo", r.position, r.occurred_at as "occurredAt", r.in_reply_to as "inReplyTo",
  exists (select from stafett.consent c where c.id = any (t.consent_ids) and c.state = 'withdrawn') as "consentWithdrawn", b.sealed, b.kek_id as "kekId", b.wrapped_key as "wrappedKey",
  k.kek_id as "youthKekId", k.wrapped as "youthWrapped"`;
const from = `from stafett.transfer t join stafett.record r on r.id = t.record_id
  left join stafett.record_body b on b.id = t.record_id and t.notice is null
  left join stafett.youth_key k on k.youth_id = r.youth_id and t.notice is null`;
const typed = `($3::text[] is null or (case when t.notice is null then t.record_type else 'notice' end) = any ($3))`;

/** Without a cursor: what is open, lowest number first (index transfer_open). $2: see answered-up-to.ts. */
export const openPage = statement(
  'inbox.open-page',
  `select ${columns} ${from} where t.recipient_id = $1 and t.no > $2 and t.open and ${typed} order by t.no limit $4`,
);

/** With a cursor: everything above it that may still be read (unique index recipient_id, no). */
export const pageAfter = statement(
  'inbox.page-after',
  `select ${columns} ${from} where t.recipient_id = $1 and t.no > $2 and t.state not in ('withdrawn', 'expired') and ${typed} order by t.no limit $4`,
);

/** The number that every committed transfer of the inbox is at or below: where an empty first page leaves its reader. */
export const highest = statement(
  'inbox.highest',
  `select coalesce(max(no), 0) as no from stafett.transfer where recipient_id = $1`,
);

/** The states again, now that the rows are locked: since the page was read some may have been withdrawn. */
export const lockTransfers = statement(
  'inbox.lock-transfers',
  `select id, state from stafett.transfer where id = any ($1::uuid[]) order by id for no key update`,
);

export const collect = statement(
  'inbox.collect',
  `update stafett.transfer t set state = case t.state when 'available' then 'collected' else t.state end,
     state_at = case t.state when 'available' then $3 else t.state_at end, collected_at = coalesce(t.collected_at, $3),
     recipient_youth_id = coalesce(t.recipient_youth_id, w.youth_id)
   from unnest($1::uuid[], $2::uuid[]) as w (id, youth_id) where t.id = w.id and (t.state = 'available' or t.recipient_youth_id is null and w.youth_id is not null)`,
);

const answerable = `t.id as "transferId", t.no, t.state, t.notice is not null as notice, t.record_id as "recordId",
  t.record_type as "recordType", t.sender_id as "senderId", t.shard, t.youth_id as "youthId", t.recipient_youth_id as "recipientYouthId",
  exists (select from stafett.consent c where c.id = any (t.consent_ids) and c.state = 'withdrawn') as "consentWithdrawn"`;

export const answerableById = statement(
  'inbox.answerable-by-id',
  `select ${answerable} from stafett.transfer t where t.recipient_id = $1 and t.id = any ($2::uuid[])`,
);

/** What is open up to a number, so many at once. $4: see answered-up-to.ts. */
export const answerableThrough = statement(
  'inbox.answerable-through',
  `select ${answerable} from stafett.transfer t where t.recipient_id = $1 and t.no > $4 and t.no <= $2 and t.open and ${typed} order by t.no limit $5`,
);

/**
 * Moves what is still collected; a second answer to the same transfer finds it moved and loses politely. The ids come in the order of
 * the locks, and are taken one by one: a nested loop over them is the only plan there is (data-source.ts).
 */
export const answer = statement(
  'inbox.answer',
  `update stafett.transfer t set state = $2, state_at = $3, reason = $4 from unnest($1::uuid[]) as w (id)
   where t.id = w.id and t.state = 'collected' returning t.id`,
);
