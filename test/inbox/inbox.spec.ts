import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { AgencyId } from '../../src/common/ids.js';
import { DirectoryService } from '../../src/directory/directory.service.js';
import { ExpiryService } from '../../src/dispatch/expiry.service.js';
import { transfersById } from '../../src/dispatch/transfers.sql.js';
import { WakeupsService } from '../../src/dispatch/wakeups.service.js';
import { lockTransfers } from '../../src/inbox/inbox.sql.js';
import { PullService } from '../../src/inbox/pull.service.js';
import { asAdmin, elsewhere } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import type { Client, Json } from '../support/client.js';
import { until } from '../support/until.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

const logged: string[] = [];
let hub: TestHub;
let school: Client, ot: Client, nav: Client;
/** OT's. */
let agencyId: AgencyId;
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, logLevel: 'error' } }), {
    write: (line: string) => void logged.push(line),
  });
  [school, ot, nav] = [agencies.school, agencies.ot, agencies.nav].map((number) => hub.as(number)) as [
    Client,
    Client,
    Client,
  ];
  const directory = await hub.hub.app.get(DirectoryService).snapshot();
  agencyId = directory.agencyByNumber(ot.orgNumber)?.id as AgencyId;
});
afterAll(() => hub.close());

const interrupt = async (count = 1): Promise<string[]> => {
  const events = Array.from({ length: count }, () =>
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
    ),
  );
  const { body } = await school.push(events);
  const ids = body.receipts.map((receipt: Json) => receipt.recordId) as string[];
  await school.dispatched(ids.at(-1) ?? '');
  return ids;
};
const refer = async (
  youth = newYouth(),
  more: Json = {},
): Promise<{ youth: Json; recordId: string; transferId: string; consentId: string }> => {
  const { body } = await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
  const recordId = await ot.send(ot.event('referral', dataOf('referral', youth), more));
  const view = await ot.dispatched(recordId);
  return { youth, recordId, transferId: view.transfers[0]?.transferId, consentId: body.consentId };
};
const superUrl = (): string => elsewhere(process.env['STAFETT_TEST_SUPER_URL'] ?? '', hub.database.name);
const recordIds = (events: Json[]): string[] => events.map((event) => event.recordid);

it('gives each transfer once to whoever pages forward, and the same again from an older cursor', async () => {
  const { cursor: start } = (await ot.pull('?limit=500')).body;
  const sent = await interrupt(25);
  const page = async (after: string, limit: number): Promise<Json> =>
    (await ot.pull(`?limit=${limit}&after=${after}`)).body;
  const seen: string[] = [];
  let cursor = start;
  for (let more = true; more;) {
    const body = await page(cursor, 4);
    seen.push(...recordIds(body.events));
    ({ cursor, more } = body);
  }
  expect(seen).toEqual(sent);
  expect(recordIds((await page(start, 500)).events)).toEqual(sent);
  expect((await page(cursor, 500)).events).toEqual([]);
});

it('gives without a cursor only what is open, and with one whatever came after', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const [first = '', second = ''] = await interrupt(2);
  const got = await ot.pullUntil((events) => recordIds(events).includes(second));
  await ot.acknowledge([got.find((event) => event.recordid === first).transferid]);
  expect(recordIds((await ot.pull('?limit=500')).body.events)).not.toContain(first);
  expect(recordIds((await ot.pull(`?limit=500&after=${cursor}`)).body.events)).toEqual([first, second]);
});

it('acknowledges through a cursor what was handed out, and never what was not', async () => {
  await ot.call('POST', '/v1/inbox/acknowledgements', { through: (await ot.pull('?limit=500')).body.cursor });
  await interrupt(5);
  const { body } = await ot.pull('?limit=3');
  await interrupt(1);
  const done = await ot.call('POST', '/v1/inbox/acknowledgements', { through: body.cursor });
  expect(done.body).toMatchObject({ acknowledged: 3 });
  expect((await ot.pull('?limit=500')).body.events).toHaveLength(3);
});

