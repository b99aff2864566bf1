import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The transparency log: numbers of entries, their places in the tree, its tiles, the signed checkpoints, and terms of standing jobs.
 * Locks: ACCESS EXCLUSIVE on audit_entry, which is rewritten to give what is there its numbers (10,000,000 entries: about a
 * minute, in which intake waits); SHARE on entry_detail for an index that holds next to nothing; all else is created.
 *
 * Numbers are given in the entry's own transaction: they become visible out of order, and one that was rolled back is missing
 * for ever. Places in the tree are given after the commit, without gaps (src/audit/seal/). Nothing here is updated, ever: an
 * old snapshot makes a row that is updated slow, and what only grows can be compared.
 */
export class Log1764200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of statements) await db.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const numbers = `
create sequence stafett.audit_entry_no cache 1;
alter table stafett.audit_entry
  add column no bigint not null default nextval('stafett.audit_entry_no'),
  add column at timestamptz not null default now();
create index audit_entry_by_no on stafett.audit_entry (no);`;

const tree = `
create table stafett.audit_leaf (
  leaf_index bigint primary key check (leaf_index >= 0),
  entry_no bigint not null unique,
  entry_id uuid not null,
  hash bytea not null check (length(hash) = 32)
);
create table stafett.audit_tile (
  level smallint not null,
  n bigint not null,
  hashes bytea not null check (length(hashes) = 8192),
  root bytea not null check (length(root) = 32),
  primary key (level, n)
);
alter table stafett.audit_tile alter column hashes set storage external;
create table stafett.audit_checkpoint (
  size bigint primary key,
  root bytea not null check (length(root) = 32),
  note text not null,
  at timestamptz not null default now(),
  low_no bigint not null,
  high_no bigint not null check (high_no >= low_no)
);`;

const appendOnly = ['audit_leaf', 'audit_tile', 'audit_checkpoint']
  .map(
    (table) => `
create trigger append_only before update or delete on stafett.${table} for each row execute function stafett.refuse_rewrite();
create trigger no_truncate before truncate on stafett.${table} for each statement execute function stafett.refuse_rewrite();
alter table stafett.${table} enable always trigger append_only;
alter table stafett.${table} enable always trigger no_truncate;`,
  )
  .join('');

const terms = `
create table stafett.standing_term (
  job text not null,
  term bigint not null,
  until timestamptz not null,
  primary key (job, term)
);`;

const starts = `
create index entry_of_starts on stafett.entry_detail (act, id) where act in ('settings-changed', 'key-added');`;

const statements = [numbers, tree, appendOnly, terms, starts];
