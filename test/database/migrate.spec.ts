import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { ownerOptions } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { ensurePartitions, nextMonthHasPartitions } from '../../src/database/partitions.js';
import { APP_ROLE, prepareRoles } from '../../src/database/roles.js';
import { lockSession } from '../../src/database/session-lock.js';
import { asAdmin, createDatabase, openPool } from '../support/database.js';
import { startPostgres } from '../support/postgres.js';
import { insertRows, insertTransfer, outcome } from './rows.js';

/** Debian 12's server: the oldest that we run on. */
const debian = '/usr/lib/postgresql/15';
const withDebian = existsSync(join(debian, 'bin/postgres'));
if (!withDebian)
  process.stderr.write(
    'PostgreSQL 15 is not installed: the migrations are not tried on it. To try them: apt-get install postgresql-15\n',
  );

it('finds nothing to do in a database that is up to date, and leaves the rights as they were', async () => {
  const database = await createDatabase();
  try {
    const rights = (): Promise<unknown> =>
      asAdmin(
        database.superUrl,
        async (admin) =>
          (
            await admin.query<object>(
              `select relname, relacl::text from pg_class where relacl is not null order by relname`,
            )
          ).rows,
      );
    const before = await rights();
    expect(await migrate(database.ownerUrl, APP_ROLE)).toEqual({ applied: [], queueVersion: 11 });
    expect(await rights()).toEqual(before);
  } finally {
    await database.drop();
  }
});

it('takes away rights that are no longer listed', async () => {
  const database = await createDatabase();
  try {
    await asAdmin(database.ownerUrl, (owner) =>
      owner.query(`grant delete, truncate on stafett.record to ${APP_ROLE}`),
    );
    await migrate(database.ownerUrl, APP_ROLE);
    await asAdmin(database.appUrl, async (app) => {
      expect(await outcome(app, 'delete from stafett.record')).toBe('42501');
      expect(await outcome(app, 'truncate stafett.record')).toBe('42501');
    });
  } finally {
    await database.drop();
  }
});

it('goes forward only', async () => {
  const database = await createDatabase();
  const owner = await new DataSource(ownerOptions(database.ownerUrl)).initialize();
  try {
    await expect(owner.undoLastMigration()).rejects.toThrow('forward only');
  } finally {
    await owner.destroy();
    await database.drop();
  }
});

it('says whom a start waits for, once, and goes on when it is its turn', async () => {
  const database = await createDatabase();
  const told: string[] = [];
  try {
    await asAdmin(database.ownerUrl, async (waiting) => {
      const begun = await asAdmin(database.ownerUrl, async (first) => {
        await lockSession(first, 'migration', (line) => told.push(line), 100);
        const { rows } = await first.query<{ pid: number }>('select pg_backend_pid() as pid');
        const waits = lockSession(waiting, 'migration', (line) => told.push(line), 100);
        await sleep(400);
        expect(told).toEqual([expect.stringContaining(`session ${rows[0]?.pid})`)]);
        return { waits };
      });
      await begun.waits;
    });
    expect(told).toHaveLength(1);
  } finally {
    await database.drop();
  }
});

(withDebian ? it : it.skip)('migrates and works on Debian’s PostgreSQL 15', async () => {
  const server = await startPostgres({ binaries: debian });
  try {
    const { ownerUrl, appUrl } = await prepareRoles(server.superUrl, join(server.folder, 'keys'));
    const both = await Promise.all([migrate(ownerUrl, APP_ROLE), migrate(ownerUrl, APP_ROLE)]);
    expect(both.map(({ applied }) => applied.length).sort()).toEqual([0, migrations.length]);
    await asAdmin(appUrl, async (app) => {
      const { rows } = await app.query<{ version: string }>(
        `select current_setting('server_version_num') as version`,
      );
      expect(rows[0]?.version).toMatch(/^15/);
      const inserted = await insertRows(app);
      const transfer = await insertTransfer(app, inserted, 'available', 1);
      expect(
        await outcome(app, `update stafett.transfer set state = 'acknowledged' where id = $1`, [transfer]),
      ).toBe('23514');
      expect(
        await outcome(app, `update stafett.transfer set state = 'collected' where id = $1`, [transfer]),
      ).toBe('done');
      await app.query(`insert into stafett.audit_entry values (gen_random_uuid(), '\\x01')`);
      for (const statement of [
        'update stafett.audit_entry set entry = entry',
        'delete from stafett.audit_entry',
        'truncate stafett.audit_entry',
        'create temporary table t (n int)',
        'create table public.t (n int)',
        'select from pg_authid',
      ]) {
        expect([statement, await outcome(app, statement)]).toEqual([statement, '42501']);
      }
    });
    await asAdmin(ownerUrl, async (owner) => {
      expect(await outcome(owner, 'delete from stafett.audit_entry')).toBe('42501');
      expect(await outcome(owner, 'truncate stafett.audit_entry')).toBe('42501');
    });
    const db = await openPool(appUrl);
    expect(await nextMonthHasPartitions(db)).toBe(true);
    expect(await ensurePartitions(db)).toBe(0);
    await db.destroy();
  } finally {
    await server.stop();
    rmSync(server.folder, { recursive: true });
  }
});