it('acknowledges through a cursor what an acknowledgement with a filter has left open below it', async () => {
  await ot.call('POST', '/v1/inbox/acknowledgements', { through: (await ot.pull('?limit=500')).body.cursor });
  const { transferId } = await refer();
  await nav.pull('?limit=500');
  await nav.reject([transferId], 'other');
  await ot.pullUntil((events) => events.length === 1);
  const [recordId = ''] = await interrupt();
  const all = (await ot.pull('?limit=500')).body;
  expect(all.events).toHaveLength(2);
  const some = (await ot.pull('?limit=500&type=education-interrupted')).body;
  expect(recordIds(some.events)).toEqual([recordId]);
  const through = (cursor: string): Promise<Json> =>
    ot.call('POST', '/v1/inbox/acknowledgements', { through: cursor }).then(({ body }) => body);
  expect(await through(some.cursor)).toMatchObject({ acknowledged: 1 });
  expect(await through(all.cursor)).toMatchObject({ acknowledged: 1, skipped: 0 });
});

it('still hands out what an acknowledgement through a cursor above it has skipped', async () => {
  await ot.call('POST', '/v1/inbox/acknowledgements', { through: (await ot.pull('?limit=500')).body.cursor });
  const [first = ''] = await interrupt(2);
  const { cursor } = (await ot.pull('?limit=500')).body;
  // As if the gate had not let the first one through when the page was read.
  await asAdmin(superUrl(), async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query(`update stafett.transfer set state = 'available' where record_id = $1`, [first]);
  });
  const through = (): Promise<Json> =>
    ot.call('POST', '/v1/inbox/acknowledgements', { through: cursor }).then(({ body }) => body);
  expect(await through()).toMatchObject({ acknowledged: 1, skipped: 1 });
  expect(recordIds((await ot.pull('?limit=500')).body.events)).toEqual([first]);
  expect(await through()).toMatchObject({ acknowledged: 1, skipped: 0 });
});

it('gives held records that one release lets go in the order in which they were taken in', async () => {
  const youth = newYouth();
  const { body } = await ot.push(
    Array.from({ length: 12 }, () =>
      ot.event('referral', dataOf('referral', youth), { holdforconsent: true }),
    ),
  );
  const sent = body.receipts.map((receipt: Json) => receipt.recordId) as string[];
  await ot.dispatched(sent.at(-1) ?? '');
  await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
  const of = (events: Json[]): string[] => recordIds(events).filter((id) => sent.includes(id));
  expect(of(await nav.pullUntil((events) => of(events).length === sent.length))).toEqual(sent);
});

it('writes into the log that a transfer was handed out for the first time once, however many pull at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { cursor } = (await ot.pull('?limit=500')).body;
    const [recordId = ''] = await interrupt();
    await Promise.all(Array.from({ length: 6 }, () => ot.pull(`?after=${cursor}`)));
    const told = await hub.sql<{ again: boolean }>(
      `select (detail ->> 'again')::boolean as again from stafett.entry_detail where act = 'transfer-disclosed' and record_id = $1`,
      [recordId],
    );
    expect(told.map(({ again }) => again).sort()).toEqual([false, true, true, true, true, true]);
  }
});

it('keeps a filter in the cursor', async () => {
  const { recordId } = await refer();
  const filtered = (await nav.pull('?limit=500&type=referral')).body;
  expect(recordIds(filtered.events)).toContain(recordId);
  expect(filtered.events.every((event: Json) => event.type === 'no.stafett.referral.v1')).toBe(true);
  expect((await nav.pull(`?after=${filtered.cursor}`)).body.code).toBe('cursor-foreign');
  expect((await nav.pull(`?type=referral&after=${filtered.cursor}`)).status).toBe(200);
  expect((await nav.pull('?type=nonsense')).status).toBe(400);
});

