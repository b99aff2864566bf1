import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  folderSource,
  newSignerKey,
  SignatureError,
  SourceError,
  verifyLog,
  type LogSource,
  type Verification,
} from '../../../src/audit/verify/index.js';
import { entryOf, LogFolder, signedCheckpoint } from '../../support/log-writer.js';

const key = newSignerKey('hub.example/log', 'note');
const entries = Array.from({ length: 1500 }, (_, i) => entryOf(i));
const keptSizes = [1, 255, 256, 600, 1200];
let folder: string;
let log: LogFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-log-'));
  log = new LogFolder(folder, key).write(entries, keptSizes);
});
afterEach(() => rmSync(folder, { recursive: true }));

const verify = (since?: string): Promise<Verification> =>
  verifyLog(folderSource(folder), {
    key,
    since: since === undefined ? undefined : { name: 'then', note: since },
  });
const findings = async (since?: string): Promise<string[]> =>
  (await verify(since)).findings.map(({ subject, fault }) => `${subject}: ${fault}`);

describe('a log that nobody touched', () => {
  it('is whole: every entry, tile and kept checkpoint', async () => {
    expect(await verify(signedCheckpoint(key, entries.slice(0, 700)))).toMatchObject({
      checkpoint: { origin: 'hub.example/log', size: 1500 },
      entries: 1500,
      tiles: 6 + 6 + 1,
      checkpoints: 5 + 1 + 1,
      newer: 0,
      findings: [],
      found: 0,
    });
  });

  it.each([0, 1, 255, 256, 257, 512])('is whole with %i entries', async (size) => {
    rmSync(folder, { recursive: true });
    log.write(entries.slice(0, size));
    expect(await verify()).toMatchObject({ entries: size, checkpoints: 1, findings: [] });
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    await verifyLog(folderSource(folder), { key, progress: (done) => told.push(done) });
    expect(told).toEqual([256, 512, 768, 1024, 1280, 1500]);
  });

  it('may have full tiles where it has grown past a partial one', async () => {
    const older = log.read('checkpoint');
    const partial = log.read('tile/1/000.p/5');
    log.writeTiles([...entries, ...Array.from({ length: 100 }, (_, i) => entryOf(1500 + i))]);
    log.put('tile/1/000.p/5', partial);
    log.put('checkpoint', older);
    expect(await findings()).toEqual([]);
  });

  it('may sign more while it is read', async () => {
    const more = [...entries, entryOf('more')];
    const older = log.read('checkpoint');
    let asked = 0;
    log.put('checkpoints/1501', signedCheckpoint(key, more));
    const growing: LogSource = {
      ...folderSource(folder),
      checkpoint: () =>
        Promise.resolve((asked += 1) === 1 ? older : Buffer.from(signedCheckpoint(key, more))),
    };
    expect(await verifyLog(growing, { key })).toMatchObject({ newer: 1, findings: [] });
  });
});

