import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { tableRights } from '../../src/database/grants.js';
import { migrate } from '../../src/database/migrate.js';
import {
  closeDatabase,
  APP_ROLE,
  checkProductionDatabase,
  OWNER_ROLE,
  prepareDatabase,
  prepareRoles,
  withLogin,
} from '../../src/database/roles.js';
import { loadConfig } from '../../src/config/load.js';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';
import { startPostgres } from '../support/postgres.js';
import { outcome } from './rows.js';

let database: TestDatabase;
let app: Client;
let owner: Client;
const entry = randomUUID();

beforeAll(async () => {
  database = await createDatabase();
  app = new Client({ connectionString: database.appUrl });
  owner = new Client({ connectionString: database.ownerUrl });
  await app.connect();
  await owner.connect();
  await app.query(`insert into stafett.audit_entry values ($1, '\\x01')`, [entry]);
  await app.query(
    `insert into stafett.entry_detail (id, act, at, detail) values ($1, 'record-accepted', now(), '{}')`,
    [entry],
  );
});
afterAll(async () => {
  await app.end();
  await owner.end();
  await database.drop();
});

describe('the application’s login', () => {
  it.each([
    ['update stafett.audit_entry set entry = entry'],
    ['delete from stafett.audit_entry'],
    ['truncate stafett.audit_entry'],
    ['truncate stafett.audit_entry_default'],
    ["insert into stafett.audit_entry_default values (gen_random_uuid(), '\\x01')"],
    ['alter table stafett.audit_entry disable trigger all'],
    ['alter table stafett.audit_entry drop column entry'],
    ['drop table stafett.audit_entry'],
    ['update stafett.entry_detail set act = act'],
    ['delete from stafett.entry_detail'],
    ['truncate stafett.entry_detail'],
    ['delete from stafett.record'],
    ['delete from stafett.transfer'],
    ['delete from stafett.youth'],
    ['update stafett.record_body set sealed = sealed'],
    ['update stafett.key_check set value = value'],
    ["insert into stafett.migration (timestamp, name) values (1, 'x')"],
    ['create table stafett.mine (id int)'],
    ['create table public.mine (id int)'],
    ['create temporary table mine (id int)'],
    ['create schema mine'],
    ['create sequence bullmq.mine'],
    ['create role mine'],
    ['create database mine'],
    ['select * from pg_catalog.pg_authid'],
    ['select * from pg_catalog.pg_shadow'],
    ['set session_replication_role = replica'],
    ['select stafett.refuse_rewrite()'],
    ["select bullmq.obliterate('dispatch', 1, true)"],
    [`set role ${OWNER_ROLE}`],
    ['alter role stafett_app superuser'],
    ["copy stafett.record to program 'cat'"],
  ])('is refused: %s', async (statement) => {
    expect(await outcome(app, statement)).toBe('42501');
  });

  it('appends to the audit log and reads it', async () => {
    const { rows } = await app.query(
      'select from stafett.audit_entry join stafett.entry_detail using (id) where id = $1',
      [entry],
    );
    expect(rows).toHaveLength(1);
  });

  it('locks the rows that a pull and a group commit lock', async () => {
    expect(await outcome(app, 'select from stafett.consent for share')).toBe('done');
    expect(
      await outcome(app, 'select from stafett.youth join stafett.youth_key on youth_id = id for key share'),
    ).toBe('done');
  });

  it('may connect while the database is closed to others again, as each start does', async () => {
    const refused: unknown[] = [];
    let isOver = false;
    const closing = (async () => {
      for (let i = 0; i < 60; i += 1) await closeDatabase(owner, database.name);
      isOver = true;
    })();
    while (!isOver)
      await asAdmin(database.appUrl, (client) => client.query('select 1')).catch((e) => refused.push(e));
    await closing;
    expect(refused).toEqual([]);
  });

  it('has time limits of its own', async () => {
    const { rows } = await app.query<{ statement: string; lock: string; idle: string }>(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(rows).toEqual([{ statement: '30s', lock: '10s', idle: '5s' }]);
  });

  it('owns nothing in the database', async () => {
    const { rows } = await owner.query(
      `select relname from pg_class where pg_get_userbyid(relowner) = $1 union all select proname from pg_proc where pg_get_userbyid(proowner) = $1
       union all select nspname from pg_namespace where pg_get_userbyid(nspowner) = $1`,
      [APP_ROLE],
    );
    expect(rows).toEqual([]);
  });

  it('has exactly the listed rights on every table, and every table is listed', async () => {
    const { rows } = await owner.query<{ name: string; rights: string | null }>(
      `select c.relname as name, (select string_agg(lower(privilege_type), ', ' order by privilege_type) from aclexplode(c.relacl) a
         where a.grantee = $1::regrole) as rights
       from pg_class c where c.relnamespace = 'stafett'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition`,
      [APP_ROLE],
    );
    const sorted = (rights: string): string => rights.split(', ').sort().join(', ');
    expect(Object.fromEntries(rows.map((row) => [row.name, row.rights]))).toEqual(
      Object.fromEntries(Object.entries(tableRights).map(([table, rights]) => [table, sorted(rights)])),
    );
  });

  it('gets nothing on partitions, not even on new ones, and nothing from public', async () => {
    await app.query('select stafett.create_partitions(9)');
    const { rows } = await owner.query(
      `select relname from pg_class c, aclexplode(c.relacl) a where c.relnamespace in ('stafett'::regnamespace, 'bullmq'::regnamespace)
         and ((a.grantee = $1::regrole and c.relispartition) or a.grantee = 0)`,
      [APP_ROLE],
    );
    expect(rows).toEqual([]);
  });
});

describe('the owner', () => {
  it.each([
    'update stafett.audit_entry set entry = entry',
    'delete from stafett.audit_entry',
    'truncate stafett.audit_entry',
    'truncate stafett.audit_entry_default',
  ])('is stopped by a trigger: %s', async (statement) => {
    expect(await outcome(owner, statement)).toBe('42501');
  });

  it('is stopped in replica mode too, also on a partition that was made later', async () => {
    await asAdmin(database.superUrl, async (admin) => {
      await admin.query('set session_replication_role = replica');
      await admin.query(
        `insert into stafett.audit_entry values (stafett.uuid_at(now() + interval '7 months'), '\\x01')`,
      );
      expect(await outcome(admin, 'delete from stafett.audit_entry')).toBe('42501');
      expect(await outcome(admin, 'truncate stafett.audit_entry')).toBe('42501');
    });
  });
});

describe('the database’s own rights', () => {
  it('lets no other login connect', async () => {
    await asAdmin(database.superUrl, (admin) => admin.query(`create role stranger login password 'x'`));
    try {
      await expect(
        asAdmin(withLogin(database.superUrl, 'stranger', 'x', database.name), (client) =>
          client.query('select 1'),
        ),
      ).rejects.toMatchObject({ code: '42501' });
    } finally {
      await asAdmin(database.superUrl, (admin) => admin.query('drop role stranger'));
    }
  });
});

describe('preparing roles', () => {
  it('comes to the same from eight starters at once, with passwords that only the hub’s user can read', async () => {
    const server = await startPostgres();
    try {
      const keys = join(server.folder, 'keys');
      const all = await Promise.all(Array.from({ length: 8 }, () => prepareRoles(server.superUrl, keys)));
      expect(new Set(all.map((urls) => JSON.stringify(urls))).size).toBe(1);
      expect(readdirSync(keys).sort()).toEqual(['stafett_app.password', 'stafett_owner.password']);
      for (const name of readdirSync(keys)) expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600);
      const runs = await Promise.all(all.slice(0, 3).map(({ ownerUrl }) => migrate(ownerUrl, APP_ROLE)));
      expect(runs.filter((run) => run.applied.length > 0)).toHaveLength(1);
      await expect(migrate(all[0]?.ownerUrl ?? '', APP_ROLE)).resolves.toMatchObject({ applied: [] });
      expect(readFileSync(server.logFile, 'utf8')).not.toMatch(/password '|ERROR/);
    } finally {
      await server.stop();
      rmSync(server.folder, { recursive: true });
    }
  });

  it('works with a login that may create roles and databases and is no superuser, and then uses the database it was given', async () => {
    const server = await startPostgres();
    try {
      await asAdmin(server.superUrl, async (admin) => {
        await admin.query(`create role developer login createrole createdb password 'x'`);
        await admin.query('create database kommune owner developer');
      });
      const keys = join(server.folder, 'keys');
      mkdirSync(keys);
      const load = (url: string) =>
        loadConfig({ STAFETT_DATA: server.folder, STAFETT_KEYS: keys, DATABASE_URL: url });
      const prepared = await prepareDatabase(load(withLogin(server.superUrl, 'developer', 'x', 'kommune')));
      expect(new URL(prepared.appUrl).username).toBe(APP_ROLE);
      expect(new URL(prepared.appUrl).pathname).toBe('/kommune');
      await migrate(prepared.ownerUrl ?? '', prepared.appRole);
      expect(await asAdmin(prepared.appUrl, (client) => outcome(client, 'select from stafett.record'))).toBe(
        'done',
      );

      const fresh = await prepareDatabase(load(withLogin(server.superUrl, 'developer', 'x', 'postgres')));
      expect(new URL(fresh.appUrl).pathname).toBe('/stafett');
      await migrate(fresh.ownerUrl ?? '', fresh.appRole);
      const again = await prepareDatabase(load(withLogin(server.superUrl, 'developer', 'x', 'postgres')));
      expect(again.appUrl).toBe(fresh.appUrl);

      const appOnly = await prepareDatabase(load(fresh.appUrl));
      expect(appOnly).toMatchObject({ appUrl: fresh.appUrl, ownerUrl: undefined, appRole: APP_ROLE });
    } finally {
      await server.stop();
      rmSync(server.folder, { recursive: true });
    }
  });
});

it('refuses a pooler that keeps the connection’s options to itself, and says so', async () => {
  const { hostname, port } = new URL(database.appUrl);
  const pooler = createServer((client) => {
    const server = connect(Number(port), hostname);
    client.once('data', (startup) => {
      // Length, protocol, and names and values, each with a zero at its end (PostgreSQL, "Message Formats", StartupMessage).
      const words = startup.subarray(8).toString('latin1').split('\0');
      words.splice(words.indexOf('options'), 2);
      const rest = Buffer.from(words.join('\0'), 'latin1');
      const head = Buffer.from(startup.subarray(0, 8));
      head.writeInt32BE(head.length + rest.length);
      server.write(Buffer.concat([head, rest]));
      client.pipe(server).pipe(client);
    });
    for (const end of [client, server]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
  const through = new URL(database.appUrl);
  through.host = `127.0.0.1:${(pooler.address() as AddressInfo).port}`;
  await expect(prepareDatabase(loadConfig({ DATABASE_URL: through.href }))).rejects.toThrow(
    /^database\.url: .*keeps the connection's options to itself/,
  );
  pooler.close();
});

describe('production', () => {
  it('takes a login that owns nothing, and refuses a server that may forget what it has committed', async () => {
    const server = await startPostgres({ settings: { fsync: 'on' } });
    try {
      const { appUrl } = await prepareRoles(server.superUrl, server.folder);
      await expect(checkProductionDatabase(appUrl)).resolves.toBeUndefined();
    } finally {
      await server.stop();
      rmSync(server.folder, { recursive: true });
    }
    await expect(checkProductionDatabase(database.appUrl)).rejects.toThrow(
      /DATABASE_URL has fsync = off.*NODE_ENV is production/,
    );
  });
  it('refuses a superuser, and names DATABASE_URL', async () => {
    await expect(checkProductionDatabase(database.superUrl)).rejects.toThrow(
      /DATABASE_URL.*is a superuser.*NODE_ENV is production/,
    );
  });
  it('refuses the owner of the schema, and whoever belongs to it', async () => {
    await expect(checkProductionDatabase(database.ownerUrl)).rejects.toThrow(
      /DATABASE_URL.*owns the schema stafett/,
    );
  });
  it('refuses an owner’s login without the application’s, instead of serving from a database of this machine', async () => {
    const owner = 'postgres://owner:secret@127.0.0.1:1/stafett';
    const prepared = prepareDatabase(loadConfig({ DATABASE_OWNER_URL: owner }));
    await expect(prepared).rejects.toThrow(/^database\.url: empty, although database\.ownerUrl is given/);
    await expect(prepared).rejects.not.toThrow(/secret/);
  });
  it('says in one line that a server does not answer, without the password', async () => {
    const refused = checkProductionDatabase('postgres://someone:secret@127.0.0.1:1/stafett');
    await expect(refused).rejects.toThrow(
      /^database\.url: no connection to 127\.0\.0\.1:1\/stafett \(.*ECONNREFUSED.*\)/,
    );
    await expect(refused).rejects.not.toThrow(/secret/);
  });
});
