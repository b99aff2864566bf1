import type { Client } from 'pg';

/** Rows skip the triggers, which would look up each reference. For a session of its own, of a superuser. */
export const bulkSession = `
set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '256MB'; set work_mem = '128MB';`;

/** The shard of a youth, as the hub has it (src/queue/shards.ts). */
export const shard = (youth: string): string => `get_byte(uuid_send(${youth}), 15)`;

/**
 * Inserts with the table's indexes switched off, and makes them whole afterwards.
 * @param inserted told between the two
 */
export async function insertBulk(
  client: Client,
  table: string,
  insert: string,
  inserted: () => void = () => undefined,
): Promise<void> {
  await client.query(
    `update pg_index set indisready = false where indrelid in (${leaves(table)});\n${insert}`,
  );
  inserted();
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c where c.oid in (${leaves(table)})`,
  );
  for (const { name } of rows) await client.query(`reindex table ${name}`);
}

/** A partitioned table's rows and indexes are those of its partitions. */
function leaves(table: string): string {
  return `select l.relid from pg_partition_tree('stafett.${table}') l where l.isleaf`;
}
