import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { withTx } from '../../src/database/tx.js';
import { DirectoryService } from '../../src/directory/directory.service.js';
import { startHub } from '../../src/hub.js';
import { renumberRecords } from '../../src/records/intake.sql.js';
import { LATE_MS } from '../../src/records/record.js';
import { identityOf, YouthsService, type Identity } from '../../src/vault/youths.service.js';
import { asAdmin, holdShards } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { client, type Client, type Event, type Json } from '../support/client.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let school: Client;
beforeAll(async () => {
  hub = await startTestHub();
  school = hub.as(agencies.school);
});
afterAll(() => hub.close());

const interrupted = (more: Json = {}, attributes: Partial<Event> = {}): Event =>
  school.event(
    'education-interrupted',
    dataOf('education-interrupted', newYouth(), { school: school.orgNumber, ...more }),
    attributes,
  );
const codes = (answer: Json): Json[] =>
  answer.body.receipts.map(
    (receipt: Json) => receipt.problem?.code ?? (receipt.duplicate ? 'duplicate' : receipt.state),
  );

it('answers the same event again with the first receipt, whatever the mode, the time and the order of keys', async () => {
  const event = interrupted();
  const first = await school.push(event);
  const turned = {
    ...event,
    time: '2026-01-01T00:00:00Z',
    data: Object.fromEntries(Object.entries(event.data).reverse()),
  };
  const again = await school.push([turned]);
  expect(again.status).toBe(202);
  expect(again.body.receipts[0]).toMatchObject({
    recordId: first.body.receipts[0].recordId,
    duplicate: true,
    problem: null,
  });
  expect(await hub.sql('select from stafett.record where event_id = $1', [event.id])).toHaveLength(1);
});

it('answers an event that was taken once with its first receipt, though its recipient has left since, and no other one', async () => {
  const [ot, nav] = [hub.as(agencies.ot), hub.as(agencies.nav)];
  const active = (is: boolean): Promise<unknown> =>
    hub.sql('update stafett.agency set active = $2 where org_number = $1', [nav.orgNumber, is]);
  const referral = (): Event =>
    ot.event('referral', dataOf('referral', newYouth()), {
      recipient: `urn:stafett:agency:${nav.orgNumber}`,
    });
  const event = referral();
  const { recordId } = (await ot.push(event)).body.receipts[0];
  await active(false);
  try {
    const again = await ot.push(event);
    expect([again.status, again.body.receipts[0]]).toMatchObject([202, { recordId, duplicate: true }]);
    const batch = await ot.push([referral(), event, { ...referral(), id: event.id }]);
    expect(codes(batch)).toEqual(['recipient-unknown', 'duplicate', 'recipient-unknown']);
    expect((await ot.push(referral())).body.code).toBe('recipient-unknown');
    const foreign = { ...event, source: `urn:stafett:agency:${nav.orgNumber}` };
    expect((await ot.push(foreign)).body.code).toBe('source-not-yours');
    // An event id is its sender's own.
    const stranger = { ...event, source: `urn:stafett:agency:${agencies.school}` };
    expect((await school.push(stranger)).body.code).toBe('recipient-unknown');
  } finally {
    await active(true);
  }
});

it('writes a group again where an event was there already, once, and looks for such events until none comes', async () => {
  const groups = async (): Promise<number> =>
    Number((await hub.sql<{ n: string }>('select last_value as n from stafett.record_group'))[0]?.n);
  const known = interrupted();
  await school.push([known, interrupted()]);
  const rounds: [Event[], number][] = [
    [[interrupted(), known, interrupted()], 2],
    [[known, interrupted()], 1],
    [[interrupted(), interrupted()], 1],
    [[interrupted()], 1],
    // As if it were new, and then there is none to be written.
    [[known], 1],
  ];
  for (const [events, took] of rounds) {
    const before = await groups();
    const { body } = await school.push(events);
    expect(body.receipts.map((receipt: Json) => receipt.duplicate)).toEqual(
      events.map((event) => event === known),
    );
    expect((await groups()) - before).toBe(took);
  }
});

