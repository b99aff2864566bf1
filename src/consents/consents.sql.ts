import { statement } from '../database/tx.js';

/** Shared locks by id: a withdrawal updates the row, so it waits for the reads under way and every later read sees it. */
export const lockConsentsOfYouths = statement(
  'consents.lock-of-youths',
  `select id, youth_id as "youthId", controller_id as "controllerId", from_agency_id as "fromAgencyId", to_agency_id as "toAgencyId",
     to_controller_id as "toControllerId", record_types as "recordTypes", categories, valid_from as "validFrom",
     valid_until::text as "validUntil"
   from stafett.consent where youth_id = any ($1::uuid[]) and state = 'given' order by id for share`,
);

/** Keeps another release of the youth from being registered at the same moment. Nobody else waits for it, and it not for those who share the youth's row. */
export const lockGiving = statement(
  'consents.lock-giving',
  'select pg_advisory_xact_lock($1::int, hashtext($2::uuid::text))',
);

/** The youth's releases that say the same, but for what is sealed. One that is being withdrawn is waited for. */
export const likeReleases = statement(
  'consents.like',
  `select id, sealed from stafett.consent where youth_id = $1 and state = 'given' and controller_id = $2 and from_agency_id is not distinct from $3
     and to_agency_id is not distinct from $4 and to_controller_id is not distinct from $5 and record_types = $6 and categories = $7
     and valid_until = $8 order by id for share`,
);

export const withdraw = statement(
  'consents.withdraw',
  `update stafett.consent set state = 'withdrawn', withdrawn_at = $2 where id = $1 and state = 'given' returning id`,
);