it('acknowledges through no cursor of another list, nor through another agency’s', async () => {
  const county = hub.as(agencies.county);
  await interrupt();
  await county.call('POST', '/v1/reconciliation/runs', { kind: 'deliveries' });
  for (const [client, path] of [
    [ot, 'agencies'],
    [school, 'outbox'],
    [county, 'audit/entries'],
    [county, 'discrepancies'],
    [school, 'inbox'],
  ] as const) {
    const { body: page } = await client.call('GET', `/v1/${path}?limit=1`);
    expect([path, page.cursor]).toEqual([path, expect.stringMatching(/^.{32}/)]);
    const { status, body } = await ot.call('POST', '/v1/inbox/acknowledgements', { through: page.cursor });
    expect([path, status, body.code]).toEqual([path, 400, 'cursor-foreign']);
  }
});

it('wakes a waiting pull within milliseconds of the commit, and answers an empty one in time', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const waiting = ot.pull(`?after=${cursor}&wait=10`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = performance.now();
  const [recordId = ''] = await interrupt();
  const { body } = await waiting;
  expect(recordIds(body.events)).toEqual([recordId]);
  expect(performance.now() - before).toBeLessThan(1500);
  const empty = performance.now();
  const none = await ot.pull(`?after=${body.cursor}&wait=1`);
  expect(none.body.events).toEqual([]);
  expect(performance.now() - empty).toBeGreaterThan(900);
});

it('does not look for who polls again at once, wakes it all the same, and loses two seconds where the wake-up is lost', async () => {
  const { cursor: start } = (await ot.pull('?limit=500')).body;
  const { cursor } = (await ot.pull(`?after=${start}&wait=1`)).body;
  const looks = jest.spyOn(hub.hub.app.get(PullService), 'page');
  const waiting = ot.pull(`?after=${cursor}&wait=10`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(looks).not.toHaveBeenCalled();
  const [first = ''] = await interrupt();
  const woken = (await waiting).body;
  expect(recordIds(woken.events)).toEqual([first]);
  expect(looks).toHaveBeenCalledTimes(1);

  const [second = ''] = await interrupt();
  const since = performance.now();
  const next = (await ot.pull(`?after=${woken.cursor}&wait=10`)).body;
  expect(recordIds(next.events)).toEqual([second]);
  expect(performance.now() - since).toBeLessThan(1000);

  const lost = jest.spyOn(hub.hub.app.get(WakeupsService), 'wake').mockReturnValue();
  try {
    const [third = ''] = await interrupt();
    const before = performance.now();
    expect(recordIds((await ot.pull(`?after=${next.cursor}&wait=10`)).body.events)).toEqual([third]);
    expect(performance.now() - before).toBeLessThan(3000);
  } finally {
    lost.mockRestore();
    looks.mockRestore();
  }
});

it('loses two seconds by a lost wake-up since the last look, whoever it was for', async () => {
  const { cursor: start } = (await ot.pull('?limit=500')).body;
  const { cursor } = (await ot.pull(`?after=${start}&wait=1`)).body;
  await sleep(1500);
  const lost = jest.spyOn(hub.hub.app.get(WakeupsService), 'wake').mockReturnValue();
  try {
    const [recordId = ''] = await interrupt();
    const before = performance.now();
    expect(recordIds((await ot.pull(`?after=${cursor}&wait=10`)).body.events)).toEqual([recordId]);
    expect(performance.now() - before).toBeLessThan(1200);
  } finally {
    lost.mockRestore();
  }
});

it('hands out nothing to who has gone while waiting', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const looks = jest.spyOn(hub.hub.app.get(PullService), 'page');
  try {
    const leaving = new AbortController();
    const gone = fetch(`${hub.url}/v1/inbox?after=${cursor}&wait=10`, {
      headers: { authorization: `Bearer ${await hub.token(agencies.ot)}` },
      signal: leaving.signal,
    });
    await until(() => looks.mock.calls.length === 1);
    leaving.abort();
    await expect(gone).rejects.toThrow('aborted');
    await until(() => hub.hub.app.get(WakeupsService).waitersOf(agencyId) === 0, 1);
    const [recordId = ''] = await interrupt();
    expect(looks).toHaveBeenCalledTimes(1);
    expect(recordIds((await ot.pull(`?after=${cursor}`)).body.events)).toEqual([recordId]);
  } finally {
    looks.mockRestore();
  }
});

