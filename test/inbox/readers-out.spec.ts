import { setTimeout as sleep } from 'node:timers/promises';
import { startHub, type Hub } from '../../src/hub.js';
import { client, type Answer, type Client, type Json } from '../support/client.js';
import { asAdmin } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

/** So many that pulls of them overlap. */
const RECORDS = 60;

let hub: TestHub;
let other: Hub;
let school: Client, ot: Client, nav: Client;
const youths: Json[] = [];
const releases: string[] = [];
beforeAll(async () => {
  hub = await startTestHub((config) => ({
    ...config,
    identity: { ...config.identity, directoryCacheSeconds: 1 },
  }));
  other = await startHub(hub.config, { appUrl: hub.database.appUrl, docs: false });
  [school, ot, nav] = [agencies.school, agencies.ot, agencies.nav].map((one) => hub.as(one)) as [
    Client,
    Client,
    Client,
  ];
  for (let i = 0; i < RECORDS; i += 1) {
    const youth = newYouth();
    youths.push(youth);
    releases.push((await give(youth)).body.consentId);
    await ot.send(ot.event('referral', dataOf('referral', youth)));
  }
  await nav.pullUntil((events) => events.length === RECORDS);
}, 60_000);
afterAll(async () => {
  await other.stop();
  await hub.close();
});

const give = (youth: Json): Promise<Answer> =>
  ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
const withdraw = (release: string | undefined): Promise<Answer> =>
  ot.call('POST', `/v1/consents/${release}/withdrawal`, { by: 'youth', how: 'phone' });
const raise = (youth: Json): Promise<Answer> =>
  ot.push(ot.event('referral', dataOf('referral', { ...youth, protection: 'confidential' })));
const push = (): Promise<Answer> =>
  school.push(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
    ),
  );

it('lets a release be taken back or given, a grade rise, and others push beside it, while a recipient pulls without a pause', async () => {
  const navThere = client(`http://127.0.0.1:${other.port}`, agencies.nav, () => hub.token(agencies.nav));
  let stopped = false;
  const pulls = [nav, nav, nav, nav, navThere, navThere, navThere, navThere].map(async (one) => {
    while (!stopped) await one.pull('?limit=500');
  });
  await sleep(500);
  const timed = async (act: () => Promise<Answer>): Promise<{ status: number; isQuick: boolean }> => {
    const began = performance.now();
    const { status } = await act();
    return { status, isQuick: performance.now() - began < 5000 };
  };
  try {
    for (const i of [0, 1]) {
      expect(await timed(() => withdraw(releases[i]))).toEqual({ status: 200, isQuick: true });
      expect(await timed(() => give(youths[i]))).toEqual({ status: 201, isQuick: true });
      const rising = timed(() => raise(youths[i + 2]));
      await sleep(20);
      expect(await timed(push)).toEqual({ status: 202, isQuick: true });
      expect(await rising).toEqual({ status: 202, isQuick: true });
    }
  } finally {
    stopped = true;
    await Promise.all(pulls);
  }
}, 90_000);

it('counts what another acknowledgement through the same cursor has just acknowledged as acknowledged', async () => {
  const { cursor } = (await nav.pull('?limit=3')).body;
  const through = (): Promise<Answer> => nav.call('POST', '/v1/inbox/acknowledgements', { through: cursor });
  const both = await asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('begin');
    await admin.query('select from stafett.transfer for update');
    const both = [through(), through()];
    await until(
      async () =>
        (
          await hub.sql(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length === 2,
    );
    await admin.query('rollback');
    return Promise.all(both);
  });
  expect(both.map(({ body }) => body)).toEqual([
    { acknowledged: 3, skipped: 0 },
    { acknowledged: 3, skipped: 0 },
  ]);
});
