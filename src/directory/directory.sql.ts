import { statement } from '../database/tx.js';

/** One loader at a time; readers never wait for it. */
export const lockDirectory = statement('directory.lock', `select pg_advisory_xact_lock($1::int, 0)`);

/**
 * The whole directory in one statement, so that it is one moment's: READ COMMITTED gives every statement its own view, and
 * five of them could show an agency without its controller. A few hundred rows; dates come as text in JSON.
 */
export const readDirectory = statement(
  'directory.read',
  `select
     (select coalesce(json_agg(c), '[]') from (
       select id, org_number as "orgNumber", name, kind, agreement_from as "agreementFrom", agreement_to as "agreementTo", active
       from stafett.controller) c) as "controllers",
     (select coalesce(json_agg(r), '[]') from (select id, county, code, name, active from stafett.region) r) as "regions",
     (select coalesce(json_agg(a), '[]') from (
       select id, org_number as "orgNumber", kind, name, unit_code as "unitCode", county, municipality, region_id as "regionId",
         controller_id as "controllerId", second_controller_id as "secondControllerId", coordinator, active
       from stafett.agency) a) as "agencies",
     (select coalesce(json_agg(t), '[]') from (
       select id, county, code, name, ot_agency_id as "otAgencyId", active,
         array(select m.agency_id from stafett.team_member m where m.team_id = team.id order by 1) as members
       from stafett.team) t) as "teams",
     (select coalesce(json_agg(s), '[]') from (
       select municipality, kind, agency_id as "agencyId", county from stafett.service_area) s) as "serviceAreas"`,
);

export const lastFile = statement('directory.last-file', 'select sha256 from stafett.directory_file');

export const noteFile = statement(
  'directory.note-file',
  `insert into stafett.directory_file (sha256, loaded_at) values ($1, now())
   on conflict (one) do update set sha256 = excluded.sha256, loaded_at = excluded.loaded_at`,
);
