import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { fsck } from '../../src/audit/fsck/fsck.js';
import { databaseSource } from '../../src/audit/fsck/database-source.js';
import { OpeningsService } from '../../src/audit/opening/openings.service.js';
import { exportLog } from '../../src/audit/serve/export.js';
import { logKeyOf } from '../../src/audit/seal/log-key.js';
import {
  CompactRange,
  folderSource,
  formatCheckpoint,
  formatNote,
  httpSource,
  leafHash,
  signNote,
  verifyLog,
  type SignerKey,
} from '../../src/audit/verify/index.js';
import { withLog } from '../../src/cli/operate.js';
import { systemClock } from '../../src/common/clock.js';
import { loadKeyring } from '../../src/vault/keyring.js';
import { VaultService } from '../../src/vault/vault.service.js';
import { YouthsService } from '../../src/vault/youths.service.js';
import { asAdmin, elsewhere, openPool } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let folder: string;
let key: SignerKey;
/** What someone outside kept of an earlier look. */
let memory: string;
let clones = 0;

beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, log: { ...config.log, checkpointMs: 50 } }));
  folder = mkdtempSync(join(tmpdir(), 'stafett-log-'));
  const school = hub.as(agencies.school);
  const ot = hub.as(agencies.ot);
  const events = Array.from({ length: 120 }, () =>
    school.event('education-interrupted', dataOf('education-interrupted', newYouth())),
  );
  await school.push(events);
  const got = await ot.pullUntil((open) => open.length === 120);
  await ot.acknowledge(got.slice(0, 60).map(({ transferid }) => transferid));
  await ot.reject(
    got.slice(60, 70).map(({ transferid }) => transferid),
    'not-ours',
  );
  const entries = async (): Promise<number> =>
    Number((await hub.sql<{ n: string }>('select count(*) as n from stafett.audit_entry'))[0]?.n);
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
    const [row] = await hub.sql<{ size: string; note: string }>(
      'select size, note from stafett.audit_checkpoint order by size desc limit 1',
    );
    memory = row?.note ?? '';
    if (Number(row?.size) === (await entries())) break;
  }
  key = logKeyOf(hub.config, vaultOf(await openPool(hub.database.appUrl)));
}, 60_000);
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

const pools: DataSource[] = [];
afterAll(async () => {
  for (const pool of pools) await pool.destroy();
});

function vaultOf(db: DataSource): VaultService {
  pools.push(db);
  return new VaultService(loadKeyring(hub.config), db);
}

async function findings(db: DataSource): Promise<string[]> {
  const vault = vaultOf(db);
  const openings = new OpeningsService(vault, new YouthsService(vault, systemClock));
  const found: string[] = [];
  for await (const { subject, fault } of fsck({
    db,
    key,
    witnesses: [],
    openings,
    progress: () => undefined,
  }))
    found.push(`${subject}: ${fault}`);
  return found;
}

it('is whole over HTTP, as exported files, and against the database', async () => {
  const source = httpSource(`${hub.url}/v1/log`, { token: await hub.token(agencies.county) });
  const online = await verifyLog(source, { key });
  expect([online.findings, online.entries > 300]).toEqual([[], true]);
  const pool = await openPool(hub.database.appUrl);
  expect(await findings(pool)).toEqual([]);
  const config = { ...hub.config, database: { ...hub.config.database, url: hub.database.appUrl } };
  for (let time = 0; time < 2; time += 1)
    await withLog(config, ({ log }) => exportLog(log, folder, () => undefined));
  const offline = await verifyLog(folderSource(folder), { key, since: { name: 'memory', note: memory } });
  expect([offline.findings, offline.checkpoints > 1]).toEqual([[], true]);
  expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toContain(key.name);
});

it('writes over no export that the log has not grown from, and writes nothing then', async () => {
  const config = { ...hub.config, database: { ...hub.config.database, url: hub.database.appUrl } };
  const newest = join(folder, 'checkpoint');
  const before = readFileSync(newest, 'utf8');
  const [origin = '', size = '', root = ''] = before.split('\n');
  const other = Buffer.from(root, 'base64');
  other[0]! ^= 1;
  for (const [from, to] of [
    [root, other.toString('base64')],
    [`\n${size}\n`, `\n${Number(size) + 100_000}\n`],
    [origin, `${origin}/other`],
  ] as const) {
    const forked = before.replace(from, to);
    writeFileSync(newest, forked);
    await expect(withLog(config, ({ log }) => exportLog(log, folder, () => undefined))).rejects.toThrow(
      /not what the log .* has grown from/,
    );
    expect(readFileSync(newest, 'utf8')).toBe(forked);
  }
  writeFileSync(newest, before);
});

