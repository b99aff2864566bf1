import { statement } from '../database/tx.js';

export const appendEntries = statement(
  'audit.append-entries',
  `insert into stafett.audit_entry (id, entry) select * from unnest($1::uuid[], $2::bytea[])`,
);

export const appendDetails = statement(
  'audit.append-details',
  `insert into stafett.entry_detail (id, act, at, controller_id, other_controller_id, agency_id, other_agency_id, record_type, record_id,
     transfer_id, consent_id, person, youth_id, other_youth_id, detail)
   select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[],
     $10::uuid[], $11::uuid[], $12::text[], $13::uuid[], $14::uuid[], $15::jsonb[])`,
);
