import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { ReadingService } from '../../src/audit/reading.service.js';
import { freePort } from '../../src/database/processes.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { stafett, type Ran } from './run.js';

const oneLine = /^stafett: [^\n]+\n$/;
const MANY = 1200;
let hub: TestHub;
let folder: string;
let file: string;

beforeAll(async () => {
  // Node's fetch leaves a connection behind where a body is given up, and the hub waits for it when it stops.
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, drainSeconds: 1 } }));
  await hub.sql(
    `insert into stafett.entry_detail (id, at, act, controller_id, record_type, detail)
     select uuidv7(m.at - clock_timestamp()), m.at, 'discrepancy-found', (select controller_id from stafett.agency where org_number = $1),
       'a' || chr(10) || '"b"', jsonb_build_object('no', n)
     from generate_series(1, ${MANY}) n cross join lateral (select now() - interval '1 day' + n * interval '1 ms' as at) m`,
    [agencies.county],
  );
});
afterAll(() => hub.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-export-'));
  file = join(folder, 'entries');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  STAFETT_KEYS: hub.config.process.keys,
  STAFETT_DATA: folder,
  STAFETT_URL: hub.url,
  ...more,
});
const exportTo = (...args: string[]): Promise<Ran> => stafett(['audit', 'export', ...args], env());
const asked = (): Promise<object[]> =>
  hub.sql(
    `select detail from stafett.entry_detail where act = 'audit-read' and detail ? 'export' order by id desc`,
  );

/** The hub's own export, which fails after some pages. */
function breakAfter(pages: number): void {
  const whole = ReadingService.prototype.export;
  jest.spyOn(ReadingService.prototype, 'export').mockImplementation(async function (
    this: ReadingService,
    ...given
  ) {
    const all = await whole.apply(this, given);
    return (async function* () {
      for (let page = 0; page < pages; page += 1) yield (await all.next()).value;
      throw new Error('the database went away');
    })();
  });
}

it('writes all entries that answer, as the hub streams them, and says how many they were', async () => {
  const { code, stdout, stderr } = await exportTo(file, '--act', 'discrepancy-found', '--format', 'jsonl');
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^1200 entries, \d\.\d MB\n$/),
  });
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { detail: { no: number } }).detail.no)).toEqual(
    Array.from({ length: MANY }, (_, n) => n + 1),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['entries']);
});

it('writes CSV to standard output where no file is named, and counts entries, not lines', async () => {
  const { code, stdout, stderr } = await exportTo('--act', 'discrepancy-found');
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^1200 entries, /)]);
  const { text } = await hub
    .as(agencies.county)
    .call('GET', '/v1/audit/entries/export?act=discrepancy-found');
  expect(stdout).toBe(text);
});

it('hands on every filter of the questions', async () => {
  const id = '01900000-0000-7000-8000-000000000001';
  const period = ['--from', '2026-01-01', '--to', '2026-01-31T12:00:00Z'];
  const things = ['--record', id, '--transfer', id, '--side', agencies.nav, '--person', 'p'];
  const { code, stderr } = await exportTo(
    '--act',
    'call-refused',
    '--kind',
    'refusals',
    ...period,
    ...things,
  );
  expect([code, stderr]).toEqual([0, '0 entries, 0.0 MB\n']);
  expect((await asked())[0]).toEqual({
    detail: {
      asked: ['record', 'transfer', 'agency', 'person', 'act', 'kind', 'from', 'to'],
      export: 'csv',
    },
  });
});

it('asks with the token that it is given, where there are no development keys', async () => {
  const token = await hub.token(agencies.county);
  const given = env({ STAFETT_KEYS: join(folder, 'none'), STAFETT_TOKEN: token });
  expect(await stafett(['audit', 'export', '--act', 'discrepancy-found'], given)).toMatchObject({ code: 0 });
  expect(readdirSync(folder)).toEqual([]);
  const run: readonly (readonly [string, RegExp])[] = [
    [`${token.slice(0, -4)}AAAA`, /does not accept the token/],
    ['rubbish', /no access token/],
    [await hub.token(agencies.county, ['stafett:inbox']), /^stafett: insufficient-scope: /],
  ];
  for (const [text, said] of run) {
    const ran = await stafett(['audit', 'export'], { ...given, STAFETT_TOKEN: text });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([1, '', expect.stringMatching(said)]);
    expect(ran.stderr).toMatch(oneLine);
  }
});

