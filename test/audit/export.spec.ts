import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { csvCell } from '../../src/audit/questions/formats.js';
import { ReadingService } from '../../src/audit/reading.service.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';

let hub: TestHub;
let county: Client;
/** Of whoever's name a spreadsheet would take for a formula: a few pages of 500. */
const SOME = 1_200;
/** Of another: many pages, and 30 MB: three times what Linux lets the sockets' buffers on the way grow to (tcp_rmem, tcp_wmem: 6 and 4 MB). */
const MANY = 25_000;

beforeAll(async () => {
  hub = await startTestHub();
  county = hub.as(agencies.county);
  await hub.sql(
    `insert into stafett.entry_detail (id, at, act, controller_id, record_type, person, detail)
     select uuidv7(m.at - clock_timestamp()), m.at, 'discrepancy-found', (select controller_id from stafett.agency where org_number = $1), 'a,"b"',
       case when n <= ${SOME} then '=SUM(A1)' else 'Kari' end, jsonb_build_object('no', n, 'more', repeat('x', 1000))
     from generate_series(1, ${SOME + MANY}) n cross join lateral (select now() - interval '1 day' + n * interval '1 ms' as at) m`,
    [agencies.county],
  );
});
afterAll(() => hub.close());

const exported = (query: string): ReturnType<Client['call']> =>
  county.call('GET', `/v1/audit/entries/export?${query}`);

/** Counts the pages that exports read from here on. */
function countPages(): { pages: number; ended: boolean } {
  const counted = { pages: 0, ended: false };
  const whole = ReadingService.prototype.export;
  jest.spyOn(ReadingService.prototype, 'export').mockImplementation(async function (
    this: ReadingService,
    ...given
  ) {
    const pages = await whole.apply(this, given);
    return (async function* () {
      try {
        for await (const page of pages) {
          counted.pages += 1;
          yield page;
        }
      } finally {
        counted.ended = true;
      }
    })();
  });
  return counted;
}

it('exports all of many pages as JSON Lines, as the pages have them', async () => {
  const query = `act=discrepancy-found&person=${encodeURIComponent('=SUM(A1)')}`;
  const { status, headers, text } = await exported(`format=jsonl&${query}`);
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/jsonl; charset=utf-8',
    'no-store',
  ]);
  const lines = text.trimEnd().split('\n');
  const entries = lines.map((line): Json => JSON.parse(line));
  const ids = entries.map(({ entryId }): string => entryId);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(entries.map(({ detail }): number => detail.no)).size).toBe(SOME);
  expect(entries).toHaveLength(SOME);
  const { body } = await county.call('GET', `/v1/audit/entries?${query}&limit=3`);
  expect(entries.slice(0, 3)).toEqual(body.items);
});

it('exports CSV that a spreadsheet reads as text, with a head', async () => {
  const { headers, text } = await exported('act=discrepancy-found&person=%3DSUM(A1)');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(headers.get('content-disposition')).toBe('attachment; filename="entries.csv"');
  const lines = text.split('\r\n');
  expect(lines).toHaveLength(SOME + 2);
  expect(lines[0]).toBe(
    'entryId,at,act,agency,otherAgency,recordType,recordId,transferId,consentId,person,detail,verified,leafIndex',
  );
  expect(lines[1]).toMatch(
    /^[0-9a-f-]{36},[^,]+Z,discrepancy-found,,,"a,""b""",,,,'=SUM\(A1\),"\{""no"":1,""more"":""x+""\}",false,$/,
  );
});

it('is itself an entry, and names the filters but not what they say', async () => {
  await exported('format=jsonl&person=p-1&from=2026-01-01');
  const rows = await hub.sql(
    `select detail from stafett.entry_detail where act = 'audit-read' order by id desc limit 1`,
  );
  expect(rows).toEqual([{ detail: { asked: ['person', 'from'], export: 'jsonl' } }]);
});

it('refuses what it does not know before it sends anything', async () => {
  for (const query of ['format=xlsx', 'after=x', 'limit=5', 'kind=all', 'from=2026-02-30', 'record=1']) {
    const { status, body } = await exported(query);
    expect([query, status, body.code]).toEqual([query, 400, 'invalid-request']);
  }
  expect((await hub.as(agencies.school).call('GET', '/v1/audit/entries/export')).status).toBe(403);
});

it('reads no further than its reader, and stops when the reader hangs up', async () => {
  const counted = countPages();
  const abort = new AbortController();
  const response = await fetch(
    `${hub.url}/v1/audit/entries/export?format=jsonl&act=discrepancy-found&person=Kari`,
    {
      headers: { authorization: `Bearer ${await hub.token(agencies.county)}` },
      signal: abort.signal,
    },
  );
  await response.body?.getReader().read();
  // Until the buffers on the way are full, and no page more is asked for.
  let before = 0;
  while (counted.pages > before) {
    before = counted.pages;
    await sleep(500);
  }
  const read = counted.pages;
  // What is on the way fills the system’s buffers: 8 pages of 700 kB mostly, once 25 on a busy machine, of 50.
  expect(read).toBeLessThan((MANY / 500) * 0.75);
  expect(counted.ended).toBe(false);
  abort.abort();
  await until(() => counted.ended);
  expect(counted.pages).toBeLessThanOrEqual(read + 1);
  await exported('format=jsonl&act=discrepancy-found&person=Kari');
  expect(counted.pages).toBeGreaterThanOrEqual(read + MANY / 500);
  expect((await county.call('GET', '/v1/audit/entries?limit=1')).status).toBe(200);
});

it.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['a "b"', '"a ""b"""'],
  ['a\r\nb', '"a\r\nb"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@a,b', '"\'@a,b"'],
  ['\tx', "'\tx"],
  ['', ''],
])('writes %j as the cell %s', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});
