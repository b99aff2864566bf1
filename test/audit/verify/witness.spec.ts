import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  consistencyProof,
  emptyRoot,
  folderSource,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  newSignerKey,
  openCheckpoint,
  originHash,
  parseNote,
  parseSignature,
  signNote,
  verifyNote,
  Watch,
  Witness,
  witnessServer,
  WitnessStore,
  type Look,
  type Seen,
} from '../../../src/audit/verify/index.js';
import { entryOf, LogFolder, signedCheckpoint } from '../../support/log-writer.js';
import { naiveReader } from '../../support/merkle.js';

const log = newSignerKey('hub.example/log', 'note');
const signer = newSignerKey('witness.example', 'cosignature');
const entries = Array.from({ length: 40 }, (_, i) => entryOf(i));
const forked = entries.with(3, entryOf('forked'));
const NOW = 1_800_000_000;
const noteAt = (size: number, from = entries): string => signedCheckpoint(log, from.slice(0, size));
const proofOf = (m: number, n: number, from = entries): Promise<Buffer[]> =>
  consistencyProof(m, n, naiveReader(from.slice(0, n)));

let folder: string;
let alarms: string[];
let servers: Server[];
let url: string;
let witness: Witness;
let look: Look | undefined;
const failures: unknown[] = [];

const start = async (store = new WitnessStore(folder)): Promise<{ url: string; witness: Witness }> => {
  const onAlarm = (_: string, why: string): void => void alarms.push(why);
  const made = new Witness({ signer, logs: [log], store, now: () => NOW, onAlarm });
  const server = witnessServer(
    made,
    () => look,
    (error) => failures.push(error),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, witness: made };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-witness-'));
  [alarms, servers, look] = [[], [], undefined];
  failures.length = 0;
  ({ url, witness } = await start());
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true });
});

