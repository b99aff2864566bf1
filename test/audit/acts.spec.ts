import { acts, type ActName } from '../../src/audit/acts.js';
import { StaffKeysService } from '../../src/audit/staff-keys.service.js';
import { ExpiryService } from '../../src/dispatch/expiry.service.js';
import { RefusedCalls } from '../../src/identity/refused-calls.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

let hub: TestHub;
let school: Client, ot: Client, nav: Client, county: Client;

beforeAll(async () => {
  hub = await startTestHub();
  [school, ot, nav, county] = [agencies.school, agencies.ot, agencies.nav, agencies.county].map((number) =>
    hub.as(number),
  ) as [Client, Client, Client, Client];
});
afterAll(() => hub.close());

const tables = {
  record: 'record_id',
  record_body: 'record_id',
  transfer: 'transfer_id',
  consent: 'consent_id',
  agency: 'other_agency_id',
  reconciliation_run: "(d.detail->>'run')::uuid",
} as const;

/**
 * The transaction that made a row what it is has also written the act's detail and its entry in the log, and they say so to the
 * side that did it.
 */
async function expectTogether(
  table: keyof typeof tables,
  id: string,
  act: ActName,
  detail: object = {},
): Promise<void> {
  const about = tables[table].startsWith('(') ? tables[table] : `d.${tables[table]}`;
  const rows = await hub.sql<{ same: boolean; detail: object }>(
    `select d.xmin = t.xmin and e.xmin = t.xmin as same, d.detail from stafett.${table} t
     join stafett.entry_detail d on ${about} = t.id and d.act = $2 join stafett.audit_entry e on e.id = d.id
     where t.id = $1 order by d.id desc limit 1`,
    [id, act],
  );
  expect([act, rows]).toEqual([act, [{ same: true, detail: expect.objectContaining(detail) }]]);
}

const interrupted = (youth: Json, more: Json = {}): Json =>
  dataOf('education-interrupted', youth, { school: school.orgNumber, ...more });
const told = async (client: Client, type: string, data: Json, more: Json = {}): Promise<string> => {
  const id = await client.send(client.event(type, data, more));
  await client.dispatched(id);
  return id;
};
const transferOf = async (client: Client, record: string): Promise<string> =>
  (await client.record(record)).body.transfers[0].transferId;
const consentOf = async (youth: Json): Promise<string> =>
  (await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber))).body.consentId;
const pulled = (client: Client, record: string): Promise<Json> =>
  client.pullUntil((events) => events.some((event) => event.recordid === record));
const stateOf = async (transfer: string): Promise<string | undefined> =>
  (await hub.sql<{ state: string }>('select state from stafett.transfer where id = $1', [transfer]))[0]
    ?.state;

