import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { HealthCheckService } from '@nestjs/terminus';
import { asAdmin, elsewhere } from '../support/database.js';
import { startBehindProxy, type HubBehindProxy } from '../support/behind-proxy.js';

let way: HubBehindProxy;
let proxy: HubBehindProxy['proxy'];
let hub: HubBehindProxy['hub'];
beforeAll(async () => {
  way = await startBehindProxy();
  ({ hub, proxy } = way);
}, 60_000);
afterAll(() => way.close());
beforeEach(() => proxy.set('open'));

/** From outside the database, as nobody who is connected to it may write any more. */
const readOnly = (how: string): Promise<unknown> =>
  asAdmin(elsewhere(hub.database.superUrl, 'postgres'), (admin) =>
    admin.query(`alter database ${hub.database.name} ${how}`),
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
  const answer = await fetch(`${hub.url}/health/${path}`, { signal: AbortSignal.timeout(3000) });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

/** After a look is no longer told to others. */
async function askAnew(): Promise<Answer> {
  await sleep(1001);
  return ask('ready');
}

it('is ready where the database writes, and says how each check went', async () => {
  const up = { status: 'up' };
  expect(await askAnew()).toMatchObject({
    status: 200,
    body: { details: { database: up, partitions: up, log: { ...up, disclosing: true } } },
  });
});

it.each(['frozen', 'refusing'] as const)(
  'says within two seconds that it is not ready where the database’s network is %s, and is alive',
  async (mode) => {
    proxy.set(mode);
    if (mode === 'refusing') proxy.cut();
    await sleep(1001);
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
    expect((await askAnew()).status).toBe(200);
  },
);

it('is not ready where the server only reads, as a standby does', async () => {
  await readOnly('set default_transaction_read_only = on');
  proxy.cut();
  const { status, body } = await askAnew();
  expect([status, body.code, body.checks]).toEqual([
    503,
    'not-ready',
    { database: { status: 'down' }, partitions: { status: 'up' }, log: { status: 'up', disclosing: true } },
  ]);
  await readOnly('reset default_transaction_read_only');
  proxy.cut();
  expect((await askAnew()).status).toBe(200);
});

it('is not ready where next month has no partition to write to', async () => {
  const [next] = await hub.sql<{ month: string }>(
    `select to_char(now() at time zone 'UTC' + interval '1 month', 'YYYY_MM') as month`,
  );
  await hub.sql(`drop table stafett.record_body_${next?.month}`);
  const { status, body } = await askAnew();
  expect([status, body.checks]).toEqual([
    503,
    {
      database: { status: 'up' },
      partitions: { status: 'down' },
      log: { status: 'up', disclosing: true },
    },
  ]);
});

it('looks once for all who ask within a second, and tells all the same', async () => {
  const looks = jest.spyOn(hub.hub.app.get(HealthCheckService, { strict: false }), 'check');
  try {
    await sleep(1001);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('ready')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(looks).toHaveBeenCalledTimes(1);
    proxy.set('frozen');
    await sleep(1001);
    const [first, later] = [ask('ready'), sleep(1200).then(() => ask('ready'))];
    expect([(await first).status, (await later).status]).toEqual([503, 503]);
    expect(looks).toHaveBeenCalledTimes(2);
  } finally {
    looks.mockRestore();
  }
});
