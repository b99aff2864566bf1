import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Json } from '../support/client.js';
import { agencies } from '../support/agencies.js';
import { asAdmin, openPool } from '../support/database.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

/** What an administrator may have given a database, each against what the hub relies on. */
const given: Readonly<Record<string, string>> = {
  synchronous_commit: 'off',
  default_transaction_isolation: 'serializable',
  timezone: 'Pacific/Apia',
  datestyle: 'SQL, DMY',
  intervalstyle: 'iso_8601',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  extra_float_digits: '-15',
  search_path: 'nowhere',
  idle_session_timeout: '700ms',
};

let hub: TestHub;
let school: Client;
let ot: Client;
beforeAll(async () => {
  hub = await startTestHub(undefined, undefined, async (appUrl) => {
    await asAdmin(process.env['STAFETT_TEST_SUPER_URL'] ?? '', async (admin) => {
      const name = new URL(appUrl).pathname.slice(1);
      for (const [setting, value] of Object.entries(given))
        await admin.query(`alter database ${name} set ${setting} = '${value}'`);
    });
    return appUrl;
  });
  school = hub.as(agencies.school);
  ot = hub.as(agencies.ot);
});
afterAll(() => hub.close());

it('waits for the disk at every commit, whatever the database has been given', async () => {
  const pool = await openPool(hub.database.appUrl);
  const shown = await pool.query<{ synchronous_commit: string }[]>('show synchronous_commit');
  await pool.destroy();
  expect(shown).toEqual([{ synchronous_commit: 'on' }]);
});

it('takes in and hands out the same times and bodies', async () => {
  const youth = newYouth();
  const data = dataOf('education-interrupted', youth, { school: agencies.school });
  const before = Date.now();
  const record = await school.send(school.event('education-interrupted', data));
  const [event] = await ot.pullUntil((events) => events.length === 1);
  expect(event.data).toEqual(data);
  expect((await ot.acknowledge([event.transferid])).status).toBe(200);

  const { acceptedAt, transfers } = (await school.record(record)).body as Json;
  expect(transfers).toMatchObject([{ state: 'acknowledged' }]);
  const { body } = await hub.as(agencies.county).call('GET', `/v1/audit/entries?record=${record}`);
  const times = [acceptedAt, ...(body.items as Json[]).map(({ at }) => at)].map((at) => Date.parse(at));
  expect(times.length).toBeGreaterThan(3);
  for (const at of times) {
    expect(at).toBeGreaterThanOrEqual(before - 1000);
    expect(at).toBeLessThanOrEqual(Date.now() + 1000);
  }
});

it('keeps its connections, however long nothing is said on them', async () => {
  const open = (): Promise<{ pid: number }[]> =>
    hub.sql<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name in ('stafett', 'stafett-channel')`,
    );
  const before = await open();
  expect(before.length).toBeGreaterThan(1);
  await sleep(1500);
  expect(await open()).toEqual(expect.arrayContaining(before));
});
