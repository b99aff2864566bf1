import { scopes } from '../../src/common/access.js';
import { ExpiryService } from '../../src/dispatch/expiry.service.js';
import { mintToken } from '../../src/identity/issuer.tokens.js';
import { asAdmin, holdShards } from '../support/database.js';
import { client, type Client, type Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

const MONTH = 31;
let hub: TestHub;
let school: Client, ot: Client;
beforeAll(async () => {
  hub = await startTestHub();
  [school, ot] = [hub.as(agencies.school), hub.as(agencies.ot)];
});
afterAll(() => hub.close());
afterEach(() => hub.clock.days(Math.round((Date.now() - hub.clock.now().getTime()) / 86_400_000)));

/** A record that waits for its recipient, and one that waits for a release. */
async function sendBoth(youth: Json = newYouth()): Promise<string[]> {
  const interrupted = dataOf('education-interrupted', newYouth(), { school: school.orgNumber });
  return [
    await school.send(school.event('education-interrupted', interrupted)),
    await ot.send(ot.event('referral', dataOf('referral', youth), { holdforconsent: true })),
  ];
}
const statesOf = async (records: readonly string[]): Promise<string[]> =>
  (
    await hub.sql<{ state: string }>(
      `select t.state from unnest($1::uuid[]) with ordinality as r (id, no)
       join stafett.transfer t on t.record_id = r.id and t.notice is null order by r.no`,
      [records],
    )
  ).map(({ state }) => state);
const dispatched = (records: readonly string[]): Promise<void> =>
  until(async () => (await statesOf(records)).length === records.length);
const findOverdue = (): Promise<number> => hub.hub.app.get(ExpiryService, { strict: false }).findOverdue();

it('erases nothing where the hub’s clock is a month ahead of the database’s', async () => {
  const records = await sendBoth();
  await dispatched(records);
  hub.clock.days(MONTH);
  expect(await findOverdue()).toBe(0);
  expect(await statesOf(records)).toEqual(['available', 'held']);
});

it('lets go what a release is given for, with a clock that is a month ahead', async () => {
  const youth = newYouth();
  const records = await sendBoth(youth);
  await dispatched(records);
  hub.clock.days(MONTH);
  const token = (): Promise<string> =>
    mintToken(hub.config.process.keys, hub.config, { orgNumber: ot.orgNumber, scopes, clock: hub.clock });
  const { status } = await client(hub.url, ot.orgNumber, token).call(
    'POST',
    '/v1/consents',
    releaseFor(youth, ot.orgNumber, agencies.nav),
  );
  expect(status).toBe(201);
  await until(async () => (await statesOf(records))[1] !== 'held');
  expect(await statesOf(records)).toEqual(['available', 'available']);
});

/** What is done meanwhile waits for dispatch. */
const withoutDispatch = <T>(work: () => Promise<T>): Promise<T> =>
  asAdmin(hub.database.superUrl, async (admin) => {
    await holdShards(admin);
    const done = await work();
    await admin.query('rollback');
    return done;
  });

it('leaves news of what is over once, however long nobody has handled it', async () => {
  const records = await sendBoth();
  await dispatched(records);
  await withoutDispatch(async () => {
    await hub.age(MONTH);
    // The hub's own look, once a minute, may come between.
    await findOverdue();
    expect(await findOverdue()).toBe(0);
    const told = await hub.sql<{ news: number }>(
      `select count(n.no)::int as news from stafett.transfer t left join stafett.recheck n on n.subject = t.id
       where t.record_id = any ($1) group by t.id`,
      [records],
    );
    expect(told.map(({ news }) => news)).toEqual([1, 1]);
  });
  await until(async () => (await statesOf(records)).every((state) => state === 'expired'));
});

/** What is done is dispatched by a hub whose clock is a month behind. */
const dispatchedBehind = <T>(work: () => Promise<T>): Promise<T> =>
  withoutDispatch(async () => {
    const done = await work();
    hub.clock.days(-MONTH);
    return done;
  });

it('erases nothing that was made while the hub’s clock was a month behind', async () => {
  const records = await dispatchedBehind(() => sendBoth());
  await dispatched(records);
  hub.clock.days(MONTH);
  expect(await findOverdue()).toBe(0);
  expect(await statesOf(records)).toEqual(['available', 'held']);
});

it('erases nothing that was let go while the hub’s clock was a month behind', async () => {
  const youth = newYouth();
  const records = await sendBoth(youth);
  await dispatched(records);
  await dispatchedBehind(() =>
    ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, agencies.nav)),
  );
  await until(async () => (await statesOf(records))[1] !== 'held');
  hub.clock.days(MONTH);
  expect(await findOverdue()).toBe(0);
  expect(await statesOf(records)).toEqual(['available', 'available']);
});
