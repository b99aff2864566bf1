import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { CosignService } from '../../src/audit/cosign/cosign.service.js';
import type { LogTrust, WitnessAt } from '../../src/audit/cosign/log-trust.js';
import { Sequencer } from '../../src/audit/seal/sequencer.js';
import { LogService } from '../../src/audit/serve/log.service.js';
import {
  cosign,
  cosigners,
  newSignerKey,
  openCheckpoint,
  parseAddCheckpoint,
  parseNote,
  parseProof,
  verifyProof,
  type TrustPolicy,
} from '../../src/audit/verify/index.js';
import { systemClock } from '../../src/common/clock.js';
import type { EntryId } from '../../src/common/ids.js';
import { loadConfig } from '../../src/config/load.js';
import { StandingJobs } from '../../src/queue/standing-jobs.js';
import { Log } from '../../src/telemetry/log.js';
import { createDatabase, openPool, type TestDatabase } from '../support/database.js';
import { impostor, TestWitness } from '../support/witnesses.js';
import { addEntry, settings, testKey } from './log.js';

const key = testKey();
let database: TestDatabase;
let db: DataSource;
let admin: Client;
let first: TestWitness;
let second: TestWitness;
let lines: string[];
let after: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
  admin = new Client({ connectionString: database.superUrl });
  await admin.connect();
  [lines, after] = [[], []];
  first = await TestWitness.start('first.witness.example', [key]);
  second = await TestWitness.start('second.witness.example', [key]);
});
afterEach(async () => {
  for (const end of after.reverse()) await end();
  await first.end();
  await second.end();
  await admin.end();
  await db.destroy();
  await database.drop();
});

interface Sealing {
  readonly served: LogService;
  readonly policy: TrustPolicy;
  /** Adds an entry, and signs. @returns its id */
  add(): Promise<EntryId>;
  stop(): Promise<void>;
}

/** What a hub does in a term: seals, and asks witnesses beside it. */
async function begin(witnesses: readonly WitnessAt[], quorum: number): Promise<Sealing> {
  const term = await new StandingJobs(db).take('seal', 60);
  if (!term) throw new Error('someone else has the term');
  const config = { ...loadConfig({}), log: { ...settings, quorum } };
  const trust: LogTrust = { log: key, witnesses, quorum };
  const served = new LogService(db, trust);
  const log = new Log(config, { write: (line) => void lines.push(line) });
  const sequencer = await Sequencer.begin(db, config.log, key, term);
  const over = new AbortController();
  const running = new CosignService(config, trust, db, served, systemClock, log).run(term, over.signal);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      over.abort();
      await running;
      await term.end();
    })());
  after.push(stop);
  const add = async (): Promise<EntryId> => {
    const id = await addEntry(admin);
    while (!(await sequencer.round()).signed) await sleep(5);
    return id as EntryId;
  };
  return { served, policy: { log: key, witnesses: witnesses.map((one) => one.key), quorum }, add, stop };
}