it('refuses an event id that was used for other content', async () => {
  const event = interrupted();
  await school.push(event);
  const other = await school.push({ ...event, data: { ...event.data, rightLeft: 'no' } });
  expect([other.status, other.body.code]).toEqual([409, 'event-id-reused']);
});

it('keeps nothing of a youth whose only event is refused or was told before', async () => {
  const youths = async (): Promise<number> =>
    (await hub.sql<{ n: number }>('select count(*)::int as n from stafett.youth'))[0]!.n;
  const event = interrupted();
  await school.push(event);
  const before = await youths();
  const reused = (): Json => ({ ...interrupted(), id: event.id });
  const cancelling = (): Json =>
    school.event(
      'education-resumed',
      dataOf('education-resumed', newYouth(), { school: school.orgNumber, cancels: randomUUID() }),
    );
  expect((await school.push(reused())).body.code).toBe('event-id-reused');
  expect((await school.push(cancelling())).body.code).toBe('cancels-unknown');
  const together = await school.push([reused(), cancelling(), event]);
  expect(codes(together)).toEqual(['event-id-reused', 'cancels-unknown', 'duplicate']);
  expect(await youths()).toBe(before);
  const twice = interrupted();
  const both = await school.push([twice, { ...interrupted(), id: twice.id }, cancelling(), interrupted()]);
  expect(codes(both)).toEqual(['received', 'event-id-reused', 'cancels-unknown', 'received']);
  expect(await youths()).toBe(before + 2);
});

it('judges each event of a batch on its own line', async () => {
  const good = interrupted();
  const wrong = interrupted({ leavingReason: 'XX' });
  const answer = await school.push([
    good,
    wrong,
    good,
    { ...good, data: { ...good.data, rightLeft: 'no' } },
    interrupted(),
  ]);
  expect(answer.status).toBe(202);
  expect(codes(answer)).toEqual(['received', 'invalid-record', 'duplicate', 'event-id-reused', 'received']);
  expect(answer.body.receipts[1].problem.errors[0].pointer).toBe('/data/leavingReason');
});

it('answers a batch of which nothing was taken with 422 and every problem', async () => {
  const answer = await school.push([interrupted({ leavingReason: 'XX' }), interrupted({ lastDay: 'x' })]);
  expect([
    answer.status,
    answer.body.code,
    answer.body.problems.map((each: Json) => [each.index, each.problem.code]),
  ]).toEqual([
    422,
    'batch-refused',
    [
      [0, 'invalid-record'],
      [1, 'invalid-record'],
    ],
  ]);
});

