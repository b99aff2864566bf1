import { addDays } from '../../src/common/days.js';
import { asAdmin } from '../support/database.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { newYouth, releaseFor } from '../support/youths.js';

let hub: TestHub;
let ot: Client;
beforeAll(async () => {
  hub = await startTestHub();
  ot = hub.as(agencies.ot);
});
afterAll(() => hub.close());

const release = (youth: Json, more: Json = {}): Json => releaseFor(youth, ot.orgNumber, agencies.nav, more);
async function give(body: Json, as = ot): Promise<string> {
  const answer = await as.call('POST', '/v1/consents', body);
  expect([answer.status, answer.body.state]).toEqual([201, 'given']);
  return answer.body.consentId as string;
}
const entries = async (act: string, id: string): Promise<number> =>
  (await hub.sql('select from stafett.entry_detail where act = $1 and consent_id = $2', [act, id])).length;
const withdraw = (id: string) =>
  ot.call('POST', `/v1/consents/${id}/withdrawal`, { by: 'youth', how: 'phone' });

it('gives a release that is said twice, because the first answer was lost, one id and one entry', async () => {
  const youth = newYouth();
  const first = await give(release(youth));
  const { recordTypes, categories, ...rest } = release(youth);
  expect(await give({ ...rest, recordTypes, categories: [...categories].reverse() })).toBe(first);
  expect(await entries('consent-given', first)).toBe(1);
});

it('makes one release of several that say the same at the same time', async () => {
  const youth = newYouth();
  await give(release(youth, { purpose: 'Noe annet' }));
  const ids = await asAdmin(hub.database.superUrl, async (admin) => {
    // They begin together, when the youth is free.
    await admin.query('begin');
    await admin.query('select from stafett.youth for update');
    const giving = Array.from({ length: 4 }, () => give(release(youth)));
    await until(
      async () =>
        (
          await hub.sql(
            `select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock' and query like '%stafett.youth%'`,
            [hub.database.name],
          )
        ).length === giving.length,
    );
    await admin.query('rollback');
    return Promise.all(giving);
  });
  expect(new Set(ids).size).toBe(1);
});

it('registers anew what differs in anything that was said, and what was taken back', async () => {
  const youth = newYouth();
  const first = await give(release(youth));
  const [signer] = release(youth).signers;
  const others = [
    await give(release(newYouth())),
    await give(release(youth, { to: `urn:stafett:agency:${agencies.otherNav}` })),
    await give(release(youth, { recordTypes: ['referral', 'education-interrupted'] })),
    await give(release(youth, { categories: ['identity'] })),
    await give(release(youth, { purpose: 'Noe annet' })),
    await give(release(youth, { validUntil: addDays(release(youth).validUntil, 1) })),
    await give(release(youth, { signers: [{ ...signer, how: 'paper' }] })),
    await give(release(youth, { signers: [signer, { ...signer, role: 'parent' }] })),
  ];
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
  expect((await withdraw(first)).status).toBe(200);
  const again = await give(release(youth));
  expect([first, ...others]).not.toContain(again);
  expect((await ot.call('GET', `/v1/consents/${again}`)).body.state).toBe('given');
});

it('takes no birth number as how it was given or taken back, which the audit log shows as it is', async () => {
  const youth = newYouth();
  const id = await give(release(youth));
  const number = youth.nationalId as string;
  const [signer] = release(youth).signers;
  for (const how of [
    `b${number}`,
    `b${number.slice(0, 6)}-${number.slice(6)}`,
    `b${[...number].join('-')}`,
  ]) {
    const taken = await ot.call('POST', `/v1/consents/${id}/withdrawal`, { by: 'youth', how });
    const given = await ot.call('POST', '/v1/consents', release(youth, { signers: [{ ...signer, how }] }));
    expect([taken.status, given.status]).toEqual([400, 400]);
  }
  expect(await entries('consent-withdrawn', id)).toBe(0);
  expect((await withdraw(id)).status).toBe(200);
});