interface Said {
  readonly status: number;
  readonly text: string;
  readonly type: string | null;
}
async function post(body: string | Uint8Array, to = url): Promise<Said> {
  const response = await fetch(`${to}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}
const add = async (oldSize: number, size: number, to = url): Promise<Said> =>
  post(formatAddCheckpoint({ oldSize, path: await proofOf(oldSize, size), note: noteAt(size) }), to);
const get = async (path: string): Promise<Said> => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
};
const checkpointPath = `/${originHash(log.name)}/checkpoint`;

describe('POST /add-checkpoint', () => {
  it('answers a first checkpoint with a cosignature that the note rules verify', async () => {
    const { status, text, type } = await add(0, 5);
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' });
    const note = parseNote(`${noteAt(5)}${text}`);
    expect(verifyNote(note, [signer])).toEqual([{ key: signer, line: text.trimEnd(), timestamp: NOW }]);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('goes on from there with a proof, and gives a fresh cosignature for the same size', async () => {
    await add(0, 5);
    expect((await add(5, 13)).status).toBe(200);
    expect((await add(13, 13)).status).toBe(200);
    expect((await add(13, 40)).status).toBe(200);
    const { status, text } = await get(checkpointPath);
    expect(status).toBe(200);
    expect(openCheckpoint(text, log, [signer])).toMatchObject({
      size: 40,
      signatures: [{}, { timestamp: NOW }],
    });
  });

  it('takes an empty tree first', async () => {
    expect((await add(0, 0)).status).toBe(200);
    expect((await add(0, 3)).status).toBe(200);
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no old size', `\n\n${noteAt(5)}`],
    ['an old size with a leading zero', `old 00\n\n${noteAt(5)}`],
    ['an old size that is larger', `old 6\n\n${noteAt(5)}`],
    ['a proof line that is no hash', `old 0\nAAAA\n\n${noteAt(5)}`],
    ['64 proof lines', `old 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${noteAt(5)}`],
    ['no checkpoint', 'old 0\n\n'],
    ['a note that is no checkpoint', `old 0\n\n${formatNote('hub\n', [signNote('hub\n', log)])}`],
    ['no UTF-8', Buffer.from([0x6f, 0x6c, 0x64, 0xff])],
  ])('answers 400 to %s', async (_, body) => {
    expect((await post(body)).status).toBe(400);
  });

  it('answers 403 where the log did not sign, or signed something else', async () => {
    const forger = newSignerKey(log.name, 'note');
    expect((await post(`old 0\n\n${signedCheckpoint(forger, entries)}`)).status).toBe(403);
    expect((await post(`old 0\n\n${noteAt(5).replace('\n5\n', '\n6\n')}`)).status).toBe(403);
  });

  it('answers 404 about a log that it does not watch', async () => {
    const other = newSignerKey('other.example', 'note');
    expect((await post(`old 0\n\n${signedCheckpoint(other, entries)}`)).status).toBe(404);
  });

  it('answers 409 with the size that it has, where the old size is another', async () => {
    await add(0, 5);
    for (const oldSize of [0, 4, 6])
      expect(await add(oldSize, 13)).toEqual({ status: 409, text: '5\n', type: 'text/x.tlog.size' });
    expect(await add(0, 3)).toMatchObject({ status: 409, text: '5\n' });
    expect((await add(5, 13)).status).toBe(200);
  });

  it('answers 422 to a proof that proves nothing, and to a root that no empty tree has', async () => {
    await add(0, 5);
    const note = noteAt(13);
    const path = await proofOf(5, 13);
    for (const wrong of [path.slice(1), [...path, path[0]!], path.toReversed(), []])
      expect((await post(formatAddCheckpoint({ oldSize: 5, path: wrong, note }))).status).toBe(422);
    const fork = { oldSize: 5, path: await proofOf(5, 13, forked), note: noteAt(13, forked) };
    expect((await post(formatAddCheckpoint(fork))).status).toBe(422);
    expect(alarms).toEqual([]);
    expect((await add(5, 13)).status).toBe(200);
  });

  it('answers 422 to a tree of size 0 that is not empty, and to a proof from nothing', async () => {
    const text = formatCheckpoint({ origin: log.name, size: 0, root: Buffer.alloc(32) });
    expect((await post(`old 0\n\n${formatNote(text, [signNote(text, log)])}`)).status).toBe(422);
    const path = [emptyRoot()];
    expect((await post(formatAddCheckpoint({ oldSize: 0, path, note: noteAt(5) }))).status).toBe(422);
  });

  it('answers 413 to a body that is too large, and 405 or 404 to what it does not know', async () => {
    expect((await post('x'.repeat(70_000))).status).toBe(413);
    expect((await get('/add-checkpoint')).status).toBe(405);
    expect((await get('/')).status).toBe(404);
    expect((await get(checkpointPath)).status).toBe(404);
    expect((await get(`/${originHash('other')}/checkpoint`)).status).toBe(404);
  });
});

describe('what the witness remembers', () => {
  it('outlives the process', async () => {
    await add(0, 5);
    const again = await start();
    expect(await add(0, 13, again.url)).toMatchObject({ status: 409, text: '5\n' });
    expect((await add(5, 13, again.url)).status).toBe(200);
    expect(readdirSync(join(folder, originHash(log.name)))).toEqual(['state.2']);
  });

  it('is on disk before the answer: a crash in between costs a repetition and no memory', async () => {
    await add(0, 5);
    class Crashing extends WitnessStore {
      override async replace(origin: string, seen: Seen | undefined, note: string): Promise<boolean> {
        await super.replace(origin, seen, note);
        throw new Error('killed before the answer');
      }
    }
    const crashing = await start(new Crashing(folder));
    expect((await add(5, 13, crashing.url)).status).toBe(500);
    expect(failures).toHaveLength(1);
    const again = await start();
    expect(await add(5, 40, again.url)).toMatchObject({ status: 409, text: '13\n' });
    expect((await add(13, 13, again.url)).status).toBe(200);
  });

  it('is the old one after a crash before it was on disk', async () => {
    await add(0, 5);
    class Crashing extends WitnessStore {
      override replace(): Promise<boolean> {
        writeFileSync(join(folder, originHash(log.name), 'new.half-written'), 'hub.exa');
        return Promise.reject(new Error('killed while it wrote'));
      }
    }
    const crashing = await start(new Crashing(folder));
    expect((await add(5, 13, crashing.url)).status).toBe(500);
    expect((await add(5, 13, (await start()).url)).status).toBe(200);
  });

  it('lets one of two win that come at the same time, in one process or in two', async () => {
    await add(0, 5);
    const other = await start();
    let from = 5;
    for (const [a, b] of [
      [7, 9],
      [12, 11],
      [20, 30],
    ] as const) {
      const answers = await Promise.all([add(from, a), add(from, b, other.url), add(from, a), add(from, b)]);
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      const seen = (await witness.latest(log))!.checkpoint.size;
      for (const { status, text } of answers)
        if (status !== 200) expect({ status, text }).toEqual({ status: 409, text: `${seen}\n` });
      from = seen;
    }
  });

  it('is never replaced by a writer that was overtaken twice', async () => {
    const store = new WitnessStore(folder);
    await store.replace('x', undefined, 'first');
    const slow = await store.latest('x');
    await store.replace('x', slow, 'second');
    await store.replace('x', await store.latest('x'), 'third');
    expect(await store.replace('x', slow, 'late')).toBe(false);
    expect(await store.latest('x')).toEqual({ generation: 3, note: 'third' });
    expect(readdirSync(join(folder, originHash('x')))).toEqual(['state.3']);
  });

  it('is not taken for nothing where it was damaged', async () => {
    await add(0, 5);
    writeFileSync(join(folder, originHash(log.name), 'state.1'), '');
    expect((await add(0, 13)).status).toBe(500);
    expect((await get('/health')).status).toBe(500);
  });
});

describe('an alarm', () => {
  it('is raised where the log has signed two trees of one size, and stops the witness until a person resets it', async () => {
    await add(0, 13);
    const fork = formatAddCheckpoint({ oldSize: 13, path: [], note: noteAt(13, forked) });
    expect((await post(fork)).status).toBe(422);
    expect((await post(fork)).status).toBe(503);
    expect((await add(13, 40)).status).toBe(503);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatch(/two different trees of the same size: a fork/);
    const health = await get('/health');
    expect(health.status).toBe(503);
    expect(JSON.parse(health.text)).toEqual({ logs: [{ origin: log.name, size: 13, state: 'alarm' }] });
    const text = (await witness.store.alarmOf(log.name))!;
    expect(text).toContain(noteAt(13, forked));
    expect(text).toContain(noteAt(13).split('\n\n')[0]);
    expect((await add(13, 40, (await start()).url)).status).toBe(503);

    rmSync(witness.store.alarmFile(log.name));
    expect((await add(13, 40)).status).toBe(200);
    expect(JSON.parse((await get('/health')).text)).toMatchObject({
      logs: [{ state: 'unclear', why: 'It has not been looked at yet.' }],
    });
    look = { state: 'cosigned', size: 40 };
    expect((await get('/health')).status).toBe(200);
  });

  it('is raised whatever the old size is that comes with it', async () => {
    await add(0, 13);
    expect(await post(`old 5\n\n${noteAt(13, forked)}`)).toMatchObject({ status: 409, text: '13\n' });
    expect(alarms).toHaveLength(1);
  });

  it('is not raised by an old checkpoint that anyone may send again', async () => {
    await add(0, 13);
    await post(`old 0\n\n${noteAt(5)}`);
    expect(alarms).toEqual([]);
  });
});

describe('the watch', () => {
  let files: LogFolder;
  let watch: Watch;
  const lookNow = async (): Promise<Look> => (look = await watch.look());

  beforeEach(() => {
    files = new LogFolder(join(folder, 'log'), log).write(entries.slice(0, 5));
    watch = new Watch(witness, log, folderSource(files.folder));
  });

  it('cosigns what it sees grow, with the proof from the log’s own tiles', async () => {
    expect(await lookNow()).toEqual({ state: 'cosigned', size: 5 });
    files.write(entries);
    expect(await lookNow()).toEqual({ state: 'cosigned', size: 40 });
    expect(await lookNow()).toEqual({ state: 'cosigned', size: 40 });
    expect(openCheckpoint((await get(checkpointPath)).text, log, [signer]).size).toBe(40);
    expect((await get('/health')).status).toBe(200);
  });

  it('raises an alarm when the log was rewritten from the middle and signed again with the real key', async () => {
    await lookNow();
    files.write(forked);
    expect(await lookNow()).toEqual({ state: 'alarm', size: 5 });
    expect(alarms[0]).toMatch(/^Its first 5 entries are others than those that it signed before: a fork/);
    files.write(entries);
    expect(await lookNow()).toEqual({ state: 'alarm', size: 5 });
    expect((await get('/health')).status).toBe(503);
    expect((await add(5, 40)).status).toBe(503);
  });

  it('raises an alarm when the log was cut back, at the second look', async () => {
    files.write(entries);
    await lookNow();
    files.write(entries.slice(0, 5));
    expect(await lookNow()).toEqual({ state: 'unclear', why: 'It shows 5 entries, and had 40.' });
    expect((await get('/health')).status).toBe(503);
    expect(await lookNow()).toEqual({ state: 'alarm', size: 40 });
    expect(alarms[0]).toMatch(/^It had 40 entries and shows 5 now: a rollback/);
  });

  it('does not take a replica that is behind for a rollback', async () => {
    files.write(entries);
    await lookNow();
    for (const size of [5, 40, 5, 40]) {
      files.write(entries.slice(0, size));
      await lookNow();
    }
    expect(look).toEqual({ state: 'cosigned', size: 40 });
    expect(alarms).toEqual([]);
  });

  it('does not take for a rollback what the log sent by itself while it looked', async () => {
    await lookNow();
    const files13 = new LogFolder(join(folder, 'log13'), log).write(entries.slice(0, 13));
    const source = folderSource(files13.folder);
    const overtaken = {
      ...source,
      checkpoint: async () => {
        const note = await source.checkpoint();
        expect((await add(5, 40)).status).toBe(200);
        return note;
      },
    };
    expect(await new Watch(witness, log, overtaken).look()).toEqual({ state: 'cosigned', size: 40 });
  });

  it('raises an alarm when another tree of the same size is signed', async () => {
    await lookNow();
    files.write(forked.slice(0, 5));
    expect((await lookNow()).state).toBe('alarm');
    expect(alarms).toHaveLength(1);
  });

  it('does not take a damaged tile or a forged checkpoint for a fork, and cosigns nothing meanwhile', async () => {
    await lookNow();
    files.write(entries);
    files.flip('tile/0/000.p/40', 3);
    expect(await lookNow()).toMatchObject({
      state: 'unclear',
      why: expect.stringMatching(/do not make the root/),
    });
    files.remove('tile/0/000.p/40');
    expect(await lookNow()).toEqual({ state: 'unclear', why: 'tile/0/000.p/40 is missing.' });
    files.put('checkpoint', signedCheckpoint(newSignerKey(log.name, 'note'), entries));
    expect((await lookNow()).state).toBe('unclear');
    files.remove('checkpoint');
    expect((await lookNow()).state).toBe('unclear');
    expect(alarms).toEqual([]);
    expect((await witness.latest(log))!.checkpoint.size).toBe(5);
    files.write(entries);
    expect(await lookNow()).toEqual({ state: 'cosigned', size: 40 });
    expect(existsSync(witness.store.alarmFile(log.name))).toBe(false);
  });
});

it('a cosignature line is what parseSignature reads', async () => {
  const { text } = await add(0, 5);
  expect(parseSignature(text.trimEnd())).toMatchObject({ name: 'witness.example', keyId: signer.id });
});