it('uses the youth that another transaction makes at the same moment, for that record and its neighbours alike', async () => {
  const youth = newYouth();
  const { app } = hub.hub;
  const agency = (await app.get(DirectoryService).snapshot()).agencyByNumber(school.orgNumber);
  const wanted = { controllerId: agency!.controllerId, identity: identityOf(youth as Identity) };
  let pushed: Promise<Json> | undefined;
  const made = await withTx(app.get<DataSource>(getDataSourceToken()), async (tx) => {
    const [first] = await app.get(YouthsService).ensure(tx, [wanted], 'look');
    pushed = school.push([interrupted(), interrupted({ youth }), interrupted()]);
    await until(async () => {
      const waiting = await hub.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event = 'transactionid' and query like '%stafett.youth %'`,
      );
      return waiting.length === 1;
    });
    return first;
  });
  const { body, status } = await pushed!;
  expect([status, codes({ body })]).toEqual([202, ['received', 'received', 'received']]);
  const ids = body.receipts.map(({ recordId }: Json) => recordId);
  const rows = await hub.sql<{ youth: string }>(
    'select youth_id as youth from stafett.record where id = any ($1) order by position',
    [ids],
  );
  expect(rows).toHaveLength(3);
  expect(rows[1]?.youth).toBe(made?.id);
  expect(await hub.sql('select from stafett.youth_key where youth_id = $1', [made?.id])).toHaveLength(1);
});

it('takes the neighbours of an event whose youth has a key that does not open', async () => {
  const youth = newYouth();
  const known = await school.push(interrupted({ youth }));
  const turnOneBit = (): Promise<unknown> =>
    asAdmin(hub.database.superUrl, (admin) =>
      admin.query(
        `update stafett.youth_key k set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) from stafett.record r
         where k.youth_id = r.youth_id and r.id = $1`,
        [known.body.receipts[0].recordId],
      ),
    );
  const broken = (): Event => interrupted({ youth });
  await turnOneBit();
  const [batch, alone, other] = await Promise.all([
    school.push([interrupted(), broken(), interrupted()]),
    school.push(broken()),
    school.push(interrupted()),
  ]);
  // Readers who come to this youth would wait for it.
  await turnOneBit();
  expect([batch.status, codes(batch)]).toEqual([202, ['received', 'internal', 'received']]);
  expect([alone.status, alone.body.code]).toEqual([500, 'internal']);
  expect([other.status, codes(other)]).toEqual([202, ['received']]);
});

it('keeps the order of one request, and of requests that waited for their answers', async () => {
  const ids: string[] = [];
  for (let request = 0; request < 5; request += 1) {
    const events = Array.from({ length: 7 }, () => interrupted());
    await school.push(events);
    ids.push(...events.map(({ id }) => id));
  }
  const got = await hub
    .as(agencies.ot)
    .pullUntil((events) => ids.every((id) => events.some((event) => event.id === id)));
  expect(got.map((event) => event.id).filter((id) => ids.includes(id))).toEqual(ids);
  const sequences = got.map((event) => event.sequence);
  expect(sequences).toEqual([...sequences].sort());
});

it('knows the same youth, school and last day from two sources as one event', async () => {
  const youth = newYouth();
  const county = hub.as(agencies.county);
  const data = dataOf('education-interrupted', youth, { school: school.orgNumber });
  const first = await school.send(school.event('education-interrupted', data));
  await school.dispatched(first);
  const second = await county.send(
    county.event('education-interrupted', { ...data, guardianInformed: false }),
  );
  expect(await county.dispatched(second)).toMatchObject({
    state: 'dispatched',
    reason: 'same-event',
    transfers: [],
  });
});

it('lets no other school silence what the school itself tells', async () => {
  const data = dataOf('education-interrupted', newYouth(), { school: school.orgNumber });
  const other = hub.as(agencies.otherSchool);
  await other.dispatched(await other.send(other.event('education-interrupted', data)));
  const own = await school.send(school.event('education-interrupted', data));
  expect(await school.dispatched(own)).toMatchObject({
    state: 'dispatched',
    transfers: [{ state: 'available' }],
  });
});

it('takes it for one event only where all who would get it have it from the other source', async () => {
  const county = hub.as(agencies.county);
  const ot = hub.as(agencies.ot);
  const tell = async (sender: Client, youth: Json): Promise<Json> => {
    const data = dataOf('education-interrupted', youth, { school: school.orgNumber });
    return sender.dispatched(await sender.send(sender.event('education-interrupted', data)));
  };
  const to = (orgNumber: string): Json => [
    { recipient: `urn:stafett:agency:${orgNumber}`, state: 'available' },
  ];
  // The county's connector does not know where the youth lives, and the school does.
  const { homeMunicipality: _, ...youth } = newYouth();
  expect((await tell(county, youth)).transfers).toMatchObject(to(agencies.ot));
  expect((await tell(school, { ...youth, homeMunicipality: '0502' })).transfers).toMatchObject(
    to(agencies.otherOt),
  );
  // Who got it first says that it is wrong.
  const other = newYouth();
  const [{ transferId }] = (await tell(county, other)).transfers;
  await ot.pullUntil((events) => events.some(({ transferid }) => transferid === transferId));
  await ot.reject([transferId], 'wrong-content');
  expect((await tell(school, other)).transfers).toMatchObject(to(agencies.ot));
});

it('hands over none of those who go abroad or become apprentices, unless the school names the recipient', async () => {
  const [leaving] = ['AP', 'AS', 'LA'];
  const plain = await school.send(interrupted({ leavingReason: leaving, kind: 'school' }));
  expect(await school.dispatched(plain)).toMatchObject({
    state: 'dispatched',
    reason: 'no-hand-over',
    transfers: [],
  });
  const named = await school.send(
    interrupted(
      { leavingReason: leaving, kind: 'school' },
      { recipient: `urn:stafett:agency:${agencies.ot}` },
    ),
  );
  expect((await school.dispatched(named)).transfers).toHaveLength(1);
});

it('takes an interruption back with one call, and tells the recipient', async () => {
  const youth = newYouth();
  const recordId = await school.send(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', youth, { school: school.orgNumber }),
    ),
  );
  await school.dispatched(recordId);
  const resumed = await school.send(
    school.event(
      'education-resumed',
      dataOf('education-resumed', youth, { school: school.orgNumber, cancels: recordId }),
    ),
  );
  await school.dispatched(resumed);
  expect(await school.dispatched(recordId)).toMatchObject({
    state: 'retracted',
    transfers: [{ state: 'withdrawn', reason: 'cancelled' }],
  });
  const got = await hub
    .as(agencies.ot)
    .pullUntil((events) => events.some((event) => event.recordid === resumed));
  expect(got.some((event) => event.recordid === recordId)).toBe(false);
});

it('tells of a retraction once, though two of one request take the same record back', async () => {
  const youth = newYouth();
  const first = await school.send(interrupted({ youth }));
  await school.dispatched(first);
  const { body } = await school.push(
    Array.from({ length: 2 }, () =>
      school.event(
        'education-resumed',
        dataOf('education-resumed', youth, { school: school.orgNumber, cancels: first }),
      ),
    ),
  );
  const both = body.receipts.map((receipt: Json) => receipt.recordId) as string[];
  for (const id of both) await school.dispatched(id);
  const told = await hub.sql<{ by: string }>(
    `select detail ->> 'by' as by from stafett.entry_detail where act = 'record-retracted' and record_id = $1`,
    [first],
  );
  expect(told).toEqual([{ by: both[0] }]);
});

it('takes back what comes after the call that takes it back, because it got its number late', async () => {
  const youth = newYouth();
  const { first, back } = await asAdmin(hub.database.superUrl, async (admin) => {
    // Dispatch waits until both are there.
    await holdShards(admin);
    const first = await school.send(interrupted({ youth }));
    const data = dataOf('education-resumed', youth, { school: school.orgNumber, cancels: first });
    const back = await school.send(school.event('education-resumed', data));
    await hub.sql(`update stafett.record set group_no = nextval('stafett.record_group') where id = $1`, [
      first,
    ]);
    await admin.query('rollback');
    return { first, back };
  });
  await school.dispatched(back);
  expect(await school.dispatched(first)).toMatchObject({
    state: 'retracted',
    transfers: [{ state: 'withdrawn', reason: 'cancelled' }],
  });
});

it('opens every body when several processes push the first records of the same new youths at once', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(() => startHub(hub.config, { appUrl: hub.database.appUrl, docs: false })),
  );
  try {
    const youths = Array.from({ length: 60 }, () => newYouth());
    const clients = [hub.url, ...others.map(({ port }) => `http://127.0.0.1:${port}`)].map((url) =>
      client(url, agencies.school, () => hub.token(agencies.school)),
    );
    const before = Number(
      (
        await hub.sql<{ n: string }>(
          'select deadlocks n from pg_stat_database where datname = current_database()',
        )
      )[0]?.n,
    );
    const answers = await Promise.all(
      clients.flatMap((one, i) =>
        [0, 1].map((round) => {
          const order = i % 2 === round ? youths : [...youths].reverse();
          return one.push(
            order.map((youth) =>
              school.event(
                'education-interrupted',
                dataOf('education-interrupted', youth, {
                  school: school.orgNumber,
                  lastDay: `2026-11-${10 + i * 2 + round}`,
                }),
              ),
            ),
          );
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const records = answers.flatMap(({ body }) => body.receipts.map((receipt: Json) => receipt.recordId));
    expect(new Set(records).size).toBe(8 * 60);
    const known = await hub.sql(
      'select from stafett.youth y join stafett.record r on r.youth_id = y.id where r.id = any ($1)',
      [records],
    );
    expect(known).toHaveLength(8 * 60);
    expect(
      await hub.sql('select distinct youth_id from stafett.record where id = any ($1)', [records]),
    ).toHaveLength(60);
    const ot = hub.as(agencies.ot);
    const got = new Map<string, Json>();
    for (const until = Date.now() + 20_000; records.some((id) => !got.has(id)) && Date.now() < until;) {
      const { body } = await ot.pull('?limit=500');
      for (const event of body.events) got.set(event.recordid, event);
      await ot.acknowledge(body.events.map((event: Json) => event.transferid));
    }
    expect(records.filter((id) => got.get(id)?.data?.youth?.nationalId === undefined)).toEqual([]);
    const after = Number(
      (
        await hub.sql<{ n: string }>(
          'select deadlocks n from pg_stat_database where datname = current_database()',
        )
      )[0]?.n,
    );
    expect(after - before).toBe(0);
  } finally {
    await Promise.all(others.map((other) => other.stop()));
  }
}, 60_000);

const interruptedBy = (by: Client): Event =>
  by.event('education-interrupted', dataOf('education-interrupted', newYouth(), { school: by.orgNumber }));

/** Somebody else writes the same event and takes his time: the group that has it waits in the middle, with its number. */
async function holdingUp(event: Event, other: Client, work: () => Promise<void>): Promise<void> {
  await other.send(interruptedBy(other));
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
  const [other, ot] = [hub.as('310200026'), hub.as(agencies.ot)];
  const { cursor } = (await ot.pull('?limit=500')).body;
  const first = interrupted();
  let receipt: Promise<Json> | undefined;
  await holdingUp(first, other, async () => {
    receipt = school.push(first);
    await sleep(200);
    // A group of its own, beside the one that waits.
    const { body } = await other.push(Array.from({ length: 25 }, () => interruptedBy(other)));
    await other.dispatched(body.receipts.at(-1).recordId);
    // Dispatch has forgotten by then that a lower number could still come.
    await sleep(2500);
  });
  expect((await receipt)?.status).toBe(202);
  const second = await school.send(interrupted());
  await school.dispatched(second);
  const events = (await ot.pull(`?limit=500&after=${cursor}`)).body.events as Json[];
  const ids = events.map((event) => event.recordid as string);
  expect(ids.slice(-2)).toEqual([(await receipt)?.body.receipts[0].recordId, second]);
});

/** All that comes after a cursor, or all that is open, and the cursor after it. */
async function allOf(who: Client, after?: string): Promise<{ events: Json[]; cursor: string }> {
  const events: Json[] = [];
  for (let cursor = after; ;) {
    const { body } = await who.pull(cursor === undefined ? '?limit=500' : `?limit=500&after=${cursor}`);
    events.push(...body.events);
    cursor = body.cursor as string;
    if (!body.more) return { events, cursor };
  }
}

/**
 * A record behind every mark, as if its process had died before it gave it a number that dispatch still looks for, and before it rang.
 * @param recipientLeaves whether the OT has left by then: at the same moment, as the sweeper finds such a record too
 */
async function overlooked(event: Event, recipientLeaves = false): Promise<string> {
  const id = await school.send(event);
  await school.dispatched(id);
  const { body } = await school.push(Array.from({ length: 40 }, () => interrupted()));
  await school.dispatched(body.receipts.at(-1).recordId);
  await sleep(LATE_MS + 200);
  const after = await school.push(Array.from({ length: 40 }, () => interrupted()));
  await school.dispatched(after.body.receipts.at(-1).recordId);
  await asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query('begin');
    if (recipientLeaves)
      await admin.query('update stafett.agency set active = false where org_number = $1', [agencies.ot]);
    await admin.query('delete from stafett.transfer where record_id = $1', [id]);
    await admin.query(`update stafett.record set state = 'received' where id = $1`, [id]);
    await admin.query('commit');
  });
  return id;
}
const stateOf = async (id: string): Promise<string | undefined> =>
  (await hub.sql<{ state: string }>('select state from stafett.record where id = $1', [id]))[0]?.state;

it('dispatches what a repeated event finds waiting behind every mark before its sender is told, and may send what comes next', async () => {
  const ot = hub.as(agencies.ot);
  const first = interrupted();
  const { cursor } = await allOf(ot);
  const id = await overlooked(first);

  const again = await school.push(first);
  expect(again.body.receipts[0]).toMatchObject({ recordId: id, duplicate: true });
  expect(await stateOf(id)).toBe('dispatched');
  const second = await school.send(interrupted());
  await school.dispatched(second);
  const { events } = await allOf(ot, cursor);
  expect(events.map((event) => event.recordid).slice(-2)).toEqual([id, second]);
}, 30_000);

it('does so too where the event would be refused today', async () => {
  const event = { ...interrupted(), recipient: `urn:stafett:agency:${agencies.ot}` };
  try {
    const id = await overlooked(event, true);
    const again = await school.push(event);
    expect(again.body.receipts[0]).toMatchObject({ recordId: id, duplicate: true });
    expect(await stateOf(id)).toBe('refused');
  } finally {
    await hub.sql('update stafett.agency set active = true where org_number = $1', [agencies.ot]);
  }
}, 30_000);

it('gives a late group new numbers, but not to what its sender was told of meanwhile by another process', async () => {
  const [first, second] = [interrupted(), interrupted()];
  const { app } = hub.hub;
  await asAdmin(hub.database.superUrl, async (admin) => {
    // Nothing is dispatched until all is over.
    await holdShards(admin);
    const ids = [await school.send(first), await school.send(second)];
    const numbers = async (): Promise<number[]> =>
      (
        await hub.sql<{ no: string }>(
          'select r.group_no as no from unnest($1::uuid[]) with ordinality as w (id, o) join stafett.record r using (id) order by w.o',
          [ids],
        )
      ).map(({ no }) => Number(no));
    const before = await numbers();
    const again = await school.push(first);
    expect(again.body.receipts[0]).toMatchObject({ recordId: ids[0], state: 'received', duplicate: true });
    const behind = await school.send(interrupted());
    // Whoever has it locked is not waited for.
    await admin.query('savepoint free');
    await admin.query('select from stafett.record where id = $1 for update', [ids[1]]);
    const began = performance.now();
    expect((await school.push(second)).body.receipts[0]).toMatchObject({ recordId: ids[1], duplicate: true });
    expect(performance.now() - began).toBeLessThan(3000);
    await admin.query('rollback to savepoint free');
    // Now the process that took them in goes on, and finds that it was late.
    await withTx(app.get<DataSource>(getDataSourceToken()), (tx) => tx.query(renumberRecords, [ids]));
    const after = await numbers();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBeGreaterThan(before[1]!);
    await admin.query('rollback');
    await school.dispatched(behind);
  });
});
