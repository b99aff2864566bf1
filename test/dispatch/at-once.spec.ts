import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as Connection } from 'pg';
import { AtOnceService } from '../../src/dispatch/at-once.service.js';
import { LaneMemory } from '../../src/dispatch/lane-memory.js';
import { asAdmin } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import type { Event } from '../support/client.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

const lines: string[] = [];
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, logLevel: 'warn' } }), {
    write: (line: string) => void lines.push(line),
  });
  // What the start has rung for: a worker that looks has the locks for a moment.
  await until(async () => (await hub.sql('select from stafett.recheck')).length === 0);
  await sleep(500);
});
afterAll(() => hub.close());
// What a test has left to be swept up would keep the next one's records from going at once.
afterEach(() =>
  until(async () => (await hub.sql(`select from stafett.record where state = 'received'`)).length === 0),
);

const left = (more: Partial<Event> = {}, youth = newYouth()): Event =>
  hub
    .as(agencies.school)
    .event(
      'education-interrupted',
      dataOf('education-interrupted', youth, { school: agencies.school }),
      more,
    );
const push = (event = left()): Promise<string> => hub.as(agencies.school).send(event);

/** A record's state, its acts, and whether one transaction wrote all their entries, which nothing writes again. */
async function storyOf(id: string): Promise<{ state: string; atOnce: boolean; acts: string[] }> {
  const [row] = await hub.sql<{ state: string; atOnce: boolean; acts: string[] }>(
    `select state, array_agg(e.act order by e.id) as acts, count(distinct e.xmin::text) = 1 and count(*) > 1 as "atOnce"
     from stafett.record r join stafett.entry_detail e on e.record_id = r.id
     where r.id = $1 and e.act in ('record-received', 'record-refused', 'record-kept', 'transfer-available') group by r.id`,
    [id],
  );
  if (!row) throw new Error('no such record');
  return row;
}
const dispatched = async (id: string): Promise<ReturnType<typeof storyOf>> => {
  await hub.as(agencies.school).dispatched(id);
  return storyOf(id);
};

/** Another session that holds a lock while something is done. */
const whileLocked = <T>(lock: string, values: unknown[], work: () => Promise<T>): Promise<T> =>
  asAdmin(hub.database.superUrl, async (session: Connection) => {
    await session.query('begin');
    await session.query(lock, values);
    const result = await work();
    await session.query('rollback');
    return result;
  });

/** How many records the metrics say went a way. */
async function went(way: 'at-once' | 'look'): Promise<number> {
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  const line = new RegExp(`^stafett_dispatched_records_total\\{way="${way}"\\} (\\d+)$`, 'm').exec(text);
  return Number(line?.[1] ?? 0);
}

it('has dispatched what a quiet hub takes in before it answers, in the same transaction, its entries in the order of its acts', async () => {
  for (let i = 0; i < 20; i += 1) {
    expect(await storyOf(await push())).toEqual({
      state: 'dispatched',
      atOnce: true,
      acts: ['record-received', 'transfer-available'],
    });
  }
  expect([await went('at-once'), await went('look')]).toEqual([20, 0]);
});

it('leaves nothing of a record that the gate refuses but the refusal, and tells the sender', async () => {
  const ot = hub.as(agencies.ot);
  const before = await ot.pull('?limit=500');
  // Without a release.
  const id = await ot.send(ot.event('referral', dataOf('referral', newYouth())));
  const { state, acts } = await storyOf(id);
  expect({ state, acts }).toEqual({ state: 'refused', acts: ['record-received', 'record-refused'] });
  expect(await hub.sql('select from stafett.record_body where id = $1', [id])).toEqual([]);
  const { body } = await ot.pull(`?limit=500&after=${encodeURIComponent(before.body.cursor)}`);
  expect(body.events.map((event: { data: object }) => event.data)).toEqual([
    expect.objectContaining({ recordId: id, state: 'refused', reason: 'consent-missing' }),
  ]);
});

it('lets nothing overtake what still waits', async () => {
  const ot = hub.as(agencies.ot);
  const { cursor } = (await ot.pull('?limit=500')).body;
  const held = await whileLocked('select pg_advisory_xact_lock(7301, 0)', [], async () => [
    await push(),
    await push(),
  ]);
  // The locks are free again, and these wait until a worker looks.
  const all = [...held, ...(await Promise.all(Array.from({ length: 10 }, () => push())))];
  for (const id of all) await dispatched(id);
  for (const id of held) expect((await storyOf(id)).atOnce).toBe(false);
  const { body } = await ot.pull(`?limit=500&after=${encodeURIComponent(cursor)}`);
  const order = body.events.map((event: { recordid: string }) => event.recordid);
  expect(order.slice(0, 2)).toEqual(held);
  expect([...order].sort()).toEqual([...all].sort());
});