it('reads no file that is larger than any of a log can be', async () => {
  const large = mkdtempSync(join(tmpdir(), 'stafett-large-'));
  cpSync(folder, large, { recursive: true });
  truncateSync(join(large, 'tile/entries/000'), 500_000_000);
  await expect(verifyLog(folderSource(large), { key })).rejects.toThrow(
    /tile\/entries\/000 has 500000000 bytes/,
  );
  rmSync(large, { recursive: true });
});

/** A copy of the database, in which its owner has switched off what stops it, and done something. */
async function tampered<T>(
  sql: string | readonly string[],
  look: (db: DataSource) => Promise<T>,
): Promise<T> {
  const name = `${hub.database.name}_${(clones += 1)}`;
  const server = process.env['STAFETT_TEST_SUPER_URL'] ?? '';
  await asAdmin(server, async (admin) => {
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${hub.database.name}' and pid <> pg_backend_pid()`,
    );
    for (let attempt = 0; ; attempt += 1) {
      try {
        await admin.query(`create database ${name} template ${hub.database.name}`);
        break;
      } catch (error) {
        if (attempt === 20) throw error;
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${hub.database.name}'`,
        );
      }
    }
  });
  try {
    await asAdmin(elsewhere(server, name), async (owner) => {
      for (const table of [
        'audit_entry',
        'audit_leaf',
        'audit_tile',
        'audit_checkpoint',
        'transfer',
        'record',
        'youth',
      ])
        await owner.query(`alter table stafett.${table} disable trigger all`);
      for (const statement of [sql].flat()) await owner.query(statement);
      await owner.query(`grant connect on database ${name} to public`);
    });
    const db = await openPool(elsewhere(hub.database.appUrl, name));
    try {
      return await look(db);
    } finally {
      await db.destroy();
      pools.splice(0);
    }
  } finally {
    await asAdmin(server, (admin) => admin.query(`drop database ${name} with (force)`));
  }
}

const entryAt = (index: number): string =>
  `(select entry_id from stafett.audit_leaf where leaf_index = ${index})`;

const aboutYouth = `(select id from stafett.entry_detail where act = 'record-received' order by id limit 1)`;

it.each([
  [
    'changes an entry',
    `update stafett.audit_entry set entry = entry || ' '::bytea where id = ${entryAt(100)}`,
    /^leaf 100: its entry is not the one that was hashed$/,
  ],
  [
    'deletes an entry',
    `delete from stafett.audit_entry where id = ${entryAt(100)}`,
    /^leaf 100: its entry is gone from the database$/,
  ],
  [
    'swaps two entries',
    `update stafett.audit_entry e set entry = o.entry from stafett.audit_entry o
     where (e.id, o.id) in ((${entryAt(100)}, ${entryAt(101)}), (${entryAt(101)}, ${entryAt(100)}))`,
    /^leaf 10[01]: its entry is not the one that was hashed$/,
  ],
  [
    'drops the last hundred leaves',
    `delete from stafett.audit_leaf where leaf_index >= (select max(leaf_index) - 99 from stafett.audit_leaf)`,
    /^tile\/entries\/.*/,
  ],
  [
    'changes a tile',
    `update stafett.audit_tile set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) where n = 0 and level = 0`,
    /tile\/0\/000/,
  ],
  [
    'changes a detail',
    `update stafett.entry_detail set record_type = 'referral' where id = ${entryAt(100)}`,
    /: the database tells something else than what the log committed to$/,
  ],
  [
    'deletes a detail',
    `delete from stafett.entry_detail where id = ${entryAt(100)}`,
    /: the log tells of it, and the database has no detail of it$/,
  ],
  [
    'moves a detail to another youth',
    `update stafett.entry_detail set youth_id = (select y.id from stafett.youth y where y.id <> youth_id limit 1) where id = ${aboutYouth}`,
    /: the database tells something else than what the log committed to$/,
  ],
  [
    'takes a detail away from its youth',
    `update stafett.entry_detail set youth_id = null where id = ${aboutYouth}`,
    /: its youth was taken away, although the youth was not erased$/,
  ],
  [
    'adds a cosignature of a checkpoint that never was',
    `insert into stafett.audit_cosignature (size, witness, line) values (9000000, 'w.example+00000000', '— w.example AAAA')`,
    /^cosignature of w\.example\+00000000 at 9000000 entries: there is no checkpoint of this size$/,
  ],
  [
    'invents a state that no act led to',
    `update stafett.transfer set state = 'withdrawn' where state = 'acknowledged'`,
    /^transfer .*: its state asks for an entry transfer-withdrawn, and there is none$/,
  ],
  [
    'deletes a youth whom records name',
    `delete from stafett.youth where id = (select youth_id from stafett.record limit 1)`,
    /^record .*: it names a record or a youth that is not there$/,
  ],
  [
    'deletes a record that has a transfer',
    `delete from stafett.record where id = (select record_id from stafett.transfer limit 1)`,
    /^transfer .*: it names a record or a youth that is not there$/,
  ],
  [
    'links a transfer to a youth who is not there',
    `update stafett.transfer set recipient_youth_id = gen_random_uuid() where id = (select id from stafett.transfer limit 1)`,
    /^transfer .*: it names a record or a youth that is not there$/,
  ],
  [
    'adds an entry under a number that is taken',
    `insert into stafett.audit_entry (id, entry, no, at) select gen_random_uuid(), entry, no, now() - interval '1 hour'
     from stafett.audit_entry where id = ${entryAt(100)}`,
    /^entry .*: (the log tells of it, and the database has no detail of it|it has no place in the log)$/,
  ],
  [
    'hides a disclosure with all that tells of it',
    `with hidden as (delete from stafett.entry_detail where id = (select id from stafett.entry_detail where act = 'transfer-disclosed'
       and transfer_id in (select transfer_id from stafett.entry_detail where act = 'transfer-disclosed' group by 1 having count(*) = 1) limit 1) returning id)
     delete from stafett.audit_entry where id in (select id from hidden)`,
    /^transfer .*: its state asks for an entry transfer-disclosed, and there is none$/,
  ],
])(
  'is caught by fsck when the owner of the database %s',
  async (_, sql, message) => {
    const found = await tampered(sql, findings);
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  },
  60_000,
);

