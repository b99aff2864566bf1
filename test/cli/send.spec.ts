import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '../../src/cli/read-events.js';
import { stafett, type Ran } from './run.js';

interface Pushed {
  readonly id: string;
}
type Answer = { readonly status: number; readonly body: object };

const source = 'urn:stafett:agency:310200018';
const event = (id: string): object => ({
  specversion: '1.0',
  id,
  source,
  type: 'no.stafett.referral.v1',
  data: {},
});
const taken = (events: readonly Pushed[], problem: (id: string) => object | null = () => null): Answer => ({
  status: 202,
  body: {
    receipts: events.map(({ id }, index) => ({
      index,
      eventId: id,
      recordId: problem(id) ? null : id,
      state: problem(id) ? null : 'received',
      duplicate: false,
      problem: problem(id),
    })),
  },
});
const busy = { code: 'busy', detail: 'Try again.', retry: true };
const invalid = { code: 'invalid-record', detail: 'See the pointers.', retry: false };

let folder: string;
let server: Server;
let env: NodeJS.ProcessEnv;
let batches: Pushed[][];
let answer: (events: readonly Pushed[], call: number) => Answer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-send-'));
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const events = JSON.parse(body) as Pushed[];
      batches.push(events);
      const { status, body: answered } = answer(events, batches.length);
      response.writeHead(status).end(JSON.stringify(answered));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  env = { STAFETT_DATA: folder, STAFETT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
beforeEach(() => {
  batches = [];
  answer = (events) => taken(events);
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const send = (events: string): Promise<Ran> => {
  const path = join(folder, 'sent');
  writeFileSync(path, events);
  return stafett(['send', path], env);
};
const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const ndjson = (count: number): string =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify(event(`e${i}`))}\n`).join('');

describe('stafett send', () => {
  it('sends 500 at a time, and prints a receipt for each event with its place in the file', async () => {
    const { code, stdout, stderr } = await send(ndjson(1100));
    expect(code).toBe(0);
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 100]);
    expect(
      lines(stdout).map((receipt) => [
        (receipt as { index: number }).index,
        (receipt as { eventId: string }).eventId,
      ]),
    ).toEqual(Array.from({ length: 1100 }, (_, i) => [i, `e${i}`]));
    expect(stderr).toMatch(/1100 sent, 1100 taken\n$/);
  });

  it('sends again what may be tried again, and only that', async () => {
    answer = (events, call) => taken(events, (id) => (call < 3 && id === 'e1' ? busy : null));
    const { code, stdout } = await send(ndjson(3));
    expect(code).toBe(0);
    expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([['e0', 'e1', 'e2'], ['e1'], ['e1']]);
    expect(lines(stdout)).toMatchObject([
      { recordId: 'e0' },
      { recordId: 'e1', index: 1 },
      { recordId: 'e2' },
    ]);
  });

  it('sends a whole batch again where the hub was busy', async () => {
    answer = (events, call) => (call === 1 ? { status: 503, body: busy } : taken(events));
    expect(await send(ndjson(2))).toMatchObject({ code: 0 });
    expect(batches).toHaveLength(2);
  });

  it('ends with 1 when one was refused, and with the problem on its line', async () => {
    answer = (events) => taken(events, (id) => (id === 'e1' ? invalid : null));
    const { code, stdout, stderr } = await send(ndjson(3));
    expect(code).toBe(1);
    expect(lines(stdout)).toMatchObject([{ problem: null }, { problem: invalid }, { problem: null }]);
    expect(stderr).toContain('refused: 1 of 3');
    expect(batches).toHaveLength(1);
  });

  it('prints the same kind of line where nothing of a batch was taken', async () => {
    const problems = [{ index: 0, eventId: 'e0', problem: invalid }];
    answer = () => ({ status: 422, body: { code: 'batch-refused', detail: '…', retry: false, problems } });
    const { code, stdout } = await send(ndjson(1));
    expect(code).toBe(1);
    expect(lines(stdout)).toEqual([
      { index: 0, eventId: 'e0', recordId: null, state: null, duplicate: false, problem: invalid },
    ]);
  });

  it('says what to do where no event says who sends', async () => {
    const { code, stderr } = await send('{"id": "1"}');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^stafett: .*--agency ORGNR\.\n$/);
  });
});

describe('a file of events', () => {
  const read = async (text: string | Buffer): Promise<unknown[]> => {
    const path = join(folder, 'events');
    writeFileSync(path, text);
    const all = [];
    for await (const each of readEvents(path)) all.push(each);
    return all;
  };

  it.each([
    ['one a line', '{"id":"1"}\n\n{"id":"2"}\r\n{"id":"3"}'],
    ['a list on one line', '[{"id":"1"},{"id":"2"},{"id":"3"}]'],
    ['a list over several lines', '\uFEFF[\n  {"id": "1"},\n  {"id": "2"},\n  {\n    "id": "3"\n  }\n]\n'],
  ])('is read: %s', async (_, text) => {
    expect(await read(text)).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
  });

  it('may be one event over several lines', async () => {
    expect(await read('{\n  "id": "1"\n}')).toEqual([{ id: '1' }]);
  });

  it('is longer than what is read at once', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => ({ id: String(i), text: 'æ'.repeat(i % 300) }));
    expect(await read(long.map((each) => JSON.stringify(each)).join('\n'))).toEqual(long);
  });

  it.each([
    ['is empty', '', /holds no event/],
    ['is an empty list', '[]', /holds no event/],
    ['breaks off', '{"id":"1"}\n{"id"', /Line 2 of .* is not JSON/],
    ['is no JSON', 'id,type\n1,2', /is not JSON/],
    ['holds something else', '{"id":"1"}\n[2]', /line 2 of .* is no CloudEvent/],
    ['has a key twice', '{"id":"1"}\n{"id":"2","id":"3"}', /line 2 of .* the hub refuses: duplicate-key/],
    [
      'is not UTF-8',
      Buffer.concat([Buffer.from('{"id":"1"}\n{"id":"'), Buffer.of(0xe5), Buffer.from('se"}\n')]),
      /is not UTF-8/,
    ],
  ])('is refused where it %s', async (_, text, said) => {
    await expect(read(text)).rejects.toThrow(said);
  });
});