it('leaves to a worker what comes after a record that still waits although nobody rang for it', async () => {
  const ot = hub.as(agencies.ot);
  const { cursor } = (await ot.pull('?limit=500')).body;
  const first = await push();
  await asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query('delete from stafett.transfer where record_id = $1', [first]);
    await admin.query(`update stafett.record set state = 'received' where id = $1`, [first]);
  });
  const second = await push();
  expect((await dispatched(second)).atOnce).toBe(false);
  const { body } = await ot.pull(`?limit=500&after=${encodeURIComponent(cursor)}`);
  expect(body.events.map((event: { recordid: string }) => event.recordid)).toEqual([first, second]);
});

it('leaves to a worker what comes behind a record that could not be dispatched, though it can be a moment later', async () => {
  const { app } = hub.hub;
  const ot = hub.as(agencies.ot);
  const { cursor } = (await ot.pull('?limit=500')).body;
  const youth = newYouth();
  const [row] = await hub.sql<{ shard: number }>('select shard from stafett.record where id = $1', [
    await push(left({}, youth)),
  ]);
  const lane = app.get(LaneMemory, { strict: false }).of(0);
  lane.failed([row!]);
  const waits = await push(left({}, youth));
  const service = app.get(AtOnceService, { strict: false });
  const lockIfFree = service.lockIfFree.bind(service);
  // The look that has dispatched what failed hears of its commit just now.
  service.lockIfFree = async (tx) => {
    const locked = await lockIfFree(tx);
    lane.went([row!]);
    return locked;
  };
  const next = await push(left({}, youth));
  service.lockIfFree = lockIfFree;
  for (const id of [waits, next]) await dispatched(id);
  const { body } = await ot.pull(`?limit=500&after=${encodeURIComponent(cursor)}`);
  expect(body.events.map((event: { recordid: string }) => event.recordid).slice(-2)).toEqual([waits, next]);
});

it('takes records in although what only dispatch needs is locked, and goes without it for a while', async () => {
  const [inbox] = await hub.sql<{ key: number }>(
    'select hashtext(id::text) as key from stafett.agency where org_number = $1',
    [agencies.ot],
  );
  const id = await whileLocked('select pg_advisory_xact_lock(7302, $1)', [inbox?.key], async () => {
    const began = performance.now();
    const taken = await push();
    expect(performance.now() - began).toBeLessThan(5000);
    return taken;
  });
  expect(lines.some((line) => line.includes('dispatch-at-once-failed') && line.includes('55P03'))).toBe(true);
  expect((await dispatched(id)).atOnce).toBe(false);
  expect((await dispatched(await push())).atOnce).toBe(false);
  await until(async () => (await dispatched(await push())).atOnce);
}, 30_000);

it('answers the same event told twice at once as it would one after the other', async () => {
  const event = left();
  const answers = await Promise.all([1, 2, 3].map(() => hub.as(agencies.school).push(event)));
  const ids = new Set(answers.map(({ body }) => body.receipts[0].recordId));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(ids.size).toBe(1);
  const [id] = ids;
  await dispatched(String(id));
  expect(await hub.sql('select from stafett.transfer where record_id = $1', [id])).toHaveLength(1);
});

it('leaves to a worker what takes another record back, and what raises a protection grade', async () => {
  const youth = newYouth();
  const first = await push(left({}, youth));
  const school = hub.as(agencies.school);
  const data = dataOf('education-resumed', youth, { school: agencies.school, cancels: first });
  expect((await dispatched(await push(school.event('education-resumed', data)))).atOnce).toBe(false);
  expect((await dispatched(first)).state).toBe('retracted');
  const secret = await push(left({}, newYouth({ protection: 'confidential' })));
  await dispatched(secret);
  expect(
    await hub.sql('select state, hold_reason from stafett.transfer where record_id = $1', [secret]),
  ).toEqual([{ state: 'held', hold_reason: 'manual-handling' }]);
});

it('gives receipts first to those who send many', async () => {
  const [atOnce, look] = [await went('at-once'), await went('look')];
  const answer = await hub.as(agencies.school).push(Array.from({ length: 40 }, () => left()));
  const ids = answer.body.receipts.map(({ recordId }: { recordId: string }) => recordId);
  for (const id of ids) expect((await dispatched(id)).atOnce).toBe(false);
  await until(async () => (await went('look')) >= look + 40);
  expect([await went('at-once'), await went('look')]).toEqual([atOnce, look + 40]);
});

it('never does it where the setting says so', async () => {
  const other = await startTestHub((config) => ({
    ...config,
    dispatch: { ...config.dispatch, atOnceBelow: 0 },
  }));
  try {
    const school = other.as(agencies.school);
    const id = await school.send(left());
    await school.dispatched(id);
    const entries = await other.sql(
      'select distinct xmin::text from stafett.entry_detail where record_id = $1',
      [id],
    );
    expect(entries.length).toBeGreaterThan(1);
  } finally {
    await other.close();
  }
});