it('lets one wait of twelve that are sent ahead on one connection, and begins none once it has gone', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const authorization = `Bearer ${await hub.token(agencies.ot)}`;
  const poll = `GET /v1/inbox?after=${cursor}&wait=20 HTTP/1.1\r\nHost: hub\r\nAuthorization: ${authorization}\r\n\r\n`;
  const waiters = (count: number): Promise<void> =>
    until(() => hub.hub.app.get(WakeupsService).waitersOf(agencyId) === count);
  const arrival = once(hub.hub.app.getHttpServer(), 'connection') as Promise<[Socket]>;
  const socket = connect(hub.hub.port, '127.0.0.1');
  const [connection] = await arrival;
  socket.write(poll);
  await waiters(1);
  const listeners = connection.listenerCount('close');
  socket.write(poll.repeat(11));
  await sleep(300);
  expect(hub.hub.app.get(WakeupsService).waitersOf(agencyId)).toBe(1);
  expect(connection.listenerCount('close')).toBe(listeners);
  socket.destroy();
  await waiters(0);
  await sleep(100);
  await waiters(0);
});

it('lets thirty-two wait for one agency, answers one more within a moment, and wakes all', async () => {
  const { cursor } = (await ot.pull('?limit=500')).body;
  const waiting = Array.from({ length: 32 }, () => ot.pull(`?after=${cursor}&wait=20`));
  await until(() => hub.hub.app.get(WakeupsService).waitersOf(agencyId) === 32);
  const before = performance.now();
  const { status, body } = await ot.pull(`?after=${cursor}&wait=20`);
  expect({ status, events: body.events, cursor: body.cursor }).toEqual({ status: 200, events: [], cursor });
  expect(performance.now() - before).toBeLessThan(3000);
  const [recordId = ''] = await interrupt();
  for (const page of await Promise.all(waiting)) expect(recordIds(page.body.events)).toEqual([recordId]);
});

