import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { ensurePartitions, nextMonthHasPartitions } from '../../src/database/partitions.js';
import { asAdmin, createDatabase, openPool, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const partitionsOf = async (parent: string): Promise<string[]> => {
  const rows = await db.query<{ name: string }[]>(
    `select c.relname as name from pg_inherits h join pg_class c on c.oid = h.inhrelid where h.inhparent = $1::regclass order by 1`,
    [`stafett.${parent}`],
  );
  return rows.map((row) => row.name);
};

/** This month and the six after it, as YYYY_MM. */
const sevenMonths = (): string[] => {
  const now = new Date();
  return Array.from({ length: 7 }, (_, i) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + i))
      .toISOString()
      .slice(0, 7)
      .replace('-', '_'),
  );
};

it.each(['record_body', 'audit_entry'])(
  '%s has partitions for seven months and one for the rest',
  async (parent) => {
    expect(await partitionsOf(parent)).toEqual([
      ...sevenMonths().map((month) => `${parent}_${month}`),
      `${parent}_default`,
    ]);
  },
);

it('a row lands in the partition of the month that its id was made in', async () => {
  const [row] = await db.query<{ partition: string }[]>(
    `insert into stafett.record_body (id, sealed) select (left(stafett.uuid_at(date_trunc('month', now()) + interval '40 days')::text, 14) || '7000-8000-000000000001')::uuid, '\\x01'
     returning tableoid::regclass::text as partition`,
  );
  expect(row?.partition).toBe(`stafett.record_body_${sevenMonths()[1] ?? ''}`);
});

it('readiness is red while next month has no partition, and making them turns it green', async () => {
  const next = sevenMonths()[1] ?? '';
  for (const parent of ['record_body', 'audit_entry']) {
    expect(await nextMonthHasPartitions(db)).toBe(true);
    await asAdmin(database.ownerUrl, (owner) => owner.query(`drop table stafett.${parent}_${next}`));
    expect(await nextMonthHasPartitions(db)).toBe(false);
    expect(await ensurePartitions(db)).toBe(1);
  }
  expect(await nextMonthHasPartitions(db)).toBe(true);
  expect(await ensurePartitions(db)).toBe(0);
});

it.each(['record_body', 'audit_entry'])(
  'a month of which a clock that ran ahead has left rows in %s keeps no other from its partition, and nobody from being ready',
  async (parent) => {
    const [, next = '', third = ''] = sevenMonths();
    await asAdmin(database.superUrl, async (admin) => {
      await admin.query(`drop table stafett.${parent}_${next}, stafett.${parent}_${third}`);
      await admin.query(
        `insert into stafett.${parent} (id, ${parent === 'record_body' ? 'sealed' : 'entry'})
         values ((left(stafett.uuid_at(date_trunc('month', now()) + interval '40 days')::text, 14) || '7000-8000-00000000000a')::uuid, '\\x01')`,
      );
    });
    expect(await ensurePartitions(db)).toBe(1);
    expect(await partitionsOf(parent)).toContain(`${parent}_${third}`);
    expect(await partitionsOf(parent)).not.toContain(`${parent}_${next}`);
    expect(await nextMonthHasPartitions(db)).toBe(true);
  },
);

it('partitions are not waited for where somebody reads for hours, so that nobody waits behind', async () => {
  const last = sevenMonths()[6] ?? '';
  await asAdmin(database.ownerUrl, (owner) => owner.query(`drop table stafett.record_body_${last}`));
  await asAdmin(database.superUrl, async (reader) => {
    await reader.query('begin');
    await reader.query('select count(*) from stafett.record_body');
    const making = expect(ensurePartitions(db)).rejects.toMatchObject({ driverError: { code: '55P03' } });
    await sleep(50);
    const began = performance.now();
    await db.query('select from stafett.record_body limit 1');
    expect(performance.now() - began).toBeLessThan(2000);
    await making;
    await reader.query('rollback');
  });
  expect(await ensurePartitions(db)).toBe(1);
});

it('two hubs that make partitions at once do not fail', async () => {
  await asAdmin(database.ownerUrl, (owner) =>
    owner.query(`drop table stafett.audit_entry_${sevenMonths()[6] ?? ''}`),
  );
  const made = await Promise.allSettled([ensurePartitions(db), ensurePartitions(db), ensurePartitions(db)]);
  expect(made.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
});

it('an old month’s partition goes only when it is empty, and never the running month’s', async () => {
  const drop = async (month: string): Promise<boolean | undefined> =>
    (
      await db.query<{ dropped: boolean }[]>('select stafett.drop_empty_partition($1::date) as dropped', [
        month,
      ])
    )[0]?.dropped;
  await asAdmin(database.ownerUrl, (owner) =>
    owner.query(
      `create table stafett.record_body_2020_01 partition of stafett.record_body for values from (stafett.uuid_at('2020-01-01Z')) to (stafett.uuid_at('2020-02-01Z'))`,
    ),
  );
  const id = `016f5e66-e800-7000-8000-${randomUUID().slice(24)}`;
  await db.query(`insert into stafett.record_body (id, sealed) values ($1, '\\x01')`, [id]);
  expect(await drop('2020-01-15')).toBe(false);
  await db.query('delete from stafett.record_body where id = $1', [id]);
  expect(await drop('2020-01-15')).toBe(true);
  expect(await drop('2020-01-15')).toBe(false);
  expect(await drop(new Date().toISOString().slice(0, 10))).toBe(false);
});