it('overwrites nothing unless it is asked to, and does not even ask the hub', async () => {
  writeFileSync(file, 'of last month');
  const before = (await asked()).length;
  const refused = await exportTo(file);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--overwrite')]);
  expect(refused.stderr).toMatch(oneLine);
  expect([readFileSync(file, 'utf8'), (await asked()).length]).toEqual(['of last month', before]);
  expect((await exportTo(file, '--overwrite', '--act', 'key-added')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^entryId,/);
});

it.each<[string, string[], RegExp]>([
  ['a day that does not exist', ['--from', '2026-02-30'], /^stafett: invalid-request: .*\/query\/from day\)/],
  ['a record that is no id', ['--record', '1'], /^stafett: invalid-request: .*\/query\/record /],
  ['a number that is none', ['--side', '12'], /^stafett: invalid-request: .*\/query\/agency /],
  ['an act that is none', ['--act', 'read'], /Allowed choices are record-received, /],
  ['a kind that is none', ['--kind', 'all'], /Allowed choices are refusals, reads-by-people/],
  ['a format that is none', ['--format', 'xlsx'], /Allowed choices are csv, jsonl/],
  ['an agency that may not', ['--agency', agencies.school], /^stafett: insufficient-scope: /],
])('says in one line what is wrong, and writes nothing: %s', async (_, args, said) => {
  const { code, stdout, stderr } = await exportTo(file, ...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(oneLine);
  expect(stderr).toMatch(said);
  expect(readdirSync(folder)).toEqual([]);
});

it('says that a folder is not there', async () => {
  const { code, stderr } = await exportTo(join(folder, 'none', 'entries'));
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^stafett: .*entries cannot be written \(ENOENT\)/),
  ]);
});

it('leaves no file, and the one that was there untouched, where the hub breaks off', async () => {
  breakAfter(2);
  const broken = await exportTo(file, '--format', 'jsonl');
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringMatching(/^stafett: .* broke off\./)]);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(file, 'of last month');
  expect((await exportTo(file, '--overwrite')).code).toBe(1);
  expect(readdirSync(folder)).toEqual(['entries']);
  expect(readFileSync(file, 'utf8')).toBe('of last month');
  expect(await exportTo()).toMatchObject({ code: 1, stdout: expect.stringMatching(/^entryId,/) });
});

it('leaves no file where it is told to stop', async () => {
  let goOn = (): void => undefined;
  const whole = ReadingService.prototype.export;
  jest.spyOn(ReadingService.prototype, 'export').mockImplementation(async function (
    this: ReadingService,
    ...given
  ) {
    const all = await whole.apply(this, given);
    return (async function* () {
      yield (await all.next()).value;
      // Only the listeners of the command are there: the test's process goes on.
      process.emit('SIGTERM');
      await new Promise<void>((resolve) => (goOn = resolve));
    })();
  });
  const { code, stderr } = await exportTo(file);
  goOn();
  expect([code, stderr]).toEqual([1, 'stafett: It was stopped: what came is not all.\n']);
  expect(readdirSync(folder)).toEqual([]);
});

describe('another program at the address of the hub', () => {
  let server: Server;
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const ran = (): Promise<Ran> => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return stafett(['audit', 'export', file], env({ STAFETT_URL: url }));
  };

  it.each([
    ['a page', 200, 'text/html', '<html>'],
    ['JSON', 200, 'application/json', '{}'],
    ['no problem of ours', 404, 'application/json', '{}'],
  ])('is told apart, and what it says is not kept: %s', async (_, status, type, body) => {
    answer = (_request, response) => response.writeHead(status, { 'content-type': type }).end(body);
    const { code, stderr } = await ran();
    expect([code, stderr]).toEqual([1, expect.stringContaining('is no hub of Stafett')]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await stafett(['audit', 'export', file], env({ STAFETT_URL: url }));
    expect([code, stderr]).toEqual([1, expect.stringContaining('No hub answers at')]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
