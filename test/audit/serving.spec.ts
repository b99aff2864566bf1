import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeBundle,
  leafHash,
  openCheckpoint,
  parseProof,
  parseVerifierKey,
  tilePath,
  tileRows,
  verifyProof,
  type OpenedCheckpoint,
  type VerifierKey,
} from '../../src/audit/verify/index.js';
import type { Client } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { naiveRoot } from '../support/merkle.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let county: Client;
let school: Client;
let key: VerifierKey;

beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, log: { ...config.log, checkpointMs: 50 } }));
  county = hub.as(agencies.county);
  school = hub.as(agencies.school);
  key = parseVerifierKey((await school.call('GET', '/v1/log/key')).text.trimEnd());
});
afterAll(() => hub.close());

const checkpoint = async (): Promise<OpenedCheckpoint> =>
  openCheckpoint((await school.call('GET', '/v1/log/checkpoint')).text, key);

/** The first checkpoint in which everything is that was written before. */
async function sealed(): Promise<OpenedCheckpoint> {
  const [row] = await hub.sql<{ n: string }>('select count(*) as n from stafett.audit_entry');
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20)) {
    const found = await checkpoint();
    if (found.size >= Number(row?.n)) return found;
  }
  throw new Error('not sealed after 10 s');
}

async function bytes(
  client: Client,
  path: string,
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const response = await fetch(`${hub.url}${path}`, {
    headers: { authorization: `Bearer ${await hub.token(client.orgNumber)}` },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

async function someRecords(count: number): Promise<string> {
  const data = (): unknown => dataOf('education-interrupted', newYouth());
  const events = Array.from({ length: count }, () => school.event('education-interrupted', data()));
  const { body } = await school.push(events);
  await school.dispatched(body.receipts.at(-1).recordId);
  return body.receipts[0].recordId;
}

it('serves a log that anyone can rebuild from its entries, tile by tile', async () => {
  await someRecords(200);
  const { size, root } = await sealed();
  expect(size).toBeGreaterThan(256);
  const entries: Buffer[] = [];
  const names = tileRows(size).flatMap(({ level, full, partial }) => [
    ...Array.from({ length: full }, (_, index) => ({ level, index, width: 256 })),
    ...(partial > 0 ? [{ level, index: full, width: partial }] : []),
  ]);
  for (const name of names.filter(({ level }) => level === 0)) {
    const { body } = await bytes(county, `/v1/log/${tilePath({ ...name, level: 'entries' })}`);
    entries.push(...decodeBundle(body, name.width));
  }
  expect(naiveRoot(entries)).toEqual(root);
  for (const { level, index, width } of names) {
    const each = 256 ** level;
    const from = index * 256 * each;
    const hashes = Array.from({ length: width }, (_, i) =>
      naiveRoot(entries.slice(from + i * each, from + (i + 1) * each)),
    );
    const { body } = await bytes(school, `/v1/log/${tilePath({ level, index, width })}`);
    expect(body).toEqual(Buffer.concat(hashes));
  }
});

it('keeps every checkpoint, and gives them page by page', async () => {
  await someRecords(1);
  await sealed();
  const all = (await school.call('GET', '/v1/log/checkpoints')).body;
  expect([all.more, all.checkpoints.length > 2]).toEqual([false, true]);
  const sizes = all.checkpoints.map((note: string) => openCheckpoint(note, key).size);
  expect(sizes).toEqual([...new Set<number>(sizes)].sort((a, b) => a - b));
  // All that were ever signed, from the first on. Since the answer there may be newer ones.
  const kept = await hub.sql<{ size: string }>(
    'select size from stafett.audit_checkpoint where size <= $1 order by size',
    [sizes.at(-1)],
  );
  expect(sizes).toEqual(kept.map(({ size }) => Number(size)));
  const page = (await school.call('GET', `/v1/log/checkpoints?after=${sizes[0]}&limit=1`)).body;
  expect(page).toEqual({ checkpoints: [all.checkpoints[1]], more: true });
});

it('proves an entry with one file, whose extra is the leaf', async () => {
  const recordId = await someRecords(1);
  await sealed();
  const { items } = (await county.call('GET', `/v1/audit/entries?record=${recordId}`)).body;
  const answer = await school.call('GET', `/v1/log/proofs/${items[0].entryId}`);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const proof = parseProof(answer.text);
  const leaf = proof.extra ?? Buffer.alloc(0);
  expect(verifyProof(proof, leaf, { log: key }).size).toBeGreaterThan(proof.index);
  const told = JSON.parse(leaf.toString());
  expect(told).toMatchObject({ v: 1, act: items[0].act, day: items[0].at.slice(0, 10) });
  expect(Object.keys(told).sort()).toEqual(['act', 'commitment', 'day', 'id', 'v']);
  expect(told.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(() => verifyProof({ ...proof, index: proof.index + 1 }, leaf, { log: key })).toThrow();
  const [row] = await hub.sql<{ hash: Buffer }>('select hash from stafett.audit_leaf where leaf_index = $1', [
    proof.index,
  ]);
  expect(leafHash(leaf)).toEqual(row?.hash);
});

it('says of an entry that waits that it waits, and of one that does not exist nothing', async () => {
  const id = '0190a1b2-0000-7000-8000-000000000001';
  expect((await school.call('GET', `/v1/log/proofs/${id}`)).body.code).toBe('not-found');
  await hub.sql(`insert into stafett.audit_entry (id, entry) values ($1, '\\x7b7d')`, [id]);
  const first = await school.call('GET', `/v1/log/proofs/${id}`);
  if (first.status !== 200) expect([first.status, first.body.code]).toEqual([404, 'entry-not-sealed']);
  await sealed();
  expect((await school.call('GET', `/v1/log/proofs/${id}`)).status).toBe(200);
});

it('names types and caches as the specification has it, privately, and caches no refusal', async () => {
  await someRecords(1);
  const { size } = await sealed();
  const full = size >= 256 ? '000' : `000.p/${size}`;
  const tile = await bytes(school, `/v1/log/tile/0/${full}`);
  expect([tile.headers.get('content-type'), tile.headers.get('cache-control')]).toEqual([
    'application/octet-stream',
    'private, max-age=31536000, immutable',
  ]);
  const note = await bytes(school, '/v1/log/checkpoint');
  expect([note.headers.get('content-type'), note.headers.get('cache-control')]).toEqual([
    'text/plain; charset=utf-8',
    'private, max-age=1',
  ]);
  const beyond = await bytes(school, '/v1/log/tile/0/999');
  expect([beyond.status, beyond.headers.get('content-type'), beyond.headers.get('cache-control')]).toEqual([
    404,
    'application/problem+json',
    'no-store',
  ]);
});

it('gives no more than the newest checkpoint publishes, and knows one spelling of each tile', async () => {
  const { size } = await sealed();
  const last = Math.floor(size / 256);
  const index = String(last).padStart(3, '0');
  // Each refusal is an entry too: some way beyond.
  const beyond = String(last + 2).padStart(3, '0');
  for (const path of [
    `0/${beyond}`,
    `0/${beyond}.p/1`,
    `0/${index}.p/0`,
    `0/${index}.p/256`,
    '0/0',
    '0/000.p/01',
    '0/x000/000',
    '00/000',
    '64/000',
    '-1/000',
    '0/000/',
    '0//000',
    '0/%30%30%30',
    '0/000?x=1',
    'entries',
    '0',
    '',
  ])
    expect([path, (await bytes(school, `/v1/log/tile/${path}`)).status]).toEqual([path, 404]);
  for (let width = 1; width < size % 256; width += 50)
    expect((await bytes(school, `/v1/log/tile/0/${index}.p/${width}`)).body.length).toBe(width * 32);
});

it('gives entries to auditors alone', async () => {
  const path = '/v1/log/tile/entries/000.p/1';
  expect((await bytes(school, path)).status).toBe(403);
  expect((await bytes(county, path)).status).toBe(200);
  expect((await bytes(school, path.replace('entries', '%65ntries'))).status).toBeGreaterThan(400);
});
