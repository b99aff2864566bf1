import { statement } from '../database/tx.js';

/**
 * What has gone wrong on the way, once for each controller that is a side of it, less what stands open already or what someone has resolved: that does not come back every night. $1: as of this
 * moment; $2: before this, a received record is stuck; $3: before this, an available transfer should be acknowledged; $4: the
 * controller whose side is looked at, or null for all.
 */
export const findDeliveries = statement(
  'reconciliation.find-deliveries',
  `with wrong as (
     select 'stuck' as code, r.id as record_id, null::uuid as transfer_id, r.accepted_at as since, r.controller_id, r.sender_id as owner_id
     from stafett.record r where r.state = 'received' and r.accepted_at < $2
     union all
     select 'no-outcome', r.id, null, r.state_at, r.controller_id, r.sender_id
     from stafett.record r where r.state = 'dispatched' and r.reason is null and r.state_at < $2
       and not exists (select from stafett.transfer t where t.record_id = r.id and t.notice is null)
     union all
     select 'held-too-long', t.record_id, t.id, t.hold_until, s.controller_id, t.sender_id
     from stafett.transfer t join stafett.agency s on s.id = t.sender_id
     where t.held and t.hold_until < $1
     union all
     select 'unacknowledged', t.record_id, t.id, t.available_at, side.controller_id, t.recipient_id
     from stafett.transfer t
     join stafett.agency s on s.id = t.sender_id
     join stafett.agency r on r.id = t.recipient_id
     cross join lateral (select s.controller_id union select r.controller_id) as side (controller_id)
     where t.open and t.notice is null and t.available_at < $3
   )
   select code, record_id as "recordId", transfer_id as "transferId", since, controller_id as "controllerId", owner_id as "ownerId"
   from wrong w
   where ($4::uuid is null or controller_id = $4) and not exists (
     select from stafett.discrepancy d where (d.state = 'open' or d.outcome <> 'settled') and d.controller_id = w.controller_id and d.code = w.code
       and coalesce(d.transfer_id, d.record_id) = coalesce(w.transfer_id, w.record_id))
   order by record_id, code, controller_id limit $5`,
);

/** How many records and transfers the run looked at: those on which something is still to happen. */
export const countOpen = statement(
  'reconciliation.count-open',
  `select (select count(*) from stafett.record where state = 'received' and ($1::uuid is null or controller_id = $1))
     + (select count(*) from stafett.transfer t join stafett.agency s on s.id = t.sender_id join stafett.agency r on r.id = t.recipient_id
        where t.state in ('held', 'available', 'collected') and t.notice is null
          and ($1::uuid is null or s.controller_id = $1 or r.controller_id = $1)) as checked`,
);

export const insertRun = statement(
  'reconciliation.insert-run',
  `insert into stafett.reconciliation_run (id, kind, as_of, asked_by, controller_id, started_at) values ($1, $2, $3, $4, $5, $6)`,
);

export const finishRun = statement(
  'reconciliation.finish-run',
  `update stafett.reconciliation_run set finished_at = $2, checked = $3, found = $4 where id = $1`,
);

/** Two runs at once find the same: the first one's row stays. */
export const insertDiscrepancies = statement(
  'reconciliation.insert-discrepancies',
  `insert into stafett.discrepancy (id, run_id, kind, code, record_id, transfer_id, controller_id, owner_agency_id, due_on, found_at, state)
   select id, $2, $3, code, record_id, transfer_id, controller_id, owner_id, due_on, $4, 'open'
   from unnest($1::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::date[])
     as d (id, code, record_id, transfer_id, controller_id, owner_id, due_on)
   on conflict do nothing returning id`,
);

/** What has come right since it was found. It goes by the states alone, so that a run for another day closes nothing too early. */
export const settleDiscrepancies = statement(
  'reconciliation.settle',
  `update stafett.discrepancy d set state = 'resolved', outcome = 'settled', resolved_at = $1
   where d.state = 'open' and d.kind = $2 and ($3::uuid is null or d.controller_id = $3) and case d.code
     when 'stuck' then exists (select from stafett.record r where r.id = d.record_id and r.state <> 'received')
     when 'no-outcome' then exists (select from stafett.record r where r.id = d.record_id and (r.state <> 'dispatched' or r.reason is not null
       or exists (select from stafett.transfer t where t.record_id = r.id and t.notice is null)))
     when 'held-too-long' then exists (select from stafett.transfer t where t.id = d.transfer_id and t.state <> 'held')
     when 'unacknowledged' then exists (select from stafett.transfer t where t.id = d.transfer_id and t.state not in ('available', 'collected'))
     else false end
   returning d.id, d.code, d.record_id as "recordId", d.transfer_id as "transferId", d.controller_id as "controllerId", d.owner_agency_id as "ownerId"`,
);

const columns = `d.id as "discrepancyId", d.run_id as "runId", d.kind, d.code, d.state, d.record_id as "recordId", d.transfer_id as "transferId",
  o.org_number as owner, d.due_on::text as "dueOn", d.found_at as "foundAt", d.outcome, d.reason, b.org_number as "resolvedBy",
  d.resolved_at as "resolvedAt"`;
const from = `from stafett.discrepancy d join stafett.agency o on o.id = d.owner_agency_id left join stafett.agency b on b.id = d.resolved_by`;

export const discrepanciesPage = statement(
  'reconciliation.page',
  `select ${columns} ${from}
   where d.controller_id = $1 and d.id > $2 and ($4::text is null or d.kind = $4) and ($5::text is null or d.state = $5)
   order by d.id limit $3`,
);

export const discrepancyById = statement(
  'reconciliation.by-id',
  `select ${columns} ${from} where d.id = $1 and d.controller_id = $2`,
);

export const resolveDiscrepancy = statement(
  'reconciliation.resolve',
  `update stafett.discrepancy set state = 'resolved', outcome = $3, reason = $4, resolved_by = $5, resolved_at = $6
   where id = $1 and controller_id = $2 and state = 'open' returning id`,
);