it('looks again when another process has news, and not when its own news comes back to it', async () => {
  const { cursor: start } = (await ot.pull('?limit=500')).body;
  const waiting = ot.pull(`?after=${start}&wait=10`);
  await interrupt();
  const { cursor } = (await waiting).body;
  const looks = jest.spyOn(hub.hub.app.get(PullService), 'page');
  try {
    const again = ot.pull(`?after=${cursor}&wait=10`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(looks).not.toHaveBeenCalled();
    await hub.sql(`select pg_notify('stafett_inbox', $1)`, [`another ${agencyId}`]);
    await until(() => looks.mock.calls.length === 1);
    const [recordId = ''] = await interrupt();
    expect(recordIds((await again).body.events)).toEqual([recordId]);
  } finally {
    looks.mockRestore();
  }
});

it('tells the sender by a notice when the recipient rejects, and the notice can be acknowledged like the rest', async () => {
  const { recordId, transferId } = await refer();
  expect((await nav.reject([transferId], 'not-ours')).body.results[0].problem.code).toBe(
    'transfer-not-collected',
  );
  await nav.pullUntil((events) => recordIds(events).includes(recordId));
  expect((await nav.reject([transferId], 'not-ours')).body.results[0]).toMatchObject({
    state: 'rejected',
    problem: null,
  });
  expect((await nav.reject([transferId], 'not-ours')).body.results[0].problem).toBeNull();
  expect((await nav.acknowledge([transferId])).body.results[0].problem.code).toBe('transfer-closed');
  const events = await ot.pullUntil((all) => all.some((event) => event.data?.transferId === transferId));
  const notice = events.find((event) => event.data?.transferId === transferId);
  expect(notice.data).toMatchObject({ recordId, state: 'rejected', reason: 'not-ours' });
  expect((await ot.acknowledge([notice.transferid])).body.results[0].state).toBe('acknowledged');
  expect((await ot.reject([notice.transferid], 'other')).body.results[0].problem).not.toBeNull();
});

it('lets a transfer that nobody collects expire, and a hold that nobody ends, and tells the sender', async () => {
  const uncollected = await refer();
  const held = await ot.send(ot.event('referral', dataOf('referral', newYouth()), { holdforconsent: true }));
  await ot.dispatched(held);
  await hub.age(31);
  await hub.hub.app.get(ExpiryService, { strict: false }).findOverdue();
  const told = (id: string) => (events: Json[]) =>
    events.some((event) => event.data?.recordId === id && event.data.state === 'expired');
  await ot.pullUntil((events) => told(uncollected.recordId)(events) && told(held)(events));
  expect(
    (await nav.pull('?limit=500')).body.events.some((event: Json) => event.recordid === uncollected.recordId),
  ).toBe(false);
  expect(
    await hub.sql('select from stafett.record_body where id = any ($1)', [[uncollected.recordId, held]]),
  ).toEqual([]);
});

it('passes a referral on when the office says that it is another’s', async () => {
  const youth = newYouth();
  const otherNav = hub.as(agencies.otherNav);
  await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, agencies.otherNav));
  const { recordId } = await refer(youth);
  await nav.pullUntil((events) => recordIds(events).includes(recordId));
  const answer = dataOf('referral-response', youth);
  const wrongOffice = { youth, outcome: 'wrong-office', forwardedTo: agencies.otherNav };
  expect(answer.outcome).toBe('taken');
  await nav.send(nav.event('referral-response', wrongOffice, { inreplyto: recordId }));
  const got = await otherNav.pullUntil((events) => recordIds(events).includes(recordId));
  expect(got.find((event) => event.recordid === recordId).data.youth.nationalId).toBe(youth.nationalId);
  // The sender sees both ways that it went; each office its own, and not that there is another.
  const seenBy = async (client: Client): Promise<string[]> =>
    (await client.record(recordId)).body.transfers.map((transfer: Json) => transfer.recipient);
  const [to, other] = [agencies.nav, agencies.otherNav].map((number) => `urn:stafett:agency:${number}`);
  expect(await seenBy(ot)).toEqual([to, other]);
  expect(await seenBy(nav)).toEqual([to]);
  expect(await seenBy(otherNav)).toEqual([other]);
});

it('lets an office pass on only to an office of its own kind that is there', async () => {
  const { youth, recordId } = await refer();
  await nav.pullUntil((events) => recordIds(events).includes(recordId));
  const pass = (forwardedTo: string): Promise<{ status: number; body: { code: string; errors: object[] } }> =>
    nav.push(
      nav.event(
        'referral-response',
        { youth, outcome: 'wrong-office', forwardedTo },
        { inreplyto: recordId },
      ),
    );
  for (const [to, code] of [
    [agencies.school, 'route-not-allowed'],
    [agencies.county, 'route-not-allowed'],
    [agencies.nav, 'recipient-unknown'],
    ['319999981', 'recipient-unknown'],
  ] as const) {
    const { status, body } = await pass(to);
    expect([to, status, body.code]).toEqual([to, code === 'route-not-allowed' ? 403 : 422, code]);
    expect(body.errors).toMatchObject([{ pointer: '/data/forwardedTo' }]);
  }
  expect((await ot.record(recordId)).body.transfers).toHaveLength(1);
});

