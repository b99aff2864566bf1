import { statement } from '../database/tx.js';

/** Shared locks by id: a withdrawal updates the row, so it waits for the reads under way and every later read sees it. */
export const lockConsentsOfYouths = statement(
  'consents.lock-of-youths',
  `select id, youth_id as "youthId", controller_id as "controllerId", from_agency_id as "fromAgencyId", to_agency_id as "toAgencyId",
     to_controller_id as "toControllerId", record_types as "recordTypes", categories, valid_from as "validFrom",
     valid_until::text as "validUntil"
   from stafett.consent where youth_id = any ($1::uuid[]) and state = 'given' order by id for share`,
);

export const withdraw = statement(
  'consents.withdraw',
  `update stafett.consent set state = 'withdrawn', withdrawn_at = $2 where id = $1 and state = 'given' returning id`,
);
