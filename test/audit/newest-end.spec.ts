import { Client as Session } from 'pg';
import { mintToken } from '../../src/identity/issuer.tokens.js';
import { client, type Client, type Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let county: Client;
let slow: Session;

beforeAll(async () => {
  hub = await startTestHub();
  county = hub.as(agencies.county);
  slow = new Session({ connectionString: hub.database.superUrl });
  await slow.connect();
});
afterAll(async () => {
  await slow.end();
  await hub.close();
});
afterEach(() => slow.query('rollback'));

/** An entry of the county's, as if an act of so many seconds ago wrote it. */
const entry = (seconds: number, youth = 'null'): string =>
  `insert into stafett.entry_detail (id, at, act, controller_id, youth_id, detail)
   select uuidv7(make_interval(secs => -${seconds})), now() - make_interval(secs => ${seconds}), 'record-kept', controller_id, ${youth}, '{}'
   from stafett.agency where org_number = '${agencies.county}' returning id`;
const idOf = async (
  sql: string,
  by: { query(sql: string): Promise<{ rows: { id: string }[] }> },
): Promise<string> => (await by.query(sql)).rows[0]!.id;
/** Begins to write an entry, and leaves it open. */
async function begun(sql: string): Promise<string> {
  await slow.query('begin');
  return idOf(sql, slow);
}
const written = (sql: string): Promise<string> =>
  idOf(sql, { query: async (text) => ({ rows: await hub.sql<{ id: string }>(text) }) });

/** Runs `work` a day later: with tokens of that day, and back again. */
async function aDayLater(work: () => Promise<void>): Promise<void> {
  const today = county;
  hub.clock.days(1);
  county = client(hub.url, agencies.county, () =>
    mintToken(hub.config.process.keys, hub.config, {
      orgNumber: agencies.county,
      scopes: ['stafett:audit'],
      clock: hub.clock,
    }),
  );
  try {
    await work();
  } finally {
    hub.clock.days(-1);
    county = today;
  }
}

interface Read {
  readonly ids: string[];
  readonly cursor: string;
}

const page = async (after = '', limit = 500): Promise<{ body: Json; ids: string[] }> => {
  const query = `act=record-kept&limit=${limit}${after && `&after=${after}`}`;
  const { body } = await county.call('GET', `/v1/audit/entries?${query}`);
  return { body, ids: body.items.map(({ entryId }: Json) => entryId) };
};
/** From a cursor to the end. */
async function read(after = '', limit = 500): Promise<Read> {
  const ids: string[] = [];
  for (let cursor = after; ;) {
    const { body, ids: some } = await page(cursor, limit);
    ids.push(...some);
    cursor = body.cursor;
    if (!body.more) return { ids, cursor };
  }
}

it('shows a reader who goes on at the newest end what was committed late with a lower id', async () => {
  const late = await begun(entry(20));
  const seen = await written(entry(10));
  const before = await read();
  expect([before.ids.includes(seen), before.ids.includes(late)]).toEqual([true, false]);
  await slow.query('commit');
  const next = await read(before.cursor);
  expect(next.ids.slice(-2)).toEqual([late, seen]);
});

it('shows it too to one who was on the way to the end when it came, and stopped there for long', async () => {
  const late = await begun(entry(20));
  const first = await written(entry(15));
  for (const seconds of [10, 5]) await written(entry(seconds));
  let { body } = await page('', 1);
  while (body.items[0].entryId < first) ({ body } = await page(body.cursor, 1));
  const passed = (await page(body.cursor, 1)).body;
  expect(passed.more).toBe(true);
  await slow.query('commit');
  await aDayLater(async () => {
    const end = await read(passed.cursor, 1);
    expect(end.ids).not.toContain(late);
    expect((await read(end.cursor)).ids).toContain(late);
  });
});
it('repeats nothing that is older than a minute, whoever idles in an open transaction', async () => {
  await slow.query('begin isolation level repeatable read');
  await slow.query('select pg_current_xact_id()');
  const old = await written(entry(90));
  const before = await read();
  expect(before.ids).toContain(old);
  const fresh = await written(entry(0));
  const next = (await read(before.cursor)).ids;
  expect(next).toContain(fresh);
  expect(next).not.toContain(old);
  await aDayLater(async () => {
    const later = await read(before.cursor);
    expect(later.ids).toContain(fresh);
    expect((await page(later.cursor)).body).toEqual({ items: [], cursor: later.cursor, more: false });
  });
});

it('holds of all about one youth too', async () => {
  const youth = newYouth();
  const school = hub.as(agencies.school);
  const recordId = await school.send(
    school.event('education-interrupted', dataOf('education-interrupted', youth)),
  );
  await school.dispatched(recordId);
  const [row] = await hub.sql<{ youth_id: string }>(
    'select youth_id from stafett.entry_detail where record_id = $1 limit 1',
    [recordId],
  );
  const late = await begun(entry(20, `'${row?.youth_id}'`));
  const search = async (after?: string): Promise<Json> =>
    (
      await county.call('POST', '/v1/audit/searches', {
        nationalId: youth.nationalId,
        reason: 'Innsyn',
        ...(after && { after }),
      })
    ).body;
  const first = await search();
  expect(first.items.length).toBeGreaterThanOrEqual(2);
  await slow.query('commit');
  const next = await search(first.cursor);
  expect(next.items.map(({ entryId }: Json) => entryId)).toContain(late);
});
