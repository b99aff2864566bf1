import { DataSource } from 'typeorm';
import { commonActs } from '../../src/audit/acts.js';
import { questionOf } from '../../src/audit/questions/question.js';
import { byLead } from '../../src/audit/questions/questions.sql.js';
import { withoutBitmaps } from '../../src/database/first-rows.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let county: Client;

beforeAll(async () => {
  hub = await startTestHub();
  county = hub.as(agencies.county);
});
afterAll(() => hub.close());

/** Entries as they would stand there: `values` are SQL over `n`, which counts from 1. */
const add = (
  count: number,
  values: Record<string, string>,
  from = "now() - interval '1 day'",
): Promise<unknown> =>
  hub.sql(
    `insert into stafett.entry_detail (id, at, detail, ${Object.keys(values).join(', ')})
     select uuidv7(m.at - clock_timestamp()), m.at, '{}', ${Object.values(values).join(', ')}
     from generate_series(1, ${count}) n cross join lateral (select ${from} + n * interval '1 ms' as at) m`,
  );
const controllerOf = (agency: string): string =>
  `(select controller_id from stafett.agency where org_number = '${agency}')`;
const idOf = (agency: string): string => `(select id from stafett.agency where org_number = '${agency}')`;

async function all(query: string, limit = 500): Promise<{ items: Json[]; pages: number }> {
  const items: Json[] = [];
  for (let pages = 1, after = ''; ; pages += 1) {
    const { status, body } = await county.call('GET', `/v1/audit/entries?${query}&limit=${limit}${after}`);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    items.push(...body.items);
    if (!body.more) return { items, pages };
    after = `&after=${body.cursor}`;
  }
}

it('answers about one record and one transfer with all that happened to them', async () => {
  const school = hub.as(agencies.school);
  const recordId = await school.send(
    school.event('education-interrupted', dataOf('education-interrupted', newYouth())),
  );
  await school.dispatched(recordId);
  const [event] = await hub.as(agencies.ot).pullUntil((events) => events.length > 0);
  const ofRecord = (await all(`record=${recordId}`)).items;
  expect(ofRecord.map(({ act }) => act)).toEqual([
    'record-received',
    'transfer-available',
    'transfer-disclosed',
  ]);
  const ofTransfer = (await all(`transfer=${event.transferid}`, 1)).items;
  // Their places in the log may come between the two questions.
  expect(ofTransfer.map(({ entryId }) => entryId)).toEqual(ofRecord.slice(1).map(({ entryId }) => entryId));
  const disclosed = await all(`record=${recordId}&transfer=${event.transferid}&act=transfer-disclosed`);
  expect(disclosed.items.map(({ entryId }) => entryId)).toEqual([ofRecord[2]?.['entryId']]);
});

it('finds refusals, what people read, and a person’s acts, among the own and never among others’', async () => {
  const own = controllerOf(agencies.county);
  const others = controllerOf(agencies.nav);
  await add(3, { act: "'record-refused'", controller_id: own });
  await add(2, { act: "'call-refused'", controller_id: others, other_controller_id: own });
  await add(4, { act: "'call-refused'", controller_id: others });
  await add(1, { act: "'calls-unauthenticated'" });
  const refused = (await all('kind=refusals', 2)).items;
  expect(refused).toHaveLength(6);
  expect(refused.map(({ entryId }) => entryId)).toEqual(refused.map(({ entryId }) => entryId).sort());
  expect((await all('kind=refusals&act=record-refused')).items).toHaveLength(3);
  expect((await all('kind=refusals&act=record-received')).items).toEqual([]);

  await add(5, {
    act: "'transfer-disclosed'",
    controller_id: own,
    other_controller_id: own,
    person: "'p-1'",
  });
  await add(6, { act: "'consent-read'", controller_id: others, other_controller_id: own, person: "'p-2'" });
  await add(7, { act: "'consent-given'", controller_id: own, person: "'p-1'" });
  await add(8, { act: "'transfer-disclosed'", controller_id: others, person: "'p-1'" });
  const read = (await all('kind=reads-by-people', 3)).items;
  expect(read.map(({ person }) => person).sort()).toEqual([...Array(5).fill('p-1'), ...Array(6).fill('p-2')]);
  expect(new Set(read.map(({ entryId }) => entryId)).size).toBe(11);
  expect((await all('person=p-1', 5)).items).toHaveLength(12);
  expect((await all('person=p-3')).items).toEqual([]);
  expect((await all('kind=reads-by-people&to=2020-01-01')).items).toEqual([]);
});

it('finds an agency’s entries on either side', async () => {
  const own = controllerOf(agencies.county);
  const others = controllerOf(agencies.otherNav);
  await add(4, { act: "'transfer-rejected'", controller_id: own, agency_id: idOf(agencies.otherOt) });
  await add(3, {
    act: "'transfer-rejected'",
    controller_id: own,
    other_controller_id: others,
    other_agency_id: idOf(agencies.otherNav),
  });
  await add(9, { act: "'record-received'", controller_id: others, agency_id: idOf(agencies.otherNav) });
  expect(
    (await all(`agency=${agencies.otherOt}&act=transfer-rejected`, 3)).items.map(({ agency }) => agency),
  ).toEqual(Array(4).fill(agencies.otherOt));
  expect((await all(`agency=${agencies.otherNav}&act=transfer-rejected`)).items).toHaveLength(3);
  expect((await all('agency=999999999')).items).toEqual([]);
});

