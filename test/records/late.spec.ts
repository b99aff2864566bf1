import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as Session } from 'pg';
import { IntakeService } from '../../src/records/intake.service.js';
import { LATE_MS } from '../../src/records/record.js';
import type { Client, Event, Json } from '../support/client.js';
import { asAdmin, holdShards } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let school: Client, ot: Client;
beforeAll(async () => {
  hub = await startTestHub();
  [school, ot] = [hub.as(agencies.school), hub.as(agencies.ot)];
});
afterAll(() => hub.close());

const interrupted = (): Event =>
  school.event(
    'education-interrupted',
    dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
  );

async function allOf(after?: string): Promise<{ records: string[]; cursor: string }> {
  const records: string[] = [];
  for (let cursor = after; ;) {
    const { body } = await ot.pull(`?limit=500${cursor === undefined ? '' : `&after=${cursor}`}`);
    records.push(...body.events.map(({ recordid }: Json) => recordid as string));
    cursor = body.cursor as string;
    if (!body.more) return { records, cursor };
  }
}

/** What intake does once it finds that it was late, and before it tells the sender. */
const renumber = (ids: readonly string[]): Promise<void> =>
  (
    hub.hub.app.get(IntakeService, { strict: false }) as unknown as {
      renumber(ids: readonly string[]): Promise<void>;
    }
  ).renumber(ids);

/** Nobody dispatches meanwhile. */
const withoutDispatch = <T>(work: (admin: Session) => Promise<T>): Promise<T> =>
  asAdmin(hub.database.superUrl, async (admin) => {
    await holdShards(admin);
    const result = await work(admin);
    await admin.query('rollback');
    return result;
  });

it('gives a late record its new number although a look that is at it does not come to its end', async () => {
  const first = await school.send(interrupted());
  await school.dispatched(first);
  for (let i = 0; i < 2; i += 1) {
    const { body } = await school.push(Array.from({ length: 40 }, interrupted));
    await school.dispatched(body.receipts.at(-1).recordId);
    if (i === 0) await sleep(LATE_MS + 200);
  }
  const { cursor } = await allOf();
  // Behind every mark, as if its group had been seconds late.
  await asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query('begin');
    await admin.query('delete from stafett.transfer where record_id = $1', [first]);
    await admin.query(`update stafett.record set state = 'received' where id = $1`, [first]);
    await admin.query('commit');
  });
  const told = await withoutDispatch(async (admin) => {
    await admin.query('set local session_replication_role = replica');
    await admin.query(`update stafett.record set state = 'dispatched' where id = $1`, [first]);
    const told = renumber([first]);
    await sleep(300);
    return { told };
  });
  await told.told;
  const second = await school.send(interrupted());
  for (const id of [second, first]) await school.dispatched(id);
  expect((await allOf(cursor)).records).toEqual([first, second]);
}, 60_000);

it('keeps the order of one request though one of its events was repeated alone at another process while it was late', async () => {
  const { cursor } = await allOf();
  const events = [interrupted(), interrupted(), interrupted()];
  const ids = await withoutDispatch(async () => {
    const { body } = await school.push(events);
    const ids = body.receipts.map(({ recordId }: Json) => recordId) as string[];
    const { receipts } = (await school.push(events[1] as Event)).body;
    expect(receipts[0]).toMatchObject({ recordId: ids[1], duplicate: true });
    await renumber(ids);
    return ids;
  });
  for (const id of ids) await school.dispatched(id);
  expect((await allOf(cursor)).records).toEqual(ids);
}, 60_000);

it('gives and keeps numbers of records that a discrepancy refers to just now', async () => {
  const rowOf = async (id: string): Promise<{ no: string; kept: boolean }> =>
    (
      await hub.sql<{ no: string; kept: boolean }>(
        'select group_no as no, number_kept as kept from stafett.record where id = $1',
        [id],
      )
    )[0]!;
  await withoutDispatch(async (admin) => {
    const event = interrupted();
    const id = await school.send(event);
    const before = await rowOf(id);
    // As the check of a foreign key does.
    await admin.query('select from stafett.record where id = $1 for key share', [id]);
    await renumber([id]);
    expect(Number((await rowOf(id)).no)).toBeGreaterThan(Number(before.no));
    await school.push(event);
    expect((await rowOf(id)).kept).toBe(true);
  });
}, 30_000);
