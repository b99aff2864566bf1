import { statement } from '../../database/tx.js';

const columns = `d.id, d.act, d.at, d.controller_id as "controllerId", d.other_controller_id as "otherControllerId", d.agency_id as "agencyId",
  d.other_agency_id as "otherAgencyId", d.record_type as "recordType", d.record_id as "recordId", d.transfer_id as "transferId",
  d.consent_id as "consentId", d.person, d.youth_id as "youthId", d.detail, e.entry as leaf, l.leaf_index as "leafIndex"`;
const joins = `left join stafett.audit_entry e on e.id = d.id left join stafett.audit_leaf l on l.entry_no = e.no`;

/** Details with their leaves and places, by id. */
export const detailsById = statement(
  'opening.details-by-id',
  `select ${columns} from stafett.entry_detail d ${joins} where d.id = any ($1::uuid[]) order by d.id`,
);

export const detailsAfter = statement(
  'opening.details-after',
  `select ${columns} from (select * from stafett.entry_detail where id > $1 order by id limit $2) d ${joins} order by d.id`,
);

/** Disclosures and acknowledgements of a transfer that the agency sent or got. */
export const receiptsOfTransfer = statement(
  'opening.receipts-of-transfer',
  `select d.id from stafett.transfer t join stafett.entry_detail d on d.record_id = t.record_id and d.transfer_id = t.id
   where t.id = $1 and $2::uuid in (t.sender_id, t.recipient_id) and d.act in ('transfer-disclosed', 'transfer-acknowledged')
   order by d.id limit $3`,
);

export const isSideOfTransfer = statement(
  'opening.is-side-of-transfer',
  `select from stafett.transfer where id = $1 and $2::uuid in (sender_id, recipient_id)`,
);

/** Disclosures of a youth's data, out of the controller or into it. */
export const disclosuresOfYouth = statement(
  'opening.disclosures-of-youth',
  `select e.id from stafett.entry_detail e where e.act = 'transfer-disclosed' and e.id > $3 and (e.youth_id = $1 or e.other_youth_id = $1)
     and $2::uuid in (e.controller_id, e.other_controller_id) order by e.id limit $4`,
);

export const agencyNames = statement(
  'opening.agency-names',
  `select id, org_number as "orgNumber", name from stafett.agency where id = any ($1::uuid[])`,
);
