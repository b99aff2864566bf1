import type { ClientBase } from 'pg';

/**
 * What the application's login may do, table by table. It owns nothing and makes nothing; a table without a line here
 * fails a test. Rows are locked (`for share`, `for key share`) only where update is granted, as Postgres asks for it.
 */
export const tableRights = {
  // Directory: an agency that has gone is deactivated, so rows go only where they say who serves whom.
  controller: 'select, insert, update',
  region: 'select, insert, update',
  agency: 'select, insert, update',
  team: 'select, insert, update',
  team_member: 'select, insert, update, delete',
  service_area: 'select, insert, update, delete',
  directory_file: 'select, insert, update',
  // Vault: the deletion of a key is the erasure; rotation wraps it anew.
  key_check: 'select, insert',
  youth: 'select, insert, update',
  youth_identifier: 'select, insert, delete',
  youth_key: 'select, insert, update, delete',
  staff_key: 'select, insert, delete',
  consent: 'select, insert, update',
  // Relay: records and transfers outlive an erasure; bodies are replaced by nothing, only removed.
  record: 'select, insert, update',
  record_body: 'select, insert, delete',
  transfer: 'select, insert, update',
  recheck: 'select, insert, delete',
  // Audit: grows only.
  audit_entry: 'select, insert',
  entry_detail: 'select, insert',
  audit_leaf: 'select, insert',
  audit_tile: 'select, insert',
  audit_checkpoint: 'select, insert',
  audit_cosignature: 'select, insert',
  rate_lease: 'select, insert, update',
  scheduled_run: 'select, insert, update, delete',
  standing_term: 'select, insert, delete',
  reconciliation_run: 'select, insert, update',
  discrepancy: 'select, insert, update',
  // A hub that does not migrate can still see that the schema is older than its code.
  migration: 'select',
} as const;

/** Rights on a partitioned table count for its partitions when reached through it; on a partition itself there are none. */
const functions = ['create_partitions(int)', 'drop_empty_partition(date)', 'uuid_at(timestamptz)'];
const sequences = ['record_group', 'audit_entry_no'];

const everything = 'select, insert, update, delete';
/** The tables of BullMQ's queues, by the statements of its 6.7. Its relay (publish and subscribe) is not used and stays closed. */
const queueRights = {
  meta: everything,
  job: everything,
  job_dependency: everything,
  dedup: everything,
  dedup_next: everything,
  metrics: everything,
  rate_limit: everything,
  scheduler: everything,
  job_log: 'select, insert, delete',
  event: 'select, insert, delete',
  migration: 'select',
} as const;

/**
 * Names of the queues. BullMQ makes a sequence per queue at the queue's first job, which the application's login may not;
 * so the owner makes it here, under BullMQ's own name for it.
 */
export const queueNames = ['dispatch'] as const;

/** Gives the application's login exactly the rights above, in one transaction. Idempotent: rights that are no longer listed go. */
export async function grantTo(owner: ClientBase, appRole: string): Promise<void> {
  const app = owner.escapeIdentifier(appRole);
  const statements = [
    `revoke all on schema stafett, bullmq from public, ${app}`,
    ...['tables', 'sequences', 'functions'].map(
      (kind) => `revoke all on all ${kind} in schema stafett, bullmq from public, ${app}`,
    ),
    `grant usage on schema stafett, bullmq to ${app}`,
    ...Object.entries(tableRights).map(([table, rights]) => `grant ${rights} on stafett.${table} to ${app}`),
    ...sequences.map((name) => `grant usage, select on sequence stafett.${name} to ${app}`),
    ...functions.map((name) => `grant execute on function stafett.${name} to ${app}`),
    ...Object.entries(queueRights).map(([table, rights]) => `grant ${rights} on bullmq.${table} to ${app}`),
    'set local search_path = bullmq',
    ...queueNames.map(
      (name) =>
        `do $$ begin execute format('create sequence if not exists bullmq.%I', bullmq.job_id_seq_name('${name}')); end $$`,
    ),
    'reset search_path',
    `grant usage on all sequences in schema bullmq to ${app}`,
    `revoke all on sequence bullmq.relay_mid_seq from ${app}`,
  ];
  await owner.query('begin');
  try {
    for (const statement of statements) await owner.query(statement);
    const { rows } = await owner.query<{ signature: string }>(
      `select p.oid::regprocedure::text as signature from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'bullmq' and p.proname not like 'relay\\_%' and p.proname <> 'obliterate'`,
    );
    // One statement for all (about 90 functions): a round trip each took 40 ms of a start, this takes 5.
    if (rows.length > 0)
      await owner.query(`grant execute on function ${rows.map((row) => row.signature).join(', ')} to ${app}`);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}
