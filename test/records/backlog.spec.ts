import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHub } from '../../src/hub.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, testConfig, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

const MOST = 8;

/** Nobody dispatches in it. */
let hub: TestHub;
let school: Client;
let other: Client;
beforeAll(async () => {
  hub = await startTestHub((config) => ({
    ...config,
    process: { ...config.process, roles: ['api'] },
    intake: { ...config.intake, backlogRecords: MOST },
  }));
  school = hub.as(agencies.school);
  other = hub.as(agencies.otherSchool);
});
afterAll(() => hub.close());

const push = (sender: Client): Promise<Json> =>
  sender.push(
    sender.event(
      'education-interrupted',
      dataOf('education-interrupted', newYouth(), { school: sender.orgNumber }),
    ),
  );

/** Pushes until the answer has this status; the hub looks once a second, and so does this. */
async function until(status: number, sender: Client): Promise<Json> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    await sleep(1100);
    const answer = await push(sender);
    if (answer.status === status) return answer;
  }
  throw new Error(`never ${status}`);
}

const waiting = async (): Promise<number> =>
  (
    await hub.sql<{ waiting: number }>(
      `select count(*)::int as waiting from stafett.record where state = 'received'`,
    )
  )[0]?.waiting ?? 0;

it('turns away whoever fills the room of what waits for dispatch, then all, keeps what it took, and takes more once they are fewer', async () => {
  const half = async (sender: Client): Promise<number[]> =>
    (await Promise.all(Array.from({ length: MOST / 2 }, () => push(sender)))).map(({ status }) => status);
  expect(new Set(await half(school))).toEqual(new Set([202]));
  const busy = await until(503, school);
  expect(busy.body).toMatchObject({ code: 'busy', retry: true });
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(new Set(await half(other))).toEqual(new Set([202]));
  await until(503, hub.as(agencies.nav));
  expect(await waiting()).toBe(MOST);

  const data = mkdtempSync(join(tmpdir(), 'stafett-worker-'));
  const config = testConfig(data);
  const worker = await startHub(
    {
      ...config,
      process: { ...config.process, roles: ['worker'], keys: hub.config.process.keys },
      queue: { ...config.queue, sweepAfterSeconds: 1 },
    },
    { appUrl: hub.database.appUrl, docs: false },
  );
  try {
    await until(202, school);
    await until(202, other);
  } finally {
    await worker.stop();
    rmSync(data, { recursive: true, force: true });
  }
  const [after] = await hub.sql<{ lost: number }>(
    `select count(*)::int as lost from stafett.record where state not in ('received', 'dispatched')`,
  );
  expect(after?.lost).toBe(0);
});
