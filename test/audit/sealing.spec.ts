import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { Sequencer } from '../../src/audit/seal/sequencer.js';
import { armFault } from '../../src/database/fault-point.js';
import { LeaseLost } from '../../src/queue/scheduled-runs.js';
import { asAdmin, createDatabase, elsewhere, openPool, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';
import { addEntries, addEntry, beginTerm, faultsOf, sealAll, settings, takeTerm, testKey } from './log.js';

const key = testKey();
let database: TestDatabase;
let db: DataSource;
let admin: Client;

const open = async (): Promise<Client> => {
  const client = new Client({ connectionString: database.superUrl });
  await client.connect();
  return client;
};

beforeEach(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
  admin = await open();
});
afterEach(async () => {
  armFault('');
  await admin.end();
  await db.destroy();
  await database.drop();
});

/** Lets the terms of others run out at once. */
const endTerms = (): Promise<unknown> =>
  admin.query(`update stafett.standing_term set until = now() - interval '1 second'`);

const waitingForLocks = async (): Promise<number> =>
  (
    await admin.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).rows.length;

it('gives every entry a place, fills tiles, and signs', async () => {
  const sequencer = await beginTerm(db, key, { batchEntries: 100 });
  for (const count of [1, 254, 1, 1, 255, 600]) {
    await addEntries(admin, count);
    await sealAll(sequencer);
  }
  expect(sequencer.size).toBe(1112);
  expect(await faultsOf(admin, key)).toEqual([]);
});

it('fills the second row of tiles', async () => {
  await addEntries(admin, 65_536 + 300);
  await sealAll(await beginTerm(db, key));
  const { rows } = await admin.query<{ level: number; n: number }>(
    'select level, count(*)::int as n from stafett.audit_tile group by level order by level',
  );
  expect(rows).toEqual([
    { level: 0, n: 257 },
    { level: 1, n: 1 },
  ]);
  await endTerms();
  await addEntries(admin, 1);
  const next = await beginTerm(db, key);
  await sealAll(next);
  expect(next.size).toBe(65_837);
});

it('goes on where the last one was, whatever the size', async () => {
  for (const count of [3, 250, 3, 1, 300, 1000]) {
    await addEntries(admin, count);
    await sealAll(await beginTerm(db, key));
    await endTerms();
  }
  expect(await faultsOf(admin, key)).toEqual([]);
});

it('signs the empty tree once, and then only news', async () => {
  const sequencer = await beginTerm(db, key);
  expect(await sequencer.round()).toEqual({ sealed: 0, signed: true, more: false });
  expect(await sequencer.round()).toEqual({ sealed: 0, signed: false, more: false });
  await addEntries(admin, 2);
  expect(await sequencer.round()).toEqual({ sealed: 2, signed: true, more: false });
  expect(await sequencer.round()).toEqual({ sealed: 0, signed: false, more: false });
});

it('seals what is committed out of order, and is held up neither by an open transaction nor by one that was rolled back', async () => {
  const sequencer = await beginTerm(db, key);
  const [slow, undone] = [await open(), await open()];
  try {
    await slow.query('begin isolation level repeatable read');
    const late = await addEntry(slow);
    await undone.query('begin');
    await addEntry(undone);
    await undone.query('rollback');
    await addEntries(admin, 5);
    await sealAll(sequencer);
    expect(sequencer.size).toBe(5);
    await slow.query('commit');
    await sealAll(sequencer);
    expect(sequencer.size).toBe(6);
    const { rows } = await admin.query<{ entry_id: string }>(
      'select entry_id from stafett.audit_leaf where leaf_index = 5',
    );
    expect(rows[0]?.entry_id).toBe(late);
    expect(await faultsOf(admin, key)).toEqual([]);
  } finally {
    await slow.end();
    await undone.end();
  }
});

it.each<[string, (url: string) => string]>([
  ['this database', (url) => url],
  ['another database of the cluster', (url) => elsewhere(url, 'postgres')],
])(
  'goes on under a session that idles in an old transaction, with a snapshot and an id, in %s',
  async (_, where) => {
    const idle = new Client({ connectionString: where(database.superUrl) });
    await idle.connect();
    try {
      await idle.query('begin isolation level repeatable read');
      const { rows: old } = await idle.query<{ id: string }>('select pg_current_xact_id() as id');
      const sequencer = await beginTerm(db, key, { batchEntries: 100 });
      for (const count of [1, 300, 20]) {
        await addEntries(admin, count);
        await sealAll(sequencer);
      }
      // What is sealed is younger than the oldest transaction under way: whoever waits for that one would wait still.
      const { rows } = await admin.query<{ held: boolean }>(
        `select bool_and(e.xmin::text::bigint > $1::bigint and pg_snapshot_xmin(pg_current_snapshot())::text::bigint <= $1::bigint) as held
       from stafett.audit_leaf l join stafett.audit_entry e on e.id = l.entry_id`,
        [old[0]?.id],
      );
      expect([sequencer.size, rows[0]?.held]).toEqual([321, true]);
      expect(await sequencer.sweep(sequencer.highNo)).toEqual({ from: 0, orphans: 0 });
      await endTerms();
      await addEntries(admin, 5);
      await sealAll(await beginTerm(db, key));
      expect(await faultsOf(admin, key)).toEqual([]);
    } finally {
      await idle.end();
    }
  },
);

