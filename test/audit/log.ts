import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { Config } from '../../src/config/config.schema.js';
import { loadConfig } from '../../src/config/load.js';
import { StandingJobs, type Term } from '../../src/queue/standing-jobs.js';
import { Sequencer } from '../../src/audit/seal/sequencer.js';
import { openCheckpoint } from '../../src/audit/verify/checkpoint.js';
import { CompactRange, leafHash } from '../../src/audit/verify/merkle.js';
import { newSignerKey, type SignerKey, type VerifierKey } from '../../src/audit/verify/note.js';
import { naiveRoot } from '../support/merkle.js';

export const settings: Config['log'] = { ...loadConfig({}).log, checkpointMs: 10, leaseSeconds: 1 };
export const testKey = (): SignerKey => newSignerKey('test.stafett.invalid/log', 'note');

/** Entries as areas write them, but for what they tell. */
export async function addEntries(client: Client, count: number): Promise<void> {
  await client.query(
    `insert into stafett.audit_entry (id, entry)
     select gen_random_uuid(), convert_to('{"n":"' || gen_random_uuid() || '"}', 'UTF8') from generate_series(1, $1)`,
    [count],
  );
}

export async function addEntry(client: Client): Promise<string> {
  const id = randomUUID();
  await client.query('insert into stafett.audit_entry (id, entry) values ($1, $2)', [id, Buffer.from(id)]);
  return id;
}

export async function takeTerm(db: DataSource, seconds = settings.leaseSeconds): Promise<Term> {
  const term = await new StandingJobs(db).take('seal', seconds);
  if (!term) throw new Error('someone else has the term');
  return term;
}

/** A sequencer that has a term. */
export const beginTerm = async (
  db: DataSource,
  key: SignerKey,
  more: Partial<Config['log']> = {},
): Promise<Sequencer> => Sequencer.begin(db, { ...settings, ...more }, key, await takeTerm(db));

/** Rounds until there is nothing more to do. */
export async function sealAll(sequencer: Sequencer): Promise<void> {
  for (let more = true; more;) more = (await sequencer.round()).more;
}

/**
 * Everything that is wrong with a log in a database, computed from the entries as RFC 6962 is written. For some thousand entries.
 * @param whole whether every entry must have its leaf by now
 */
export async function faultsOf(client: Client, key: VerifierKey, whole = true): Promise<string[]> {
  const faults: string[] = [];
  const { rows: leaves } = await client.query<{
    leaf_index: string;
    entry_no: string;
    no: string;
    hash: Buffer;
    entry: Buffer;
  }>(
    `select l.leaf_index, l.entry_no, e.no, l.hash, e.entry from stafett.audit_leaf l left join stafett.audit_entry e on e.id = l.entry_id
     order by l.leaf_index`,
  );
  leaves.forEach((leaf, i) => {
    if (Number(leaf.leaf_index) !== i) faults.push(`leaf ${i} has index ${leaf.leaf_index}`);
    if (leaf.no !== leaf.entry_no) faults.push(`leaf ${i} has number ${leaf.entry_no}, its entry ${leaf.no}`);
    if (!leafHash(leaf.entry).equals(leaf.hash)) faults.push(`leaf ${i} is not the hash of its entry`);
  });
  const entries = leaves.map(({ entry }) => entry);
  const { rows: tiles } = await client.query<{ level: number; n: string; hashes: Buffer; root: Buffer }>(
    'select level, n, hashes, root from stafett.audit_tile order by level, n',
  );
  for (let level = 0, width = 1; width <= entries.length; level += 1, width *= 256) {
    const full = Math.floor(entries.length / width / 256);
    const found = tiles.filter((tile) => tile.level === level);
    if (found.length !== full) faults.push(`${found.length} tiles of level ${level} instead of ${full}`);
    for (const { n, hashes, root } of found) {
      const from = Number(n) * width * 256;
      const parts = Array.from({ length: 256 }, (_, i) =>
        naiveRoot(entries.slice(from + i * width, from + (i + 1) * width)),
      );
      if (!Buffer.concat(parts).equals(hashes)) faults.push(`tile ${level}/${n} is wrong`);
      if (!naiveRoot(entries.slice(from, from + width * 256)).equals(root))
        faults.push(`root of tile ${level}/${n} is wrong`);
    }
  }
  const { rows: checkpoints } = await client.query<{ size: string; note: string }>(
    'select size, note from stafett.audit_checkpoint order by size',
  );
  const range = CompactRange.empty();
  for (const { size, note } of checkpoints) {
    const checkpoint = openCheckpoint(note, key);
    for (const entry of entries.slice(range.size, checkpoint.size)) range.append(leafHash(entry));
    if (checkpoint.size !== Number(size) || !range.root().equals(checkpoint.root))
      faults.push(`checkpoint ${size} is wrong`);
  }
  if (!whole) return faults;
  const { rows: left } = await client.query(
    'select from stafett.audit_entry e where not exists (select from stafett.audit_leaf l where l.entry_no = e.no)',
  );
  if (left.length > 0) faults.push(`${left.length} entries have no leaf`);
  if (entries.length > 0 && Number(checkpoints.at(-1)?.size) !== entries.length)
    faults.push(`the last checkpoint is of ${checkpoints.at(-1)?.size} of ${entries.length}`);
  return faults;
}
