import { statement } from '../database/tx.js';

const columns = `e.id as "entryId", e.act, e.at, a.org_number as agency, o.org_number as "otherAgency", e.record_type as "recordType",
  e.record_id as "recordId", e.transfer_id as "transferId", e.consent_id as "consentId", e.person, e.detail`;
const from = `from stafett.entry_detail e left join stafett.agency a on a.id = e.agency_id left join stafett.agency o on o.id = e.other_agency_id`;

/** An auditor reads the entries that its own controller is a side of, and those of the hub itself, which concern no one else. */
const visible = `(e.controller_id = $1 or e.other_controller_id = $1 or (e.controller_id is null and e.other_controller_id is null))`;

export const entriesPage = statement(
  'audit.entries-page',
  `select ${columns} ${from}
   where ${visible} and e.id > $2 and ($4::uuid is null or e.record_id = $4) and ($5::uuid is null or e.transfer_id = $5)
     and ($6::text is null or a.org_number = $6 or o.org_number = $6) and ($7::text is null or e.act = $7)
     and ($8::timestamptz is null or e.at >= $8) and ($9::timestamptz is null or e.at < $9)
   order by e.id limit $3`,
);

export const entriesOfYouth = statement(
  'audit.entries-of-youth',
  `select ${columns} ${from} where ${visible} and e.id > $2 and (e.youth_id = $4 or e.other_youth_id = $4) order by e.id limit $3`,
);
