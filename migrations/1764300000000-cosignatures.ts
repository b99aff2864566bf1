import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What witnesses have said of the log's checkpoints: one cosignature of each witness for each size, kept for ever as the
 * checkpoints are. Locks: none on what is there, all is created.
 */
export class Cosignatures1764300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(cosignatures);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

/** `witness` is the key's name and id, as people compare them (<name>+<8 hex>). */
const cosignatures = `
create table stafett.audit_cosignature (
  size bigint not null check (size >= 0),
  witness text not null,
  line text not null,
  at timestamptz not null default now(),
  primary key (size, witness)
);
create index audit_cosignature_by_witness on stafett.audit_cosignature (witness, size);
create trigger append_only before update or delete on stafett.audit_cosignature for each row execute function stafett.refuse_rewrite();
create trigger no_truncate before truncate on stafett.audit_cosignature for each statement execute function stafett.refuse_rewrite();
alter table stafett.audit_cosignature enable always trigger append_only;
alter table stafett.audit_cosignature enable always trigger no_truncate;`;
