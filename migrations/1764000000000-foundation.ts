import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Foundation: directory, vault, consents, records, transfers, audit, reconciliation, schedules.
 * Locks: creates objects only; takes ACCESS EXCLUSIVE on nothing that exists.
 * The application's role owns nothing; what it may do is granted after every migration (src/database/grants.ts).
 */
export class Foundation1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of statements) await db.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const directory = `
create table stafett.controller (
  id uuid primary key,
  org_number char(9) not null unique,
  name text not null,
  kind text not null check (kind in ('county-authority', 'nav-state', 'municipality', 'private-school')),
  agreement_from date,
  agreement_to date,
  active boolean not null default true
);
create table stafett.region (
  id uuid primary key,
  county char(2) not null,
  code text not null,
  name text not null,
  active boolean not null default true,
  unique (county, code)
);
create table stafett.agency (
  id uuid primary key,
  org_number char(9) not null unique,
  kind text not null check (kind in ('school', 'ot', 'nav', 'municipality', 'career-centre', 'county')),
  name text not null,
  unit_code text,
  county char(2) not null,
  municipality char(4),
  region_id uuid references stafett.region,
  controller_id uuid not null references stafett.controller,
  second_controller_id uuid references stafett.controller,
  coordinator text,
  active boolean not null default true
);
create index agency_by_controller on stafett.agency (controller_id);
create table stafett.team (
  id uuid primary key,
  county char(2) not null,
  code text not null,
  name text not null,
  ot_agency_id uuid not null references stafett.agency,
  active boolean not null default true,
  unique (county, code)
);
create table stafett.team_member (
  team_id uuid not null references stafett.team,
  agency_id uuid not null references stafett.agency,
  primary key (team_id, agency_id)
);
create table stafett.service_area (
  municipality char(4) not null,
  kind text not null check (kind in ('ot', 'nav')),
  agency_id uuid not null references stafett.agency,
  county char(2) not null,
  primary key (municipality, kind)
);`;

const vault = `
create table stafett.key_check (name text primary key, value bytea not null);
create table stafett.youth (
  id uuid primary key,
  controller_id uuid not null references stafett.controller,
  blind_index bytea,
  identity_sealed bytea,
  protection text not null default 'none' check (protection in ('none', 'confidential', 'strictly-confidential')),
  shard smallint not null check (shard between 0 and 255),
  created_at timestamptz not null,
  erased_at timestamptz,
  unique (controller_id, blind_index),
  check ((erased_at is null) = (blind_index is not null))
);
create table stafett.youth_identifier (
  youth_id uuid not null references stafett.youth,
  blind_index bytea not null,
  valid_from timestamptz not null,
  primary key (youth_id, blind_index)
);
create table stafett.youth_key (
  youth_id uuid primary key references stafett.youth,
  kek_id text not null,
  wrapped bytea not null
);`;

const consents = `
create table stafett.consent (
  id uuid primary key,
  controller_id uuid not null references stafett.controller,
  youth_id uuid not null references stafett.youth,
  from_agency_id uuid references stafett.agency,
  to_agency_id uuid references stafett.agency,
  to_controller_id uuid references stafett.controller,
  record_types text[] not null check (cardinality(record_types) > 0),
  categories text[] not null check (cardinality(categories) > 0),
  valid_from timestamptz not null,
  valid_until date not null,
  state text not null check (state in ('given', 'withdrawn')),
  sealed bytea not null,
  registered_by uuid not null references stafett.agency,
  registered_at timestamptz not null,
  withdrawn_at timestamptz,
  check (num_nonnulls(to_agency_id, to_controller_id) = 1),
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
create index consent_by_youth on stafett.consent (youth_id);`;