describe('whoever owns the database', () => {
  it('changes an entry', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).with(44, entryOf('forged')));
    expect(await findings()).toEqual([
      'entry 300: It was changed: the signed tree has another one in its place.',
    ]);
  });

  it('changes an entry so that it is no canonical JSON', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).with(44, Buffer.from('{"b":1, "a":2}')));
    expect(await findings()).toEqual([
      'entry 300: It is no canonical JSON (RFC 8785).',
      'entry 300: It was changed: the signed tree has another one in its place.',
    ]);
  });

  it('changes an entry and its hash', async () => {
    const forged = new LogFolder(join(folder, 'forged'), key).write(entries.with(300, entryOf('forged')));
    for (const path of ['tile/entries/001', 'tile/0/001']) log.put(path, forged.read(path));
    const found = await findings();
    expect(found).toContain('tile/1/000.p/5: Its hash 1 is not that of the entries 256 to 511.');
    expect(found[0]).toMatch(/^checkpoint: It signs the root .* and its 1500 entries make /);
    expect(found.filter((line) => line.startsWith('checkpoints/'))).toHaveLength(3);
  });

  it('deletes an entry, and closes the gap', async () => {
    const left = entries.toSpliced(300, 1);
    for (const [path, from, to] of [
      ['tile/entries/001', 256, 512],
      ['tile/entries/002', 512, 768],
      ['tile/entries/003', 768, 1024],
      ['tile/entries/004', 1024, 1280],
      ['tile/entries/005.p/220', 1280, 1500],
    ] as const)
      log.editBundle(path, left.slice(from, to));
    expect(await findings()).toEqual([
      'tile/entries/005.p/220: It has 219 entries instead of 220; the first that is missing or too much is entry 1280.',
      'entries 300 to 1278: They stand one place too early: what the signed tree has from entry 300 to entry 300 was deleted.',
      'entry 1279: It was changed: the signed tree has another one in its place.',
    ]);
  });

  it('deletes an entry, and leaves the gap', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).toSpliced(44, 1));
    expect(await findings()).toEqual([
      'tile/entries/001: It has 255 entries instead of 256; the first that is missing or too much is entry 300.',
    ]);
  });

  it('swaps two entries', async () => {
    const swapped = entries.with(300, entries[1400]!).with(1400, entries[300]!);
    log.editBundle('tile/entries/001', swapped.slice(256, 512));
    log.editBundle('tile/entries/005.p/220', swapped.slice(1280));
    expect(await findings()).toEqual([
      'entry 300: It stands in the wrong place: the signed tree has it as entry 1400.',
      'entry 1400: It stands in the wrong place: the signed tree has it as entry 300.',
    ]);
  });

  it('drops the last thousand, and leaves the checkpoint', async () => {
    log.writeTiles(entries.slice(0, 500));
    const found = await findings();
    expect(found).toContain('tile/entries/001: It is missing.');
    expect(found).toContain(
      'entry 256: From here on the tree cannot be rebuilt: neither the entries nor their hashes can be read.',
    );
  });

  it('drops the last thousand and signs the rest, but forgets the kept checkpoints', async () => {
    log.writeTiles(entries.slice(0, 500));
    log.sign(entries.slice(0, 500));
    const found = await findings();
    expect(found).toEqual(
      [600, 1200, 1500].map(
        (size) =>
          `checkpoints/${size}: It has the log’s signature for ${size} entries, and the log ends at 500 now: it was cut back.`,
      ),
    );
  });

  it('drops the last thousand, signs the rest and forgets nothing: an outside memory tells', async () => {
    const then = log.read('checkpoint').toString();
    rmSync(folder, { recursive: true });
    log.write(entries.slice(0, 500), [1, 255]);
    expect(await findings()).toEqual([]);
    expect(await findings(then)).toEqual([
      'then: It has the log’s signature for 1500 entries, and the log ends at 500 now: it was cut back.',
    ]);
  });

  it('rewrites the tree from the middle and signs it again with the real key: a kept checkpoint tells', async () => {
    const rewritten = entries.map((entry, i) => (i < 700 ? entry : entryOf(`new ${i}`)));
    log.writeTiles(rewritten);
    log.sign(rewritten);
    const found = await findings();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /^checkpoints\/1200: It has the log’s signature for 1200 entries with the root .* rewritten somewhere from entry 600 to entry 1199\.$/,
    );
  });

  it('rewrites the tree and every kept checkpoint: only an outside memory tells', async () => {
    const then = signedCheckpoint(key, entries.slice(0, 1000));
    const rewritten = entries.map((entry, i) => (i < 700 ? entry : entryOf(`new ${i}`)));
    rmSync(folder, { recursive: true });
    log.write(rewritten, keptSizes);
    expect(await findings()).toEqual([]);
    const found = await findings(then);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^then: .* rewritten somewhere from entry 600 to entry 999\.$/);
    const same = await findings(signedCheckpoint(key, entries));
    expect(same[0]).toMatch(/^then: .* now: it signed two different trees of this size\.$/);
  });

  it('changes a byte of a leaf tile', async () => {
    log.flip('tile/0/001', 44 * 32 + 5);
    expect(await findings()).toEqual([
      'tile/0/001: Its hash 44 was changed: it is not that of entry 300, and the signed root fits the entry.',
    ]);
  });

  it('changes a byte of a tile above', async () => {
    log.flip('tile/1/000.p/5', 3 * 32);
    expect(await findings()).toEqual(['tile/1/000.p/5: Its hash 3 is not that of the entries 768 to 1023.']);
  });

  it('changes an entry, a leaf hash elsewhere, and signs neither', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).with(44, entryOf('forged')));
    log.flip('tile/0/002', 0);
    const found = await findings();
    expect(found.slice(1, 3)).toEqual([
      'entry 300: Its hash is not hash 44 of tile/0/001, and the signed root fits neither.',
      'entry 512: Its hash is not hash 0 of tile/0/002, and the signed root fits neither.',
    ]);
  });

  it('takes away partial tiles', async () => {
    for (const path of ['tile/0/005.p/220', 'tile/1/000.p/5']) log.remove(path);
    expect(await findings()).toEqual(['tile/0/005.p/220: It is missing.', 'tile/1/000.p/5: It is missing.']);
    log.remove('tile/entries/005.p/220');
    expect(await findings()).toContain('tile/entries/005.p/220: It is missing.');
  });

  it('cuts a tile short, or a bundle inside an entry', async () => {
    log.put('tile/0/002', log.read('tile/0/002').subarray(1));
    log.put('tile/entries/003', log.read('tile/entries/003').subarray(0, -1));
    expect(await findings()).toEqual([
      'tile/0/002: It has 8191 bytes instead of 8192.',
      'tile/entries/003: It ends inside entry 255 of it.',
    ]);
  });

  it('forges a checkpoint', async () => {
    const forger = newSignerKey(key.name, 'note');
    log.put('checkpoints/600', signedCheckpoint(forger, entries.slice(0, 600)));
    expect((await findings())[0]).toMatch(/^checkpoints\/600: It is not signed by hub\.example\/log\+/);
    const signed = log.read('checkpoints/1200').toString();
    log.put('checkpoints/600', signed.replace('1200', '600'));
    expect((await findings())[0]).toMatch(
      /^checkpoints\/600: The signature of hub\.example\/log\+.* is wrong/,
    );
    log.put('checkpoints/600', signed);
    expect((await findings())[0]).toBe('checkpoints/600: It was kept for 600 entries, and says 1200.');
    log.put('checkpoint', signedCheckpoint(forger, entries));
    expect((await verify()).checkpoint).toBeUndefined();
    expect((await findings())[0]).toMatch(/^checkpoint: It is not signed by/);
  });

  it('signs another tree of the same size', async () => {
    const note = signedCheckpoint(key, entries.with(1499, entryOf('other')));
    log.put('checkpoint', note);
    const found = await findings();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^checkpoint: It signs the root .*, and its 1500 entries make /);
  });

  it('does so much that not all of it is listed', async () => {
    log.editBundle(
      'tile/entries/001',
      entries.slice(256, 512).map((entry, i) => (i % 2 ? entry : entryOf(`f${i}`))),
    );
    const { findings: listed, found } = await verifyLog(folderSource(folder), { key, mostFindings: 10 });
    expect(listed).toHaveLength(10);
    expect(found).toBe(128);
  });
});

describe('what cannot be verified', () => {
  it('is a folder without a log', async () => {
    rmSync(join(folder, 'checkpoint'));
    await expect(verify()).rejects.toThrow(SourceError);
  });

  it('is a memory that the log never signed', async () => {
    const forger = newSignerKey(key.name, 'note');
    await expect(verify(signedCheckpoint(forger, entries))).rejects.toThrow(SignatureError);
  });
});
