import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

/** A hub without a sequencer. */
let hub: TestHub;
let school: Client;
let ot: Client;

beforeAll(async () => {
  hub = await startTestHub((config) => ({
    ...config,
    development: { ...config.development, sealing: 'off' },
  }));
  school = hub.as(agencies.school);
  ot = hub.as(agencies.ot);
  const id = await school.send(
    school.event('education-interrupted', dataOf('education-interrupted', newYouth())),
  );
  await school.dispatched(id);
});
afterAll(() => hub.close());

/** Makes what waits look as if it had waited for so long. Past the triggers, as nobody else can. */
async function waitedFor(minutes: number): Promise<void> {
  await hub.sql('alter table stafett.audit_entry disable trigger all');
  await hub.sql(`update stafett.audit_entry set at = now() - make_interval(mins => $1)`, [minutes]);
  await hub.sql('alter table stafett.audit_entry enable always trigger audit_entry_append_only');
  await sleep(1100);
}

it('discloses while entries wait for less than the setting', async () => {
  await waitedFor(9);
  const answer = await ot.pull();
  expect([answer.status, answer.body.events.length]).toEqual([200, 1]);
});

it('discloses nothing when an entry has waited for too long, says so, and still takes records in', async () => {
  await waitedFor(11);
  const before = await hub.sql(`select from stafett.entry_detail where act = 'transfer-disclosed'`);
  const answer = await ot.pull();
  expect([answer.status, answer.body.code, answer.body.retry]).toEqual([503, 'audit-log-behind', true]);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await hub.sql(`select from stafett.entry_detail where act = 'transfer-disclosed'`)).toHaveLength(
    before.length,
  );
  await school.send(school.event('education-interrupted', dataOf('education-interrupted', newYouth())));
  const health = await fetch(`${hub.url}/health/ready`);
  expect([health.status, ((await health.json()) as Json).info.log]).toEqual([
    200,
    { status: 'up', disclosing: false },
  ]);
});

it('answers a page on which there is nothing to disclose', async () => {
  await waitedFor(11);
  expect((await hub.as(agencies.otherNav).pull()).status).toBe(200);
});

it('discloses again when the log has caught up', async () => {
  await waitedFor(11);
  expect((await ot.pull()).status).toBe(503);
  await hub.sql(
    `insert into stafett.audit_checkpoint (size, root, note, low_no, high_no) select 1, sha256(''), 'x', max(no), max(no) from stafett.audit_entry`,
  );
  await sleep(1100);
  expect((await ot.pull()).status).toBe(200);
});