describe('an act’s own transaction writes its entry', () => {
  it('where a record is received, made available, disclosed and acknowledged', async () => {
    const record = await told(school, 'education-interrupted', interrupted(newYouth()));
    const transfer = await transferOf(school, record);
    await expectTogether('record_body', record, 'record-received');
    await expectTogether('transfer', transfer, 'transfer-available');
    await pulled(ot, record);
    await expectTogether('transfer', transfer, 'transfer-disclosed', { again: false });
    await ot.acknowledge([transfer]);
    await expectTogether('transfer', transfer, 'transfer-acknowledged');
  });

  it('where it is refused, kept, merged or retracted', async () => {
    const refused = await told(ot, 'referral', dataOf('referral', newYouth()));
    await expectTogether('record', refused, 'record-refused', { reason: 'consent-missing' });
    const kept = await told(
      school,
      'education-interrupted',
      interrupted(newYouth(), { leavingReason: 'AP', kind: 'school' }),
    );
    await expectTogether('record', kept, 'record-kept', { reason: 'no-hand-over' });

    const youth = newYouth();
    const first = await told(school, 'education-interrupted', interrupted(youth));
    const merged = await told(
      county,
      'education-interrupted',
      interrupted(youth, { guardianInformed: false }),
    );
    await expectTogether('record', merged, 'record-merged');
    const transfer = await transferOf(school, first);
    const resumed = dataOf('education-resumed', youth, { school: school.orgNumber, cancels: first });
    await told(school, 'education-resumed', resumed);
    await expectTogether('record', first, 'record-retracted');
    await expectTogether('transfer', transfer, 'transfer-withdrawn', { reason: 'cancelled' });
  });

  it('where a transfer is held, and released by a consent, which makes it available', async () => {
    const youth = newYouth();
    const record = await told(ot, 'referral', dataOf('referral', youth), { holdforconsent: true });
    const transfer = await transferOf(ot, record);
    await expectTogether('transfer', transfer, 'transfer-held', { reason: 'consent-missing' });
    const consent = await consentOf(youth);
    await expectTogether('consent', consent, 'consent-given');
    await until(async () => (await stateOf(transfer)) === 'available');
    await expectTogether('transfer', transfer, 'transfer-released', { reason: 'consent-missing' });
    await expectTogether('transfer', transfer, 'transfer-available', { consents: [consent] });
    const { items } = (await county.call('GET', `/v1/audit/entries?transfer=${transfer}`)).body;
    expect(items.map(({ act }: Json) => act)).toEqual([
      'transfer-held',
      'transfer-released',
      'transfer-available',
    ]);
    // The recipient's side learns of it once it is there for them, and not that it was held.
    const [side] = await hub.sql<{ acts: string[] }>(
      `select array_agg(d.act order by d.id) as acts from stafett.entry_detail d where d.transfer_id = $1 and d.other_controller_id is not null`,
      [transfer],
    );
    expect(side?.acts).toEqual(['transfer-available']);
  });

  it('where it is rejected, withdrawn with its consent, or expires', async () => {
    const [one, two] = [newYouth(), newYouth()];
    const consent = await consentOf(one);
    const records = [await told(ot, 'referral', dataOf('referral', one))];
    await consentOf(two);
    records.push(await told(ot, 'referral', dataOf('referral', two)));
    records.push(await told(ot, 'referral', dataOf('referral', newYouth()), { holdforconsent: true }));
    const [withdrawn, rejected, expired] = (await Promise.all(
      records.map((record) => transferOf(ot, record)),
    )) as [string, string, string];
    await pulled(nav, records[1]!);
    await nav.reject([rejected], 'not-ours');
    await expectTogether('transfer', rejected, 'transfer-rejected', { reason: 'not-ours' });
    await ot.call('GET', `/v1/consents/${consent}`);
    await ot.call('POST', `/v1/consents/${consent}/withdrawal`, { by: 'youth', how: 'phone' });
    await expectTogether('consent', consent, 'consent-withdrawn');
    await until(async () => (await stateOf(withdrawn)) === 'withdrawn');
    await expectTogether('transfer', withdrawn, 'transfer-withdrawn');
    await hub.age(31);
    await hub.hub.app.get(ExpiryService, { strict: false }).findOverdue();
    await until(async () => (await stateOf(expired)) === 'expired');
    await expectTogether('transfer', expired, 'transfer-expired', { reason: 'consent-missing' });
  });

  it('where a run of the reconciliation finds something, and where that is resolved', async () => {
    const asOf = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
    const run = await county.call('POST', '/v1/reconciliation/runs', { kind: 'deliveries', asOf });
    await expectTogether('reconciliation_run', run.body.runId, 'reconciliation-run', { kind: 'deliveries' });
    const sameAs = async (act: ActName, id: string): Promise<boolean | undefined> => {
      const [row] = await hub.sql<{ same: boolean }>(
        `select d.xmin = x.xmin as same from stafett.discrepancy x join stafett.entry_detail d
           on d.act = $2 and d.record_id = x.record_id and d.transfer_id is not distinct from x.transfer_id and d.detail->>'code' = x.code
         where x.id = $1`,
        [id, act],
      );
      return row?.same;
    };
    const [open] = (await county.call('GET', '/v1/discrepancies?state=open')).body.items;
    const id = open.discrepancyId;
    expect(await sameAs('discrepancy-found', id)).toBe(true);
    const resolution = { outcome: 'other', reason: 'Ringt' };
    const resolve = (said: object): Promise<Json> =>
      county.call('POST', `/v1/discrepancies/${id}/resolution`, said);
    const answer = await resolve(resolution);
    expect(answer).toMatchObject({
      status: 200,
      body: { discrepancyId: id, state: 'resolved', ...resolution },
    });
    expect(await sameAs('discrepancy-resolved', id)).toBe(true);
    // Its answer was lost, say: the same again is the same, and leaves no second trace; something else comes too late.
    expect(await resolve(resolution)).toMatchObject({ status: 200, body: answer.body });
    expect(await resolve({ ...resolution, reason: 'Skrevet' })).toMatchObject({
      status: 409,
      body: { code: 'discrepancy-resolved' },
    });
    expect(
      await hub.sql(
        `select from stafett.entry_detail where act = 'discrepancy-resolved' and detail->>'reason' like any ('{Ringt,Skrevet}')`,
      ),
    ).toHaveLength(1);
  });

  it('where the directory is loaded', async () => {
    const [row] = await hub.sql<{ id: string }>('select id from stafett.agency where org_number = $1', [
      agencies.school,
    ]);
    await expectTogether('agency', row!.id, 'directory-changed', { change: 'agency-added' });
  });
});

it('has written, by now or below, every act of the closed list, and none besides', async () => {
  await county.call('GET', '/v1/audit/entries');
  await county.call('POST', '/v1/audit/searches', { nationalId: newYouth().nationalId, reason: 'Innsyn' });
  await school.call('GET', '/v1/audit/entries');
  await fetch(`${hub.url}/v1/inbox`);
  await hub.hub.app.get(RefusedCalls, { strict: false }).flush();
  await hub.sql(
    `insert into stafett.staff_key (controller_id, month, kek_id, wrapped) select id, '2001-01', '1', 'x' from stafett.controller limit 1`,
  );
  await hub.hub.app.get(StaffKeysService, { strict: false }).tonight();
  const written = await hub.sql<{ act: string }>('select distinct act from stafett.entry_detail');
  expect(written.map(({ act }) => act).sort()).toEqual([...acts].sort());
});