const relay = `
create sequence stafett.record_group cache 1;
create table stafett.record (
  id uuid primary key,
  sender_id uuid not null references stafett.agency,
  controller_id uuid not null references stafett.controller,
  event_id text not null,
  type text not null,
  youth_id uuid references stafett.youth,
  shard smallint not null check (shard between 0 and 255),
  group_no bigint not null,
  position smallint not null,
  named_recipient_id uuid references stafett.agency,
  in_reply_to uuid,
  cancels uuid,
  hold_for_consent boolean not null,
  content_hash bytea not null,
  same_event_key bytea,
  occurred_at text,
  accepted_at timestamptz not null,
  state text not null check (state in ('received', 'dispatched', 'refused', 'retracted')),
  state_at timestamptz not null,
  reason text,
  unique (sender_id, event_id),
  unique (group_no, position)
);
create index record_waiting on stafett.record (group_no, position) where state = 'received';
create index record_by_sender on stafett.record (sender_id, group_no, position);
create index record_same_event on stafett.record (controller_id, same_event_key) where same_event_key is not null;
create index record_by_youth on stafett.record (youth_id) where youth_id is not null;
create table stafett.record_body (
  id uuid primary key,
  sealed bytea not null,
  wrapped_key bytea,
  kek_id text
) partition by range (id);
create table stafett.transfer (
  id uuid primary key,
  record_id uuid not null references stafett.record,
  recipient_id uuid not null references stafett.agency,
  part text not null default 'whole',
  sender_id uuid not null references stafett.agency,
  record_type text not null,
  youth_id uuid references stafett.youth,
  recipient_youth_id uuid references stafett.youth,
  shard smallint not null,
  no bigint,
  state text not null check (state in ('held', 'available', 'collected', 'acknowledged', 'rejected', 'withdrawn', 'expired')),
  state_at timestamptz not null,
  hold_reason text check (hold_reason in ('consent-missing', 'manual-handling')),
  hold_until timestamptz,
  ground text not null,
  categories text[] not null,
  withheld text[] not null,
  consent_ids uuid[] not null,
  reason text,
  notice jsonb,
  created_at timestamptz not null,
  available_at timestamptz,
  collected_at timestamptz,
  unique (record_id, recipient_id, part),
  unique (recipient_id, no),
  check (state <> 'held' or (no is null and hold_reason is not null and hold_until is not null)),
  check (state not in ('available', 'collected', 'acknowledged', 'rejected') or no is not null),
  check (notice is null or state in ('available', 'collected', 'acknowledged'))
);
create index transfer_open on stafett.transfer (recipient_id, no) where state in ('available', 'collected');
create index transfer_held on stafett.transfer (youth_id) where state = 'held';
create index transfer_hold_until on stafett.transfer (hold_until) where state = 'held';
create index transfer_untouched on stafett.transfer (available_at) where state in ('available', 'collected') and notice is null;
create index transfer_by_sender on stafett.transfer (sender_id, id) where notice is null;
create index transfer_by_consent on stafett.transfer using gin (consent_ids) where consent_ids <> '{}';
create table stafett.recheck (
  no bigint generated always as identity primary key,
  shard smallint not null,
  cause text not null,
  subject uuid not null,
  other uuid,
  at timestamptz not null
);
create index recheck_by_shard on stafett.recheck (shard, no);`;

const moves = `
create function stafett.check_move() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if new.state = old.state then return new; end if;
  if not (old.state || '>' || new.state) = any (tg_argv) then
    raise exception 'illegal move of % from % to %', tg_table_name, old.state, new.state using errcode = '23514';
  end if;
  return new;
end $$;
create trigger record_move before update of state on stafett.record for each row execute function stafett.check_move(
  'received>dispatched', 'received>refused', 'received>retracted', 'dispatched>retracted');
create trigger transfer_move before update of state on stafett.transfer for each row execute function stafett.check_move(
  'held>available', 'held>expired', 'held>withdrawn',
  'available>collected', 'available>withdrawn', 'available>expired',
  'collected>acknowledged', 'collected>rejected', 'collected>withdrawn');
create trigger consent_move before update of state on stafett.consent for each row execute function stafett.check_move(
  'given>withdrawn');
create function stafett.keep_number() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'an inbox number is given once and never changed' using errcode = '23514';
end $$;
create trigger transfer_number before update of no on stafett.transfer for each row
  when (old.no is not null and new.no is distinct from old.no) execute function stafett.keep_number();`;

const audit = `
create table stafett.audit_entry (id uuid primary key, entry bytea not null) partition by range (id);
create table stafett.entry_detail (
  id uuid primary key,
  act text not null,
  at timestamptz not null,
  controller_id uuid,
  agency_id uuid,
  other_controller_id uuid,
  other_agency_id uuid,
  record_type text,
  record_id uuid,
  transfer_id uuid,
  consent_id uuid,
  person text,
  youth_id uuid,
  other_youth_id uuid,
  detail jsonb not null
);
create index entry_by_controller on stafett.entry_detail (controller_id, id);
create index entry_by_other_controller on stafett.entry_detail (other_controller_id, id) where other_controller_id is not null;
create index entry_by_record on stafett.entry_detail (record_id) where record_id is not null;
create index entry_by_transfer on stafett.entry_detail (transfer_id) where transfer_id is not null;
create index entry_by_youth on stafett.entry_detail (youth_id, id) where youth_id is not null;
create index entry_by_other_youth on stafett.entry_detail (other_youth_id, id) where other_youth_id is not null;
create function stafett.refuse_rewrite() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'the audit log only grows' using errcode = '42501';
end $$;
create trigger audit_entry_append_only before update or delete on stafett.audit_entry
  for each row execute function stafett.refuse_rewrite();`;