it('keeps to the period to the millisecond', async () => {
  const start = '2026-02-03T10:00:00.000Z';
  await add(
    10,
    { act: "'record-kept'", controller_id: controllerOf(agencies.county) },
    `timestamptz '${start}'`,
  );
  const period = 'act=record-kept&from=2026-02-03T10:00:00.004Z&to=2026-02-03T10:00:00.007Z';
  expect((await all(period)).items.map(({ at }) => at.slice(-4))).toEqual(['004Z', '005Z', '006Z']);
  expect((await all('act=record-kept&from=2026-02-03&to=2026-02-03', 4)).items).toHaveLength(10);
  expect((await all('act=record-kept&from=2026-02-04')).items).toEqual([]);
});

it('goes over many entries that do not fit in short pages, and leaves none out', async () => {
  const own = controllerOf(agencies.county);
  const others = controllerOf(agencies.nav);
  await add(25_000, { act: "'record-received'", controller_id: own }, "now() - interval '3 hours'");
  await add(
    12_000,
    { act: "'transfer-available'", controller_id: others, other_controller_id: own },
    "now() - interval '2 hours'",
  );
  await add(3, { act: "'transfer-acknowledged'", controller_id: own }, "now() - interval '1 hours'");
  await add(
    2,
    { act: "'transfer-acknowledged'", controller_id: others, other_controller_id: own },
    "now() - interval '1 hours'",
  );
  const { items, pages } = await all('act=transfer-acknowledged');
  expect([items.length, pages > 2]).toEqual([5, true]);
  expect((await all('act=record-received&from=2026-01-01')).items.length).toBeGreaterThanOrEqual(25_000);
});

it('leaves none out where one list has thousands before the period, and another fills the page', async () => {
  const own = controllerOf(agencies.county);
  // 5,990 of them are before the period, within what clocks may differ by.
  await add(6500, { act: "'record-received'", controller_id: own }, "timestamptz '2026-03-01T09:59:54.01Z'");
  await add(
    60,
    { act: "'transfer-available'", controller_id: controllerOf(agencies.nav), other_controller_id: own },
    "timestamptz '2026-03-01T10:00:00.3Z'",
  );
  const { items } = await all('from=2026-03-01T10:00:00Z&to=2026-03-02', 20);
  expect(items.map(({ act }) => act).filter((act) => act === 'transfer-available')).toHaveLength(60);
  expect(items).toHaveLength(510 + 1 + 60);
});

it('refuses filters that are none, and the cursor of another question', async () => {
  for (const query of [
    'record=x',
    'transfer=1',
    'agency=12',
    'act=read',
    'kind=all',
    'person=',
    'from=2026-02-30',
    'to=yesterday',
    'offset=1',
    'limit=501',
  ])
    expect([query, (await county.call('GET', `/v1/audit/entries?${query}`)).body.code]).toEqual([
      query,
      'invalid-request',
    ]);
  const { cursor } = (await county.call('GET', '/v1/audit/entries?limit=1')).body;
  const foreign = await county.call('GET', `/v1/audit/entries?kind=refusals&after=${cursor}`);
  expect(foreign.body.code).toBe('cursor-foreign');
});

it('knows the common acts by the same names as the indexes', async () => {
  const rows = await hub.sql<{ definition: string }>(
    `select pg_get_indexdef('stafett.entry_by_act'::regclass) as definition`,
  );
  expect(rows[0]?.definition.match(/'[a-z-]+'/g)).toEqual(commonActs.map((act) => `'${act}'`));
});

it.each([
  ['record', { record: '01900000-0000-7000-8000-000000000001' }, ['entry_by_record']],
  ['person', { person: 'p' }, ['entry_by_person']],
  ['act', { kind: 'refusals' }, ['entry_by_act', 'entry_by_other_act', 'entry_of_hub']],
  ['people', { kind: 'reads-by-people' }, ['entry_by_people', 'entry_by_other_people', 'entry_of_hub']],
  ['agency', { agency: '310100013' }, ['entry_by_agency', 'entry_by_other_agency']],
  ['controller', {}, ['entry_by_controller', 'entry_by_other_controller', 'entry_of_hub']],
] as const)('asks about %s by index, whatever the values', async (lead, asked, indexes) => {
  expect(questionOf(asked).lead).toBe(lead);
  await hub.sql('analyze stafett.entry_detail');
  // Through the hub's own pool, which has the hub's planner settings.
  const rows = await hub.hub.app
    .get(DataSource)
    .transaction(async (tx): Promise<{ 'QUERY PLAN': string }[]> => {
      await tx.query(withoutBitmaps.text);
      return tx.query(`explain (generic_plan) ${byLead[lead].page.statement.text}`);
    });
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  // A page reads the beginning of each list's window, and no more: only what several lists gave is sorted.
  if (!['record', 'person'].includes(lead)) expect(plan).not.toMatch(/Sort Key: e(_\d+)?\./);
  const used = [...plan.matchAll(/using (entry_\w+)/g)].map(([, index]) => index);
  expect([...new Set(used)].sort()).toEqual([...indexes].sort());
});
