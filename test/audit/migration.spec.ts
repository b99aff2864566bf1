import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { ownerOptions } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { APP_ROLE, OWNER_ROLE } from '../../src/database/roles.js';
import { asAdmin, elsewhere, openPool } from '../support/database.js';
import { beginTerm, faultsOf, sealAll, testKey } from './log.js';

it('gives the entries that were there before the log their numbers, and then their places', async () => {
  const server = process.env['STAFETT_TEST_SUPER_URL'] ?? '';
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, (admin) => admin.query(`create database ${name} owner ${OWNER_ROLE}`));
  const ownerUrl = elsewhere(process.env['STAFETT_TEST_OWNER_URL'] ?? '', name);
  const admin = new Client({ connectionString: elsewhere(server, name) });
  try {
    await admin.connect();
    await asAdmin(ownerUrl, (owner) => owner.query('create schema stafett'));
    const log = migrations.findIndex((Each) => Each.name.startsWith('Log'));
    const before = migrations.slice(0, log);
    const old = await new DataSource({ ...ownerOptions(ownerUrl), migrations: before }).initialize();
    await old.runMigrations();
    await old.destroy();
    await admin.query(
      `insert into stafett.audit_entry select gen_random_uuid(), convert_to(n::text, 'UTF8') from generate_series(1, 700) n`,
    );
    expect((await migrate(ownerUrl, APP_ROLE)).applied).toEqual(
      migrations.slice(log).map(({ name: each }) => each),
    );
    await admin.query(`insert into stafett.audit_entry (id, entry) values (gen_random_uuid(), '\\x01')`);
    const db = await openPool(elsewhere(process.env['STAFETT_TEST_APP_URL'] ?? '', name));
    const key = testKey();
    await sealAll(await beginTerm(db, key)).finally(() => db.destroy());
    expect(await faultsOf(admin, key)).toEqual([]);
    const { rows } = await admin.query(
      'select count(*)::int as n, count(distinct no)::int as numbers, max(no)::int as last from stafett.audit_entry',
    );
    expect(rows).toEqual([{ n: 701, numbers: 701, last: 701 }]);
  } finally {
    await admin.end();
    await asAdmin(server, (client) => client.query(`drop database ${name} with (force)`));
  }
});
