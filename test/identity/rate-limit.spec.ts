import { setTimeout as sleep } from 'node:timers/promises';
import type { AgencyId } from '../../src/common/ids.js';
import { startHub, type Hub } from '../../src/hub.js';
import { RateLimiter } from '../../src/identity/rate-limiter.js';
import { client, type Answer, type Client } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';

const LIMIT = 40;
let hub: TestHub;
let other: Hub;
let school: Client, elsewhere: Client;
beforeAll(async () => {
  hub = await startTestHub((config) => ({
    ...config,
    identity: { ...config.identity, requestsPerSecond: LIMIT, directoryCacheSeconds: 1 },
  }));
  other = await startHub(hub.config, { appUrl: hub.database.appUrl, docs: false });
  school = hub.as(agencies.school);
  elsewhere = client(`http://127.0.0.1:${other.port}`, agencies.school, () => hub.token(agencies.school));
});
afterAll(async () => {
  await other.stop();
  await hub.close();
});

const count = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

it('gives an agency its requests a second over all processes, and tells the rest when to come back', async () => {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 4 * LIMIT }, (_, i) => (i % 2 ? school : elsewhere).call('GET', '/v1/me')),
  );
  const seconds = (performance.now() - started) / 1000;
  const [taken, refused] = [count(answers, 200), count(answers, 429)];
  expect(taken + refused).toBe(4 * LIMIT);
  expect(taken).toBeGreaterThanOrEqual(LIMIT / 2);
  // A second's requests at once, and what came free while these ran. Of an agency that was never seen before, two processes may both give the first four.
  expect(taken).toBeLessThanOrEqual(LIMIT * (1 + seconds) + 4);
  const no = answers.find(({ status }) => status === 429);
  expect(no?.body).toMatchObject({ code: 'rate-limited', retry: true });
  expect(Number(no?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(no?.headers.get('ratelimit-policy')).toBe(`"agency";q=${LIMIT};w=1`);
  expect(no?.headers.get('ratelimit')).toMatch(/^"agency";r=\d+;t=1$/);
});

it('gives an agency that was silent all that it has, however many of its calls come at the same moment', async () => {
  const [row] = await hub.sql<{ id: AgencyId }>('select id from stafett.agency where org_number = $1', [
    agencies.nav,
  ]);
  const limiter = hub.hub.app.get(RateLimiter, { strict: false });
  const rates = await Promise.all(Array.from({ length: LIMIT }, () => limiter.take(row!.id)));
  expect(rates.filter(({ allowed }) => !allowed)).toEqual([]);
});

it('never tells of more than an agency’s quota, however its calls are spread', async () => {
  const left: number[] = [];
  for (const pause of [0, 0, 300, 0, 0, 400, 0, 0, 0, 0, 1100, 0, 500, 0]) {
    await sleep(pause);
    const { headers } = await hub.as(agencies.otherOt).call('GET', '/v1/me');
    left.push(Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]));
  }
  expect(Math.max(...left)).toBeLessThan(LIMIT);
});

it('lets it go on a moment later, and never mixes up two agencies', async () => {
  const ot = await hub.as(agencies.ot).call('GET', '/v1/me');
  expect(ot.status).toBe(200);
  await sleep(1100);
  expect((await school.call('GET', '/v1/me')).status).toBe(200);
});

it('lets an agency go on whose requests were counted by a clock that was set back since', async () => {
  for (const back of ['1 hour', '20 seconds']) {
    await sleep(1100);
    await hub.sql('update stafett.rate_lease set used_until = now() + $1::interval', [back]);
    expect((await school.call('GET', '/v1/me')).status).toBe(200);
  }
  const [row] = await hub.sql<{ soon: boolean }>(
    `select max(used_until) filter (where agency_id = a.id) < now() + interval '2 seconds' as soon
     from stafett.rate_lease, stafett.agency a where a.org_number = $1 group by a.id`,
    [agencies.school],
  );
  expect(row?.soon).toBe(true);
});

it('counts what it turned away per agency, in one entry and not in one each', async () => {
  await sleep(1100);
  const before = await hub.sql(`select from stafett.entry_detail where act = 'call-refused'`);
  const answers = await Promise.all(
    Array.from({ length: 3 * LIMIT }, () => school.call('GET', '/v1/nothing')),
  );
  expect(count(answers, 404)).toBeLessThanOrEqual(2 * LIMIT);
  const after = await hub.sql(`select from stafett.entry_detail where act = 'call-refused'`);
  expect(after.length - before.length).toBeLessThanOrEqual(2 * LIMIT);
});
