import { statement } from '../database/tx.js';

/** In one statement: begun, bound and answered once for the leaves and what they commit to. All acts of a call have one time. */
export const appendEntries = statement(
  'audit.append-entries',
  `with told as (
     insert into stafett.entry_detail (id, act, controller_id, other_controller_id, agency_id, other_agency_id, record_type, record_id,
       transfer_id, consent_id, person, youth_id, other_youth_id, detail, at)
     select id, act, controller, other_controller, agency, other_agency, record_type, record, transfer, consent, person, youth, other_youth, detail::jsonb, $15::timestamptz
     from unnest($1::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[], $10::uuid[], $11::uuid[],
       $12::text[], $13::uuid[], $14::uuid[], $16::text[])
       as d (id, act, controller, other_controller, agency, other_agency, record_type, record, transfer, consent, person, youth, other_youth, detail)
   )
   insert into stafett.audit_entry (id, entry) select * from unnest($1::uuid[], $2::bytea[])`,
);