it('draws back what is open when a youth becomes protected, and says no more than that a person handles it', async () => {
  const { youth, recordId } = await refer();
  await ot.send(
    ot.event('referral', dataOf('referral', { ...youth, protection: 'strictly-confidential' }), {
      holdforconsent: true,
    }),
  );
  for (const until = Date.now() + 8000; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
    const { body } = await ot.record(recordId);
    if (body.transfers[0].state === 'withdrawn') {
      expect(body.transfers[0].reason).toBe('manual-handling');
      break;
    }
    if (Date.now() > until) throw new Error(JSON.stringify(body));
  }
  expect(recordIds((await nav.pull('?limit=500')).body.events)).not.toContain(recordId);
});

it('lets a grade that rises wait for a page that is handed out by the lower one', async () => {
  const youth = newYouth();
  const event = (more: Json = {}) =>
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', { ...youth, ...more }, { school: school.orgNumber }),
    );
  const recordId = await school.send(event());
  await school.dispatched(recordId);
  const order: string[] = [];
  await asAdmin(superUrl(), async (admin) => {
    await admin.query('begin');
    await admin.query('select from stafett.transfer where record_id = $1 for update', [recordId]);
    const pull = ot.pull('?limit=500').then(({ body }) => {
      expect(recordIds(body.events)).toContain(recordId);
      order.push('page');
    });
    const waiting = async (count: number): Promise<boolean> =>
      (
        await admin.query(
          'select from pg_stat_activity where datname = current_database() and wait_event_type = $1',
          ['Lock'],
        )
      ).rowCount === count;
    await until(() => waiting(1));
    const raise = school.push(event({ protection: 'confidential' })).then(({ status }) => {
      expect(status).toBe(202);
      order.push('grade');
    });
    await until(() => waiting(2));
    await admin.query('rollback');
    await Promise.all([pull, raise]);
  });
  expect(order).toEqual(['page', 'grade']);
});

it('keeps nobody from referring to the transfers of a page that is handed out', async () => {
  const [recordId] = await interrupt();
  await asAdmin(superUrl(), async (admin) => {
    const [{ id }] = (await admin.query('select id from stafett.transfer where record_id = $1', [recordId]))
      .rows;
    for (const { text } of [lockTransfers, transfersById]) {
      await admin.query('begin');
      await admin.query(text, [[id]]);
      expect(
        await hub.sql('select from stafett.transfer where id = $1 for key share nowait', [id]),
      ).toHaveLength(1);
      await admin.query('rollback');
    }
  });
});

it('gives no body once a withdrawal is answered, however withdrawals and pulls meet', async () => {
  for (let round = 0; round < 15; round += 1) {
    const { recordId, consentId } = await refer();
    const pulls = Array.from({ length: 4 }, () => nav.pull('?limit=500'));
    const withdrawal = ot.call('POST', `/v1/consents/${consentId}/withdrawal`, { by: 'youth', how: 'phone' });
    await withdrawal;
    const after = await nav.pull('?limit=500');
    expect(recordIds(after.body.events)).not.toContain(recordId);
    await Promise.all(pulls);
    const entries = await hub.sql<{ act: string }>(
      `select act from stafett.entry_detail where record_id = $1 and act in ('transfer-disclosed') or consent_id = $2 and act = 'consent-withdrawn' order by id`,
      [recordId, consentId],
    );
    expect(entries.at(-1)?.act).toBe('consent-withdrawn');
  }
});

