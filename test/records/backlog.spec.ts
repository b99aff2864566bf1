import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHub } from '../../src/hub.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, testConfig, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

const MOST = 3;

/** Nobody dispatches in it. */
let hub: TestHub;
let school: Client;
beforeAll(async () => {
  hub = await startTestHub((config) => ({
    ...config,
    process: { ...config.process, roles: ['api'] },
    intake: { ...config.intake, backlogRecords: MOST },
  }));
  school = hub.as(agencies.school);
});
afterAll(() => hub.close());

const push = (): Promise<Json> =>
  school.push(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
    ),
  );

/** Pushes until the answer has this status; the hub looks once a second. */
async function until(status: number): Promise<Json> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(100)) {
    const answer = await push();
    if (answer.status === status) return answer;
  }
  throw new Error(`never ${status}`);
}

it('turns records away early while too many wait for dispatch, keeps those it took, and takes more once they are fewer', async () => {
  const busy = await until(503);
  expect(busy.body).toMatchObject({ code: 'busy', retry: true });
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
  const [before] = await hub.sql<{ waiting: number }>(
    `select count(*)::int as waiting from stafett.record where state = 'received'`,
  );
  expect(before?.waiting).toBeGreaterThan(MOST);

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
    await until(202);
  } finally {
    await worker.stop();
    rmSync(data, { recursive: true, force: true });
  }
  const [after] = await hub.sql<{ lost: number }>(
    `select count(*)::int as lost from stafett.record where state not in ('received', 'dispatched')`,
  );
  expect(after?.lost).toBe(0);
});