/** Asks until it is there. */
async function soon<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const until = Date.now() + 8000; Date.now() < until; await sleep(20)) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not after 8 s; ${lines.join('')}`);
}

const proofOf = (served: LogService, id: EntryId): Promise<string> =>
  soon(() => served.proof(id).catch(() => undefined), 'a proof');

/** Which witnesses have cosigned the newest checkpoint, as it is served. */
async function cosignersOf({ served }: Sealing, witnesses: readonly TestWitness[]): Promise<string[]> {
  const keys = witnesses.map((one) => one.key);
  const opened = openCheckpoint((await served.checkpoint()).note, key, keys);
  return opened.signatures.filter((one) => one.timestamp).map((one) => one.key.name);
}

const told = (reason: string): Promise<true> =>
  soon(async () => (lines.some((line) => line.includes(`"${reason}"`)) ? true : undefined), reason);

it('serves the newest checkpoint with the cosignatures of both witnesses, and proves by it', async () => {
  const hub = await begin([first, second], 2);
  for (let i = 0; i < 5; i += 1) {
    const id = await hub.add();
    const proof = parseProof(await proofOf(hub.served, id));
    const checkpoint = verifyProof(proof, Buffer.from(id), hub.policy);
    expect([proof.index, checkpoint.size]).toEqual([i, i + 1]);
    expect(cosigners(checkpoint, [first.key, second.key])).toBe(2);
  }
  expect(await cosignersOf(hub, [first, second])).toEqual([first.key.name, second.key.name]);
  expect(first.alarms).toEqual([]);
});

it('keeps sealing while a witness is away, proves nothing new until it is back, and says so', async () => {
  const hub = await begin([first, second], 2);
  const before = await hub.add();
  await proofOf(hub.served, before);
  await second.goAway();
  const id = await hub.add();
  await soon(
    async () => ((await cosignersOf(hub, [first, second])).length === 1 ? true : undefined),
    'the cosignature of the one that is there',
  );
  expect((await hub.served.checkpoint()).size).toBe(2);
  await expect(hub.served.proof(id)).rejects.toMatchObject({ code: 'entry-not-sealed' });
  expect(verifyProof(parseProof(await hub.served.proof(before)), Buffer.from(before), hub.policy).size).toBe(
    1,
  );
  await told('no-answer');
  await second.comeBack();
  const proof = parseProof(await proofOf(hub.served, id));
  expect(verifyProof(proof, Buffer.from(id), hub.policy).size).toBe(2);
  await soon(async () => lines.find((line) => line.includes('witness-cosigns-again')), 'a word of it');
}, 20_000);

it('proves without a quorum by the newest checkpoint, whoever has cosigned it', async () => {
  await first.goAway();
  const hub = await begin([first], 0);
  const id = await hub.add();
  const proof = parseProof(await hub.served.proof(id));
  expect(verifyProof(proof, Buffer.from(id), hub.policy).signatures).toHaveLength(1);
  expect(() => verifyProof(proof, Buffer.from(id), { ...hub.policy, quorum: 1 })).toThrow(
    /0 of the witnesses/,
  );
});

it('goes on from what the witness has seen, where the hub does not know it', async () => {
  const before = await begin([first], 1);
  for (let i = 0; i < 3; i += 1) await proofOf(before.served, await before.add());
  await before.stop();
  await admin.query('alter table stafett.audit_cosignature disable trigger append_only');
  await admin.query('delete from stafett.audit_cosignature');
  const hub = await begin([first], 1);
  await proofOf(hub.served, await hub.add());
  const { rows } = await admin.query<{ size: string }>(
    'select size from stafett.audit_cosignature order by size',
  );
  expect(rows.map(({ size }) => Number(size)).at(-1)).toBe(4);
  expect(first.alarms).toEqual([]);
});

const textIn = async (request: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return parseNote(parseAddCheckpoint(Buffer.concat(chunks)).note).text;
};
const liar = newSignerKey('liar.example', 'cosignature');
const seconds = (): number => Math.floor(Date.now() / 1000);
const answering =
  (body: (text: string) => string): RequestListener =>
  (request, response) =>
    void textIn(request).then((text) => response.end(body(text)));

it.each<[string, string, RequestListener]>([
  [
    'signs with another key of its name',
    'wrong-signature',
    answering((text) => `${cosign(text, newSignerKey(liar.name, 'cosignature'), seconds())}\n`),
  ],
  [
    'signs another checkpoint',
    'wrong-signature',
    answering((text) => `${cosign(text.replace(/\n\d+\n/, '\n9\n'), liar, seconds())}\n`),
  ],
  [
    'tells another time than the one it signed',
    'wrong-signature',
    answering((text) => {
      const [dash, name, blob = ''] = cosign(text, liar, seconds()).split(' ');
      const bytes = Buffer.from(blob, 'base64');
      bytes.writeBigUInt64BE(BigInt(seconds() - 1), 4);
      return `${dash} ${name} ${bytes.toString('base64')}\n`;
    }),
  ],
  ['signs time 0', 'wrong-time', answering((text) => `${cosign(text, liar, 0)}\n`)],
  ['signs tomorrow', 'wrong-time', answering((text) => `${cosign(text, liar, seconds() + 86_400)}\n`)],
  ['answers garbage', 'garbage', answering(() => '<html>\n')],
  ['answers nothing', 'wrong-signature', answering(() => '')],
  ['answers without an end', 'too-large', answering(() => 'x'.repeat(10_000_000))],
  [
    'sends it elsewhere',
    'answers-307',
    (_, response) => void response.writeHead(307, { location: `${first.url}/add-checkpoint` }).end(),
  ],
  [
    'names a size of its own again and again',
    'answers-409',
    (_, response) => void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('0\n'),
  ],
  ['has seen more than there is', 'ahead', (_, response) => void response.writeHead(409).end('999\n')],
])('keeps nothing of a witness that %s, and says so', async (_, reason, listener) => {
  const { url, end } = await impostor(listener);
  after.push(end);
  const hub = await begin([first, { key: liar, url }], 1);
  const id = await hub.add();
  expect(verifyProof(parseProof(await proofOf(hub.served, id)), Buffer.from(id), hub.policy).size).toBe(1);
  await told(reason);
  const { rows } = await admin.query('select distinct witness from stafett.audit_cosignature');
  expect(rows).toEqual([{ witness: expect.stringContaining(first.key.name) }]);
});

describe('a log that its key’s holder has rewritten and signed anew', () => {
  const tables = ['audit_entry', 'audit_leaf', 'audit_tile', 'audit_checkpoint', 'audit_cosignature'];

  /** Changes an entry, forgets tree and checkpoints, and seals all of it again with the real key. */
  async function rewritten(forget: readonly string[]): Promise<Sealing> {
    for (const table of tables) await admin.query(`alter table stafett.${table} disable trigger user`);
    await admin.query(
      `update stafett.audit_entry set entry = '\\x7b7d' where no = (select min(no) from stafett.audit_entry)`,
    );
    for (const table of forget) await admin.query(`delete from stafett.${table}`);
    return begin([first, second], 2);
  }

  async function sealedBefore(): Promise<EntryId> {
    const hub = await begin([first, second], 2);
    let last = await hub.add();
    for (let i = 0; i < 3; i += 1) last = await hub.add();
    await proofOf(hub.served, last);
    await hub.stop();
    return last;
  }

  it('gets no cosignature and proves nothing, once it has grown', async () => {
    const last = await sealedBefore();
    const hub = await rewritten(tables.slice(1));
    const id = await hub.add();
    await told('answers-422');
    await expect(hub.served.proof(id)).rejects.toMatchObject({ code: 'entry-not-sealed' });
    await expect(hub.served.proof(last)).rejects.toMatchObject({ code: 'entry-not-sealed' });
    expect((await admin.query('select from stafett.audit_cosignature')).rowCount).toBe(0);
    // What it serves is signed, and only that.
    expect(await cosignersOf(hub, [first, second])).toEqual([]);
  });

  it('proves nothing by cosignatures that were given to the log before, and is alarmed of at the same size', async () => {
    const last = await sealedBefore();
    await admin.query(
      `alter table stafett.audit_entry disable trigger user;
       delete from stafett.audit_entry where no = (select max(no) from stafett.audit_entry)`,
    );
    const hub = await rewritten(tables.slice(1, -1));
    const id = await hub.add();
    expect((await hub.served.checkpoint()).size).toBe(4);
    await expect(hub.served.proof(id)).rejects.toMatchObject({ code: 'entry-not-sealed' });
    await expect(hub.served.proof(last)).rejects.toMatchObject({ code: 'not-found' });
    expect(await cosignersOf(hub, [first, second])).toEqual([]);
    const submitted = { oldSize: 4, path: [], note: (await hub.served.checkpoint()).note };
    expect((await first.witness.add(submitted)).status).toBe(422);
    expect(first.alarms).toEqual([expect.stringContaining('a fork')]);
  });
});