describe('the key’s holder', () => {
  /** Changes the entries from a place on, and makes leaves, tiles and a checkpoint anew; with the real key. */
  async function rewritten(db: DataSource, from: number): Promise<string[]> {
    const rows: { entry: Buffer; id: string }[] = await db.query(
      'select e.id, e.entry from stafett.audit_leaf l join stafett.audit_entry e on e.id = l.entry_id order by leaf_index',
    );
    const range = CompactRange.empty();
    const sql: string[] = [];
    const tile: Buffer[] = [];
    rows.forEach(({ id, entry }, i) => {
      const changed = entry
        .toString()
        .replace(
          /("commitment":")(.)/,
          (_, before: string, first: string) => before + (first === 'A' ? 'B' : 'A'),
        );
      const other = i === from ? Buffer.from(changed) : entry;
      const hash = leafHash(other);
      range.append(hash, (level, _index, node) => {
        if (level === 8)
          sql.push(
            `update stafett.audit_tile set hashes = '\\x${Buffer.concat(tile.splice(0)).toString('hex')}', root = '\\x${node.toString('hex')}' where n = ${Math.floor(i / 256)} and level = 0`,
          );
        if (level === 0) tile.push(node);
      });
      if (i === from)
        sql.push(
          `update stafett.audit_entry set entry = '\\x${other.toString('hex')}' where id = '${id}'`,
          `update stafett.audit_leaf set hash = '\\x${hash.toString('hex')}' where leaf_index = ${i}`,
        );
    });
    const text = formatCheckpoint({ origin: key.name, size: range.size, root: range.root() });
    const note = formatNote(text, [signNote(text, key)]);
    sql.push(
      `update stafett.audit_checkpoint set root = '\\x${range.root().toString('hex')}', note = '${note}' where size = ${range.size}`,
    );
    return sql;
  }

  it('is caught by the checkpoints that were kept, where they are not made anew too', async () => {
    const found = await tampered(await rewritten(await pool(), 100), findings);
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^checkpoint \d+: /)]));
  }, 60_000);

  it('is caught by whoever kept a checkpoint outside, even where the older ones are gone', async () => {
    const sql = [
      ...(await rewritten(await pool(), 100)),
      'delete from stafett.audit_checkpoint where size < (select max(size) from stafett.audit_checkpoint)',
    ];
    const [alone, remembered] = await tampered(sql, async (db) => {
      const alone = await verifyLog(databaseSource(db), { key });
      const since = { name: 'the auditor’s checkpoint', note: memory };
      return [alone, await verifyLog(databaseSource(db), { key, since })];
    });
    expect(alone?.findings).toEqual([]);
    expect(remembered?.findings[0]?.subject).toBe('the auditor’s checkpoint');
  }, 60_000);

  const pool = async (): Promise<DataSource> => {
    const db = await openPool(hub.database.appUrl);
    pools.push(db);
    return db;
  };
});
