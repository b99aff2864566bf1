import type { Config } from '../../src/config/config.schema.js';
import { startHub } from '../../src/hub.js';
import { createDatabase } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { client, type Client, type Json } from '../support/client.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

/** The same story, whatever the doorbells hang on. */
const queues = hasRedis ? (['postgres', 'redis'] as const) : (['postgres'] as const);

describe.each(queues)('with the queue on %s', (queue) => {
  let hub: TestHub;
  let redis: TestRedis | undefined;
  let school: Client, ot: Client, nav: Client, county: Client;

  beforeAll(async () => {
    redis = queue === 'redis' ? await startRedis() : undefined;
    hub = await startTestHub((config) => ({ ...config, queue: { ...config.queue, url: redis?.url ?? '' } }));
    school = hub.as(agencies.school);
    ot = hub.as(agencies.ot);
    nav = hub.as(agencies.nav);
    county = hub.as(agencies.county);
  });
  afterAll(async () => {
    await hub.close();
    await redis?.stop();
  });

  const about = (recordId: string) => (events: Json[]) => events.some((event) => event.recordid === recordId);
  const only = (events: Json[], recordId: string): Json =>
    events.find((event) => event.recordid === recordId);

  it('carries an interruption from the school to the OT unit where the youth lives', async () => {
    const youth = newYouth();
    const event = school.event(
      'education-interrupted',
      dataOf('education-interrupted', youth, { school: school.orgNumber }),
    );
    const answer = await school.push(event);
    expect(answer.status).toBe(202);
    const [receipt] = answer.body.receipts;
    expect(receipt).toEqual({
      index: 0,
      eventId: event.id,
      recordId: expect.any(String),
      state: 'received',
      duplicate: false,
      problem: null,
    });

    const got = only(await ot.pullUntil(about(receipt.recordId)), receipt.recordId);
    expect(got).toMatchObject({
      specversion: '1.0',
      id: event.id,
      source: event.source,
      type: event.type,
      withheld: '',
    });
    expect(got.data).toEqual(event.data);
    expect(got.sequence).toMatch(/^\d{16}\.\d{4}$/);
    expect(got.ground).not.toBe('');

    const view = await school.dispatched(receipt.recordId);
    expect(view).toMatchObject({
      state: 'dispatched',
      eventId: event.id,
      transfers: [
        { recipient: `urn:stafett:agency:${ot.orgNumber}`, state: 'collected', transferId: got.transferid },
      ],
    });
  });

  it('refuses a referral that no release covers, erases its body and tells the sender by a notice', async () => {
    const recordId = await ot.send(ot.event('referral', dataOf('referral', newYouth())));
    expect(await ot.dispatched(recordId)).toMatchObject({
      state: 'refused',
      reason: 'consent-missing',
      transfers: [],
    });
    const events = await ot.pullUntil((all) => all.some((event) => event.data?.recordId === recordId));
    const notice = events.find((event) => event.data?.recordId === recordId);
    expect(notice).toMatchObject({
      type: 'no.stafett.notice.v1',
      source: 'urn:stafett:hub',
      data: { state: 'refused', reason: 'consent-missing' },
    });
    expect(notice.data.youth).toBeUndefined();
    expect(await hub.sql('select from stafett.record_body where id = $1', [recordId])).toEqual([]);
  });

  it('takes a referral to Nav once the youth has said yes, and brings the answer back', async () => {
    const youth = newYouth();
    const consent = await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
    expect(consent.status).toBe(201);
    expect(consent.body).toMatchObject({ consentId: expect.any(String), state: 'given' });

    const recordId = await ot.send(ot.event('referral', dataOf('referral', youth)));
    const referral = only(await nav.pullUntil(about(recordId)), recordId);
    expect(referral.data.youth.nationalId).toBe(youth.nationalId);

    const acknowledged = await nav.acknowledge([referral.transferid]);
    expect(acknowledged.body.results).toEqual([
      { transferId: referral.transferid, state: 'acknowledged', problem: null },
    ]);
    const again = await nav.acknowledge([referral.transferid]);
    expect(again.body.results[0].state).toBe('acknowledged');

    const ofAnother = nav.event('referral-response', dataOf('referral-response', newYouth()), {
      inreplyto: recordId,
    });
    const refusal = {
      code: 'in-reply-to-unknown',
      errors: [{ pointer: '/data/youth', code: 'other-youth' }],
    };
    expect((await nav.push(ofAnother)).body).toMatchObject(refusal);
    const type = 'application/cloudevents+json';
    expect(
      (await nav.call('POST', '/v1/records/check', ofAnother, { 'content-type': type })).body,
    ).toMatchObject({
      checks: [{ problem: refusal }],
    });

    const answerId = await nav.send(
      nav.event('referral-response', dataOf('referral-response', youth), { inreplyto: recordId }),
    );
    const answer = only(await ot.pullUntil(about(answerId)), answerId);
    expect(answer.data.outcome).toBe('taken');
    expect(answer.inreplyto).toBe(recordId);
    expect((await ot.record(recordId)).body.transfers[0].state).toBe('acknowledged');
  });

  it('says of an event under an id that stands for another what pushing it would say', async () => {
    const data = dataOf('referral', newYouth());
    const event = ot.event('referral', data);
    await ot.send(event);
    const type = { 'content-type': 'application/cloudevents+json' };
    const check = async (sent: object): Promise<Json> =>
      (await ot.call('POST', '/v1/records/check', sent, type)).body.checks[0];
    expect((await check(event)).problem).toBeNull();
    const other = { ...event, data: { ...data, youth: newYouth() } };
    const { code, errors } = (await ot.push(other)).body;
    expect(code).toBe('event-id-reused');
    expect((await check(other)).problem).toMatchObject({ code, errors });
  });

  it('holds a referral where the sender asks for it, and lets it go the moment the release is there', async () => {
    const youth = newYouth();
    const recordId = await ot.send(ot.event('referral', dataOf('referral', youth), { holdforconsent: true }));
    const view = await ot.dispatched(recordId);
    expect(view.transfers[0]).toMatchObject({
      state: 'held',
      hold: { reason: 'consent-missing', endsWith: 'consent' },
    });
    expect((await nav.record(recordId)).status).toBe(404);
    await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
    const got = only(await nav.pullUntil(about(recordId)), recordId);
    expect(got.data.youth.nationalId).toBe(youth.nationalId);
  });

  it('gives nothing more once a withdrawal has been answered', async () => {
    const youth = newYouth();
    const { body: consent } = await ot.call(
      'POST',
      '/v1/consents',
      releaseFor(youth, ot.orgNumber, nav.orgNumber),
    );
    const { body: before } = await nav.pull('?limit=500');
    const first = await ot.send(ot.event('referral', dataOf('referral', youth)));
    await nav.pullUntil(about(first));
    const withdrawal = await ot.call('POST', `/v1/consents/${consent.consentId}/withdrawal`, {
      by: 'youth',
      how: 'phone',
    });
    expect(withdrawal.status).toBe(200);
    const { body: after } = await nav.pull(`?limit=500&after=${before.cursor}`);
    expect(after.events.filter((event: Json) => event.recordid === first)).toEqual([]);
    expect((await nav.record(first)).body.transfers[0].state).toBe('withdrawn');
    const second = await ot.send(ot.event('referral', dataOf('referral', youth)));
    expect(await ot.dispatched(second)).toMatchObject({ state: 'refused', reason: 'consent-missing' });
  });

  it('shows the auditor every step about a youth, and that the auditor looked', async () => {
    const youth = newYouth();
    const recordId = await school.send(
      school.event(
        'education-interrupted',
        dataOf('education-interrupted', youth, { school: school.orgNumber }),
      ),
    );
    await ot.pullUntil(about(recordId));
    const search = async (): Promise<Json> =>
      (await county.call('POST', '/v1/audit/searches', { nationalId: youth.nationalId, reason: 'Innsyn' }))
        .body;
    expect((await search()).items.map((entry: Json) => entry.act)).toEqual([
      'record-received',
      'transfer-available',
      'transfer-disclosed',
    ]);
    expect((await search()).items.map((entry: Json) => entry.act)).toEqual([
      'record-received',
      'transfer-available',
      'transfer-disclosed',
      'audit-searched',
    ]);
  });

  it('finds the referral that nobody acknowledged, and closes it when it comes right', async () => {
    const youth = newYouth();
    await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
    const recordId = await ot.send(ot.event('referral', dataOf('referral', youth)));
    const [transfer] = (await ot.dispatched(recordId)).transfers;
    const asOf = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const run = await county.call('POST', '/v1/reconciliation/runs', { kind: 'deliveries', asOf });
    expect(run.status).toBe(201);
    const open = async (): Promise<Json[]> =>
      (await county.call('GET', '/v1/discrepancies?state=open&limit=500')).body.items;
    const mine = (await open()).find((item) => item.transferId === transfer.transferId);
    expect(mine).toMatchObject({
      code: 'unacknowledged',
      owner: `urn:stafett:agency:${nav.orgNumber}`,
      recordId,
      state: 'open',
    });
    const twice = await county.call('POST', '/v1/reconciliation/runs', { kind: 'deliveries', asOf });
    expect(twice.body.found).toBe(0);

    await nav.pullUntil(about(recordId));
    await nav.acknowledge([transfer.transferId]);
    expect((await county.call('POST', '/v1/reconciliation/runs', { kind: 'deliveries' })).body.settled).toBe(
      1,
    );
    expect((await open()).some((item) => item.transferId === transfer.transferId)).toBe(false);
  });

  it('rings the worker of another process, well before the sweeper would', async () => {
    // A queue of their own: another hub's worker on it would answer the bell, and look in its own database.
    const own = queue === 'redis' ? await startRedis() : undefined;
    const only = (role: 'api' | 'worker'): Config => ({
      ...hub.config,
      process: { ...hub.config.process, roles: [role] },
      queue: { ...hub.config.queue, url: own?.url ?? '', sweepAfterSeconds: 3600 },
    });
    const database = await createDatabase();
    const api = await startHub(only('api'), { appUrl: database.appUrl, docs: false });
    const worker = await startHub(only('worker'), { appUrl: database.appUrl, docs: false });
    try {
      const one = client(`http://127.0.0.1:${api.port}`, agencies.school, () => hub.token(agencies.school));
      await one.send(
        one.event(
          'education-interrupted',
          dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
        ),
      );
      const times: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const recordId = await one.send(
          one.event(
            'education-interrupted',
            dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
          ),
        );
        const before = performance.now();
        await one.dispatched(recordId);
        times.push(performance.now() - before);
      }
      expect(times.sort((a, b) => a - b)[5]).toBeLessThan(1000);
      expect((await fetch(`http://127.0.0.1:${worker.port}/v1/inbox`)).status).toBe(404);
      expect((await fetch(`http://127.0.0.1:${worker.port}/health/live`)).status).toBe(200);
    } finally {
      await Promise.all([api.stop(), worker.stop()]);
      await database.drop();
      await own?.stop();
    }
  });

  it('loses nothing when the queue loses everything in the middle of a run', async () => {
    const sent: string[] = [];
    for (let batch = 0; batch < 8; batch += 1) {
      const events = Array.from({ length: 25 }, () =>
        school.event(
          'education-interrupted',
          dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
        ),
      );
      const answer = await school.push(events);
      sent.push(...answer.body.receipts.map((receipt: Json) => receipt.recordId));
      await redis?.flushAll();
      if (!redis) await hub.sql('truncate bullmq.jobs cascade').catch(() => undefined);
    }
    const got = new Set<string>();
    for (
      let after = (await ot.pull('?limit=1')).body.cursor, until = Date.now() + 20_000;
      got.size < sent.length && Date.now() < until;
    ) {
      void after;
      const { body } = await ot.pull('?limit=500');
      for (const event of body.events) if (sent.includes(event.recordid)) got.add(event.recordid);
      await ot.acknowledge(body.events.map((event: Json) => event.transferid));
      after = body.cursor;
    }
    expect(got.size).toBe(sent.length);
  });
});
