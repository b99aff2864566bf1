import { setTimeout as sleep } from 'node:timers/promises';
import { LaneMemory } from '../../src/dispatch/lane-memory.js';
import type { Json } from '../support/client.js';
import { asAdmin, holdShards } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

it('dispatches on where looks take few, something having failed, and the first of them takes back what got its number late', async () => {
  const school = hub.as(agencies.school);
  const send = (type: string, youth: Json, more: Json = {}): Promise<string> =>
    school.send(school.event(type, dataOf(type, youth, { school: school.orgNumber, ...more })));
  const youth = newYouth();
  const sent = await asAdmin(hub.database.superUrl, async (admin) => {
    await holdShards(admin);
    const first = await send('education-interrupted', youth);
    const back = await send('education-resumed', youth, { cancels: first });
    await hub.sql(`update stafett.record set group_no = nextval('stafett.record_group') where id = $1`, [
      first,
    ]);
    const other = await send('education-interrupted', newYouth());
    const lane = hub.hub.app.get(LaneMemory, { strict: false }).of(0);
    while (lane.limit > 1) lane.failed([{ shard: 1 }, { shard: 2 }]);
    await sleep(300);
    await admin.query('rollback');
    return [first, back, other];
  });
  const states = async (): Promise<string[]> => {
    const rows = await hub.sql<{ id: string; state: string }>(
      'select id, state from stafett.record where id = any($1)',
      [sent],
    );
    return sent.map((id) => rows.find((row) => row.id === id)?.state ?? 'missing');
  };
  await until(async () => !(await states()).includes('received'));
  expect(await states()).toEqual(['retracted', 'dispatched', 'dispatched']);
}, 40_000);