it('gives nothing of a youth who is erased between the reading of a page and its locks', async () => {
  const [recordId] = await interrupt();
  const about = `(select youth_id from stafett.record where id = '${recordId}')`;
  const { body } = await asAdmin(superUrl(), async (admin) => {
    const erase = [
      `update stafett.youth set erased_at = now(), blind_index = null, identity_sealed = null where id = ${about}`,
      `delete from stafett.youth_key where youth_id = ${about}`,
    ];
    await admin.query('begin');
    for (const statement of erase) await admin.query(statement);
    const pull = ot.pull('?limit=500');
    await until(
      async () =>
        (
          await admin.query(
            `select from pg_locks where not granted and locktype in ('transactionid', 'tuple')`,
          )
        ).rowCount !== 0,
    );
    await admin.query('commit');
    return pull;
  });
  const event = body.events.find((event: Json) => event.recordid === recordId);
  expect([event.dataerased, event.data]).toEqual([true, undefined]);
  const [left] = await hub.sql(
    `select (select recipient_youth_id from stafett.transfer where record_id = $1) as "linkedTo",
       array(select youth_id from stafett.entry_detail where record_id = $1 and act = 'transfer-disclosed') as youths`,
    [recordId],
  );
  expect(left).toEqual({ linkedTo: null, youths: [null] });
});

it('never gives with an empty first page a cursor past what comes at that moment', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { cursor: through } = (await ot.pull('?limit=500')).body;
    await ot.call('POST', '/v1/inbox/acknowledgements', { through });
    const cursors = new Set<string>();
    let sent = false;
    const reader = async (): Promise<void> => {
      while (!sent) {
        const { body } = await ot.pull('?limit=10');
        if (body.events.length > 0) return;
        cursors.add(body.cursor as string);
      }
    };
    const readers = [reader(), reader(), reader(), reader()];
    const ids = await interrupt();
    sent = true;
    await Promise.all(readers);
    for (const cursor of cursors)
      expect(recordIds((await ot.pull(`?after=${cursor}`)).body.events)).toEqual(ids);
  }
});

it('hands out what stands before a body that was tampered with, and the rest in its order when it is mended', async () => {
  const { cursor: start } = (await ot.pull('?limit=500')).body;
  const sent = await interrupt(4);
  const turn = (sealed: Buffer | undefined): Promise<unknown> =>
    hub.sql('update stafett.record_body set sealed = $2 where id = $1', [sent[2], sealed]);
  const [own] = await hub.sql<{ sealed: Buffer }>('select sealed from stafett.record_body where id = $1', [
    sent[2],
  ]);
  await turn(own && Buffer.from(own.sealed.map((byte, at) => (at === 40 ? byte ^ 1 : byte))));
  const before = (await ot.pull(`?limit=500&after=${start}`)).body;
  expect([recordIds(before.events), before.more]).toEqual([sent.slice(0, 2), true]);
  const after = `?limit=500&after=${before.cursor}`;
  expect(await ot.pull(after)).toMatchObject({ status: 500, body: { code: 'internal' } });
  expect(logged.filter((line) => line.includes('body-broken') && line.includes(sent[2] ?? '-'))).toHaveLength(
    2,
  );

  await turn(own?.sealed);
  const rest = (await ot.pull(after)).body;
  expect([recordIds(rest.events), rest.more]).toEqual([sent.slice(2), false]);
});

// Last: the others look at their inbox's first page.
it('acknowledges through a cursor more than one transaction takes', async () => {
  await ot.call('POST', '/v1/inbox/acknowledgements', { through: (await ot.pull('?limit=500')).body.cursor });
  const sent = [...(await interrupt(400)), ...(await interrupt(400)), ...(await interrupt(400))];
  const seen: string[] = [];
  let after = '';
  do {
    const { body } = await ot.pull(`?limit=500${after}`);
    seen.push(...recordIds(body.events));
    after = `&after=${body.cursor}`;
  } while (seen.length < sent.length);
  expect(seen).toEqual(sent);
  await asAdmin(superUrl(), async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query(`update stafett.transfer set state = 'available' where record_id = $1`, [sent[4]]);
  });
  const done = await ot.call('POST', '/v1/inbox/acknowledgements', {
    through: after.slice('&after='.length),
  });
  expect(done.body).toMatchObject({ acknowledged: 1199, skipped: 1 });
  expect(recordIds((await ot.pull('?limit=500')).body.events)).toEqual([sent[4]]);
});
