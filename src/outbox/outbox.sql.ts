import { statement } from '../database/tx.js';

const record = `r.id, r.sender_id as "senderId", r.event_id as "eventId", r.type, r.state, r.reason, r.accepted_at as "acceptedAt",
  r.group_no as "groupNo", r.position`;

/** What relies on a withdrawn release shows `withdrawn` at once, whether or not dispatch has got there. */
const transfer = `t.id, t.record_id as "recordId", t.recipient_id as "recipientId", t.hold_reason as "holdReason", t.hold_until as "holdUntil",
  t.state_at as "stateAt", t.ground, t.withheld, t.reason, t.no is not null as numbered, t.state as "storedState",
  case when t.state in ('held', 'available', 'collected') and exists (
    select from stafett.consent c where c.id = any (t.consent_ids) and c.state = 'withdrawn') then 'withdrawn' else t.state end as state`;

export const recordById = statement(
  'outbox.record-by-id',
  `select ${record} from stafett.record r where r.id = $1`,
);

export const transfersOf = statement(
  'outbox.transfers-of',
  `select ${transfer} from stafett.transfer t where t.record_id = any ($1::uuid[]) and t.notice is null order by t.id`,
);

const page = (state: string): string => `select ${record} from stafett.record r
   where r.sender_id = $1 and (r.group_no, r.position) > ($2::bigint, $3::int) ${state} order by r.group_no, r.position limit $4`;

export const outboxPage = statement('outbox.page', page(''));
export const outboxPageByRecordState = statement('outbox.page-by-record-state', page('and r.state = $5'));
export const outboxPageByTransferState = statement(
  'outbox.page-by-transfer-state',
  page(
    `and exists (select from (select ${transfer} from stafett.transfer t where t.record_id = r.id and t.notice is null) x where x.state = $5)`,
  ),
);
