import { FairShare } from '../../src/database/fair-share.js';
import type { AgencyId } from '../../src/common/ids.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

/** So large that an agency may have one call at work. */
const POOL = 4;
let hub: TestHub;
let school: Client;
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, database: { ...config.database, poolSize: POOL } }));
  school = hub.as(agencies.school);
});
afterAll(() => hub.close());

/** Something of the agency's takes its time. */
async function busyWith(work: () => Promise<void>): Promise<void> {
  const [row] = await hub.sql<{ id: AgencyId }>('select id from stafett.agency where org_number = $1', [
    agencies.school,
  ]);
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  const busy = hub.hub.app.get(FairShare, { strict: false }).run(row!.id, () => done);
  await work();
  end();
  await busy;
}

it('lets the calls of an agency wait for each other, and not those of others, nor what it sends', async () => {
  let answered = 0;
  const calls: Promise<void>[] = [];
  await busyWith(async () => {
    for (const [path, expected] of [
      ['/v1/outbox', 200],
      ['/v1/inbox', 200],
      ['/v1/inbox?wait=1', 200],
      ['/v1/agencies?limit=1', 200],
      // Its refusal is traced, which takes a connection too.
      ['/v1/nothing-here', 404],
    ] as const)
      calls.push(
        school.call('GET', path).then(({ status }) => {
          expect(status).toBe(expected);
          answered += 1;
        }),
      );
    expect((await hub.as(agencies.ot).call('GET', '/v1/inbox')).status).toBe(200);
    const data = dataOf('education-interrupted', newYouth(), { school: school.orgNumber });
    expect((await school.push(school.event('education-interrupted', data))).status).toBe(202);
    expect(answered).toBe(0);
  });
  await until(() => answered === calls.length);
  await Promise.all(calls);
});

it.each(['/v1/outbox', '/v1/nothing-here'])(
  'answers 503 with Retry-After where more of it waits than may: %s',
  async (path) => {
    let calls: Promise<Json>[] = [];
    await busyWith(async () => {
      calls = Array.from({ length: 40 }, () => school.call('GET', path));
      const busy = await Promise.any(
        calls.map(async (call) => {
          const answer = await call;
          if (answer.status !== 503) throw new Error(String(answer.status));
          return answer;
        }),
      );
      expect([busy.body.code, Number(busy.headers.get('retry-after')) > 0]).toEqual(['busy', true]);
    });
    await Promise.all(calls);
  },
);
