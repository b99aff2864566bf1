import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/common/clock.js';
import { startHub, type Hub } from '../../src/hub.js';
import { Proxy } from '../crash/support/proxy.js';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';
import { testConfig } from '../support/hub.js';
import { giveIssuerKey } from '../support/keys.js';

let database: TestDatabase;
let proxy: Proxy;
let hub: Hub;
const data = mkdtempSync(join(tmpdir(), 'stafett-health-'));

beforeAll(async () => {
  database = await createDatabase();
  const url = new URL(database.appUrl);
  proxy = await Proxy.start(Number(url.port));
  url.host = `127.0.0.1:${proxy.port}`;
  const config = testConfig(data);
  giveIssuerKey(config.process.keys);
  hub = await startHub(config, { appUrl: url.href, clock: systemClock, docs: false });
}, 60_000);
afterAll(async () => {
  proxy.set('open');
  await hub.stop();
  await proxy.stop();
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});
beforeEach(() => proxy.set('open'));

/** From outside the database, as nobody who is connected to it may write any more. */
const readOnly = (how: string): Promise<unknown> =>
  asAdmin(process.env['STAFETT_TEST_SUPER_URL'] ?? '', (admin) =>
    admin.query(`alter database ${database.name} ${how}`),
  );

interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly checks?: Record<string, unknown>;
    readonly details?: Record<string, unknown>;
  };
}

async function ask(path: string): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${hub.port}/health/${path}`, {
    signal: AbortSignal.timeout(3000),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

it('is ready where the database writes, and says how each check went', async () => {
  const up = { status: 'up' };
  expect(await ask('ready')).toMatchObject({
    status: 200,
    body: { details: { database: up, partitions: up, log: { ...up, disclosing: true } } },
  });
});

it.each(['frozen', 'refusing'] as const)(
  'says within two seconds that it is not ready where the database’s network is %s, and is alive',
  async (mode) => {
    proxy.set(mode);
    if (mode === 'refusing') proxy.cut();
    const began = performance.now();
    const { status, body } = await ask('ready');
    expect(performance.now() - began).toBeLessThan(2000);
    expect([status, body.code, body.checks]).toEqual([
      503,
      'not-ready',
      { database: { status: 'down' }, partitions: { status: 'down' }, log: expect.anything() },
    ]);
    expect((await ask('live')).status).toBe(200);
    proxy.set('open');
    expect((await ask('ready')).status).toBe(200);
  },
);

it('is not ready where the server only reads, as a standby does', async () => {
  await readOnly('set default_transaction_read_only = on');
  proxy.cut();
  const { status, body } = await ask('ready');
  expect([status, body.code, body.checks]).toEqual([
    503,
    'not-ready',
    { database: { status: 'down' }, partitions: { status: 'up' }, log: { status: 'up', disclosing: true } },
  ]);
  await readOnly('reset default_transaction_read_only');
  proxy.cut();
  expect((await ask('ready')).status).toBe(200);
});

it('is not ready where next month has no partition to write to', async () => {
  await asAdmin(database.superUrl, async (admin) => {
    const { rows } = await admin.query<{ month: string }>(
      `select to_char(now() at time zone 'UTC' + interval '1 month', 'YYYY_MM') as month`,
    );
    await admin.query(`drop table stafett.record_body_${rows[0]?.month}`);
  });
  const { status, body } = await ask('ready');
  expect([status, body.checks]).toEqual([
    503,
    {
      database: { status: 'up' },
      partitions: { status: 'down' },
      log: { status: 'up', disclosing: true },
    },
  ]);
});
