import { statement } from '../database/tx.js';

/**
 * SQL: the later of a process's clock and the database's, and the earlier. A time to hold or to collect begins at the later one and is over at the
 * earlier: where one of the two is wrong by a month, nothing is erased for that.
 */
const begins = (clock: string): string => `greatest(${clock}::timestamptz, now())`;
const hasPassed = (clock: string): string => `least(${clock}::timestamptz, now())`;

/**
 * Makes transfers. Those that are available get the next numbers of their recipient's inbox, in the order of the
 * arrays; the inbox locks are held by now, so `max(no)` is what every committed transfer has (a counter row would grow under an
 * old snapshot: 0.2 to 0.6 ms; this stayed flat).
 */
const insert = `with draft as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::int[], $9::text[], $10::text[],
       $11::timestamptz[], $12::text[], $13::text[], $14::text[], $15::text[], $16::jsonb[]) with ordinality
       as d (id, record_id, recipient_id, part, sender_id, record_type, youth_id, shard, state, hold_reason, hold_until, ground, categories,
         withheld, consents, notice, ord)
   ), top as (
     select r.recipient_id, coalesce((select max(t.no) from stafett.transfer t where t.recipient_id = r.recipient_id), 0) as no
     from (select distinct recipient_id from draft where state = 'available') r
   )
   insert into stafett.transfer (id, record_id, recipient_id, part, sender_id, record_type, youth_id, shard, no, state, state_at, hold_reason,
     hold_until, ground, categories, withheld, consent_ids, notice, created_at, available_at)
   select d.id, d.record_id, d.recipient_id, d.part, d.sender_id, d.record_type, d.youth_id, d.shard,
     case when d.state = 'available' then top.no + row_number() over (partition by d.recipient_id, d.state order by d.ord) end,
     d.state, $17, d.hold_reason, d.hold_until + (${begins('$17')} - $17::timestamptz), d.ground, string_to_array(d.categories, ' '), string_to_array(d.withheld, ' '),
     string_to_array(d.consents, ' ')::uuid[], d.notice, $17, case when d.state = 'available' then ${begins('$17')} end
   from draft d left join top using (recipient_id)`;

/** Of records that have none: fails (23505) where one is there. */
export const insertTransfers = statement('transfers.insert', insert);

/** Of records that their recipients may have already, and notices: gives the ids of those made. */
export const insertFurther = statement(
  'transfers.insert-further',
  `${insert} on conflict (record_id, recipient_id, part) do nothing returning id`,
);

const open = `select t.id, t.record_id as "recordId", t.recipient_id as "recipientId", t.sender_id as "senderId", t.record_type as "recordType",
  t.youth_id as "youthId", t.shard, t.state, t.hold_reason as "holdReason",
  t.hold_until as "holdUntil", t.available_at as "availableAt", t.reason, r.event_id as "eventId", r.controller_id as "controllerId",
  t.consent_ids as "consentIds"
  from stafett.transfer t join stafett.record r on r.id = t.record_id`;

/**
 * What news is about, found without locks: the transfers, and the youths to lock before them. What was found is looked at
 * again once it is locked.
 */
export const findAffected = statement(
  'transfers.find-affected',
  `select t.id, t.youth_id as "youthId" from stafett.transfer t join stafett.consent c on c.youth_id = t.youth_id
     where c.id = any ($1::uuid[]) and t.held and t.hold_reason = 'consent-missing'
   union
   select id, youth_id from stafett.transfer where consent_ids <> '{}' and consent_ids && $2::uuid[] and state in ('held', 'available', 'collected')
   union
   select id, youth_id from stafett.transfer where youth_id = any ($3::uuid[]) and open and notice is null
   union
   (select id, youth_id from stafett.transfer where recipient_id = any ($4::uuid[]) and open and state = 'available' and notice is null limit $6)
   union
   select id, youth_id from stafett.transfer where id = any ($5::uuid[]) and notice is null`,
);

/** Not `for update`: a discrepancy that refers to one locks its key, in an order of its own. */
export const transfersById = statement(
  'transfers.by-id',
  `${open} where t.id = any ($1::uuid[]) and t.notice is null order by t.id for no key update of t`,
);
export const transfersOfRecords = statement(
  'transfers.of-records',
  `${open} where t.record_id = any ($1::uuid[]) and t.notice is null order by t.id for no key update of t`,
);

/** Ends transfers. The database's own table of moves refuses what may not be. */
export const closeTransfers = statement(
  'transfers.close',
  `update stafett.transfer t set state = w.state, state_at = $4, reason = w.reason
   from unnest($1::uuid[], $2::text[], $3::text[]) as w (id, state, reason) where t.id = w.id`,
);

/** Lets held transfers go: they get their numbers now, in the order in which their records were taken in. The inbox locks are held. */
export const releaseTransfers = statement(
  'transfers.release',
  `with w as (
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) as w (id, ground, categories, withheld, consents)
   ), numbered as (
     select w.*, (select coalesce(max(x.no), 0) from stafett.transfer x where x.recipient_id = t.recipient_id)
       + row_number() over (partition by t.recipient_id order by r.group_no, r.position, w.id) as no
     from w join stafett.transfer t on t.id = w.id join stafett.record r on r.id = t.record_id
   )
   update stafett.transfer t set state = 'available', state_at = $6, available_at = ${begins('$6')}, no = n.no, hold_reason = null, hold_until = null,
     ground = n.ground, categories = string_to_array(n.categories, ' '), withheld = string_to_array(n.withheld, ' '),
     consent_ids = string_to_array(n.consents, ' ')::uuid[]
   from numbered n where t.id = n.id`,
);

/** A held transfer that now waits for something else. Its window stays what it was. */
export const holdAgain = statement(
  'transfers.hold-again',
  `update stafett.transfer t set hold_reason = w.reason, ground = w.ground, categories = string_to_array(w.categories, ' '),
     withheld = string_to_array(w.withheld, ' '), consent_ids = string_to_array(w.consents, ' ')::uuid[]
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as w (id, reason, ground, categories, withheld, consents)
   where t.id = w.id and t.state = 'held'`,
);

/** Erases the bodies of records of which no transfer is left that anyone may still read or get. */
export const eraseBodies = statement(
  'transfers.erase-bodies',
  `delete from stafett.record_body b where b.id = any ($1::uuid[]) and not exists (
     select from stafett.transfer t where t.record_id = b.id and t.notice is null and t.state in ('held', 'available', 'collected', 'acknowledged', 'rejected'))`,
);

const untold = (subject: string): string =>
  `not exists (select from stafett.recheck n where n.subject = ${subject})`;

/** $1: the process's clock; $2: days to collect. Those of which no news waits. From the oldest on, by an index each: in the order of ids it would go over every transfer there is to find that none is. */
export const overdue = statement(
  'transfers.overdue',
  `(select id, shard, 'hold-over' as cause from stafett.transfer t
    where held and hold_until <= ${hasPassed('$1')} and ${untold('t.id')} order by hold_until limit $3)
   union all
   (select id, shard, 'available-over' from stafett.transfer t
    where open and state = 'available' and notice is null and available_at <= ${hasPassed('$1')} - $2::int * interval '24 hours' and ${untold('t.id')} order by available_at limit $3)`,
);

/** Made by a process whose directory was a moment old, after the news that their recipient had left was handled. */
export const leftBehind = statement(
  'transfers.left-behind',
  `select a.id from stafett.agency a cross join lateral (
     select from stafett.transfer t where t.recipient_id = a.id and t.open and t.state = 'available' and t.notice is null order by t.no limit 1) one
   where not a.active and ${untold('a.id')}`,
);