it('remembers over a change of sequencers that a number is missing', async () => {
  const slow = await open();
  try {
    await slow.query('begin');
    await addEntry(slow);
    await addEntries(admin, 3);
    await sealAll(await beginTerm(db, key));
    await endTerms();
    const next = await beginTerm(db, key);
    await sealAll(next);
    await slow.query('commit');
    await sealAll(next);
    expect(await faultsOf(admin, key)).toEqual([]);
  } finally {
    await slow.end();
  }
});

it('goes no further back for a number that never came than any transaction can', async () => {
  const undone = await open();
  try {
    await addEntries(admin, 2);
    await undone.query('begin');
    await addEntry(undone);
    await undone.query('rollback');
    await addEntries(admin, 3);
    await sealAll(await beginTerm(db, key));
    await endTerms();
    expect((await beginTerm(db, key)).highNo).toBe(2);
    await admin.query('alter table stafett.audit_checkpoint disable trigger append_only');
    await admin.query(`update stafett.audit_checkpoint set at = at - interval '1 hour'`);
    await addEntries(admin, 4);
    await endTerms();
    const next = await beginTerm(db, key);
    expect(next.highNo).toBe(6);
    await sealAll(next);
    expect(await faultsOf(admin, key)).toEqual([]);
  } finally {
    await undone.end();
  }
});

it('finds with its sweep what came later than any transaction should', async () => {
  const slow = await open();
  try {
    await slow.query('begin');
    await addEntry(slow);
    await addEntries(admin, 3);
    const sequencer = await beginTerm(db, key, { lateMinutes: 0 });
    await sealAll(sequencer);
    await sleep(20);
    await sealAll(sequencer);
    await slow.query('commit');
    await sealAll(sequencer);
    expect(sequencer.size).toBe(3);
    expect(await sequencer.sweep(sequencer.highNo)).toEqual({ from: 0, orphans: 0 });
    await sealAll(sequencer);
    expect(await faultsOf(admin, key)).toEqual([]);
  } finally {
    await slow.end();
  }
});

it('lets two sequencers at once do no harm: the later term wins, and the other stops', async () => {
  await addEntries(admin, 10);
  const first = await beginTerm(db, key);
  await first.round();
  await endTerms();
  const second = await beginTerm(db, key);
  await addEntries(admin, 10);
  await expect(first.round()).rejects.toThrow(LeaseLost);
  await second.round();
  expect(second.size).toBe(20);
  expect(await faultsOf(admin, key)).toEqual([]);
});

it('cannot give one place twice, even where two have a term', async () => {
  await addEntries(admin, 10);
  const term = await takeTerm(db, 30);
  const twins = await Promise.all([1, 2].map(() => Sequencer.begin(db, settings, key, term)));
  // Both have read, and neither has written.
  await admin.query('begin');
  await admin.query('lock table stafett.audit_leaf in share mode');
  const rounds = Promise.allSettled(twins.map((twin) => twin.round()));
  await until(async () => (await waitingForLocks()) === 2);
  await admin.query('commit');
  expect((await rounds).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await faultsOf(admin, key)).toEqual([]);
});

it('has one sequencer at a time, and lets the next one in when the lease has run out or the term was ended', async () => {
  const term = await takeTerm(db);
  await expect(takeTerm(db)).rejects.toThrow('someone else');
  await term.end();
  await takeTerm(db);
  await endTerms();
  await takeTerm(db);
});

it('goes on after a COMMIT whose answer is lost, without a leaf twice', async () => {
  await addEntries(admin, 300);
  const sequencer = await beginTerm(db, key);
  armFault('lose:commit:seal.insert-leaves');
  await expect(sequencer.round()).rejects.toThrow('unavailable');
  armFault('');
  await endTerms();
  await sealAll(await beginTerm(db, key));
  expect(await faultsOf(admin, key)).toEqual([]);
});

describe('a tree that is not the one that was signed', () => {
  const tamper = (sql: string): Promise<unknown> =>
    asAdmin(database.superUrl, async (client) => {
      for (const table of ['audit_leaf', 'audit_tile', 'audit_checkpoint'])
        await client.query(`alter table stafett.${table} disable trigger all`);
      await client.query(sql);
    });

  it.each([
    [
      'a leaf less',
      'delete from stafett.audit_leaf where leaf_index = (select max(leaf_index) from stafett.audit_leaf)',
      'smaller-than-signed',
    ],
    [
      'another leaf at the end',
      `update stafett.audit_leaf set hash = sha256('x') where leaf_index = (select max(leaf_index) from stafett.audit_leaf)`,
      'other-than-signed',
    ],
    ['another tile', `update stafett.audit_tile set root = sha256('x') where n = 0`, 'other-than-signed'],
    [
      'a larger checkpoint that nobody signed',
      `insert into stafett.audit_checkpoint select size + 5, root, note, at, low_no, high_no from stafett.audit_checkpoint`,
      'checkpoint-not-ours',
    ],
  ])('is not signed: %s', async (_, sql, reason) => {
    await addEntries(admin, 300);
    await sealAll(await beginTerm(db, key));
    await endTerms();
    await tamper(sql);
    await addEntries(admin, 5);
    await expect(beginTerm(db, key)).rejects.toMatchObject({ reason });
  });
});
