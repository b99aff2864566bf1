import { setTimeout as sleep } from 'node:timers/promises';
import { asAdmin } from '../support/database.js';
import type { Client, Event, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let school: Client, other: Client, ot: Client;
beforeAll(async () => {
  hub = await startTestHub();
  [school, other, ot] = [agencies.school, '310200026', agencies.ot].map((number) => hub.as(number)) as [
    Client,
    Client,
    Client,
  ];
});
afterAll(() => hub.close());

const interrupted = (by: Client): Event =>
  by.event('education-interrupted', dataOf('education-interrupted', newYouth(), { school: by.orgNumber }));

/** Somebody else writes the same event and takes his time: the group that has it waits in the middle, with its number. */
async function holdingUp(event: Event, work: () => Promise<void>): Promise<void> {
  await other.send(interrupted(other));
  await asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('begin');
    await admin.query(
      `insert into stafett.record select (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'event_id', $1::text,
         'sender_id', (select id from stafett.agency where org_number = $2)))).* from stafett.record r limit 1`,
      [event.id, school.orgNumber],
    );
    await work();
    await admin.query('rollback');
  });
}

it('hands out what was held up at intake before what its sender sent after its receipt, however much others have got meanwhile', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const first = interrupted(school);
  let receipt: Promise<Json> | undefined;
  await holdingUp(first, async () => {
    receipt = school.push(first);
    await sleep(200);
    // A group of its own, beside the one that waits.
    const { body } = await other.push(Array.from({ length: 25 }, () => interrupted(other)));
    await other.dispatched(body.receipts.at(-1).recordId);
    // Dispatch has forgotten by then that a lower number could still come.
    await sleep(2500);
  });
  expect((await receipt)?.status).toBe(202);
  const second = await school.send(interrupted(school));
  await school.dispatched(second);
  const events = (await ot.pull(`?limit=500&after=${cursor}`)).body.events as Json[];
  const ids = events.map((event) => event.recordid as string);
  expect(ids.slice(-2)).toEqual([(await receipt)?.body.receipts[0].recordId, second]);
});