const partitions = `
create function stafett.uuid_at(moment timestamptz) returns uuid language sql immutable set search_path = pg_catalog as $$
  select (regexp_replace(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), '(.{8})(.{4})', '\\1-\\2')
    || '-0000-0000-000000000000')::uuid
$$;
create function stafett.create_partitions(months_ahead int) returns int language plpgsql security definer
  set search_path = pg_catalog, stafett as $$
declare
  parent text; first_month timestamptz; name text; made int := 0;
begin
  foreach parent in array array['record_body', 'audit_entry'] loop
    for i in 0..least(months_ahead, 24) loop
      first_month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
      name := parent || '_' || to_char(first_month at time zone 'UTC', 'YYYY_MM');
      if to_regclass('stafett.' || name) is null then
        execute format('create table stafett.%I partition of stafett.%I for values from (%L) to (%L)', name, parent,
          stafett.uuid_at(first_month),
          stafett.uuid_at((first_month at time zone 'UTC' + interval '1 month') at time zone 'UTC'));
        made := made + 1;
      end if;
    end loop;
    if to_regclass('stafett.' || parent || '_default') is null then
      execute format('create table stafett.%I partition of stafett.%I default', parent || '_default', parent);
    end if;
  end loop;
  for name in select c.relname from pg_inherits h join pg_class c on c.oid = h.inhrelid
      where h.inhparent = 'stafett.audit_entry'::regclass
        and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'no_truncate') loop
    execute format('create trigger no_truncate before truncate on stafett.%I for each statement execute function stafett.refuse_rewrite()', name);
    execute format('alter table stafett.%I enable always trigger no_truncate', name);
  end loop;
  return made;
end $$;
create function stafett.drop_empty_partition(month date) returns boolean language plpgsql security definer
  set search_path = pg_catalog, stafett as $$
declare
  name text := 'record_body_' || to_char(month, 'YYYY_MM'); filled boolean;
begin
  if date_trunc('month', month) >= date_trunc('month', now() at time zone 'UTC') or to_regclass('stafett.' || name) is null then
    return false;
  end if;
  execute format('lock table stafett.%I in access exclusive mode', name);
  execute format('select exists (select from stafett.%I)', name) into filled;
  if not filled then execute format('drop table stafett.%I', name); end if;
  return not filled;
end $$;
revoke execute on function stafett.create_partitions(int), stafett.drop_empty_partition(date) from public;
select stafett.create_partitions(6);
alter table stafett.audit_entry enable always trigger audit_entry_append_only;`;

const reconciliation = `
create table stafett.scheduled_run (
  job text not null,
  slot text not null,
  fence bigint not null,
  lease_until timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (job, slot)
);
create table stafett.reconciliation_run (
  id uuid primary key,
  kind text not null,
  as_of date not null,
  asked_by uuid references stafett.agency,
  controller_id uuid references stafett.controller,
  started_at timestamptz not null,
  finished_at timestamptz,
  checked bigint not null default 0,
  found bigint not null default 0
);
create table stafett.discrepancy (
  id uuid primary key,
  run_id uuid not null references stafett.reconciliation_run,
  kind text not null,
  code text not null,
  record_id uuid references stafett.record,
  transfer_id uuid references stafett.transfer,
  controller_id uuid not null references stafett.controller,
  owner_agency_id uuid not null references stafett.agency,
  due_on date,
  found_at timestamptz not null,
  state text not null check (state in ('open', 'resolved')),
  outcome text,
  reason text,
  resolved_by uuid references stafett.agency,
  resolved_at timestamptz,
  check ((state = 'resolved') = (resolved_at is not null))
);
create unique index discrepancy_once on stafett.discrepancy
  (controller_id, code, coalesce(transfer_id, record_id)) where state = 'open';
create index discrepancy_by_controller on stafett.discrepancy (controller_id, id);
create trigger discrepancy_move before update of state on stafett.discrepancy for each row execute function stafett.check_move(
  'open>resolved');`;

const statements = [directory, vault, consents, relay, moves, audit, partitions, reconciliation];
