import fc from '../../support/properties.js';
import {
  CompactRange,
  consistencyProof,
  inclusionProof,
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/audit/verify/merkle.js';
import { formatProof, parseProof, ProofError, verifyProof } from '../../../src/audit/verify/proof.js';
import { formatCheckpoint } from '../../../src/audit/verify/checkpoint.js';
import {
  cosign,
  formatNote,
  newSignerKey,
  SignatureError,
  signNote,
} from '../../../src/audit/verify/note.js';
import { FormatError } from '../../../src/audit/verify/text.js';
import {
  decodeBundle,
  encodeBundle,
  hashesFromTiles,
  hashesIn,
  parseTilePath,
  tilePath,
  tileRows,
  tileWidth,
  type TileName,
} from '../../../src/audit/verify/tiles.js';
import { knownEntries, knownRoots, naiveConsistency, naivePath } from '../../support/merkle.js';

describe('the path of a tile', () => {
  const known: readonly (readonly [string, TileName])[] = [
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/1/000.p/1', { level: 1, index: 0, width: 1 }],
    ['tile/0/x001/234', { level: 0, index: 1234, width: 256 }],
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/entries/x001/x234/067.p/255', { level: 'entries', index: 1_234_067, width: 255 }],
    ['tile/63/999', { level: 63, index: 999, width: 256 }],
  ];
  it.each(known)('is written and read: %s', (path, name) => {
    expect(tilePath(name)).toBe(path);
    expect(parseTilePath(path)).toEqual(name);
  });

  it.each([
    'tile/8/0/000',
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/001/234',
    'tile/0/x001/x234',
    'tile/0/1234',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/data/000',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000\n',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/-1/000',
    'tile/0/../000',
  ])('is refused: %j', (path) => {
    expect(() => parseTilePath(path)).toThrow(FormatError);
  });

  it('is one for each tile, and comes back as it was', () => {
    const names = fc.record({
      level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
      index: fc.nat(2 ** 31),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(fc.property(names, (name) => expect(parseTilePath(tilePath(name))).toEqual(name)));
  });
});

describe('the tiles of a tree', () => {
  it('of 70,000 entries are three rows, each with a partial tile', () => {
    expect(tileRows(70_000)).toEqual([
      { level: 0, full: 273, partial: 112 },
      { level: 1, full: 1, partial: 17 },
      { level: 2, full: 0, partial: 1 },
    ]);
    expect(tileWidth(0, 272, 70_000)).toBe(256);
    expect(tileWidth('entries', 273, 70_000)).toBe(112);
    expect(tileWidth(0, 274, 70_000)).toBe(0);
    expect(tileWidth(1, 1, 70_000)).toBe(17);
    expect(tileWidth(2, 0, 70_000)).toBe(1);
    expect(tileWidth(3, 0, 70_000)).toBe(0);
  });

  it('are never empty ones', () => {
    expect(tileRows(0)).toEqual([]);
    expect(tileRows(255)).toEqual([{ level: 0, full: 0, partial: 255 }]);
    expect(tileRows(256)).toEqual([
      { level: 0, full: 1, partial: 0 },
      { level: 1, full: 0, partial: 1 },
    ]);
  });

  it('have 32 bytes for each hash, and no other length', () => {
    expect(hashesIn(Buffer.concat([knownRoots[1]!, knownRoots[2]!]), 2)).toEqual(knownRoots.slice(1, 3));
    expect(() => hashesIn(Buffer.alloc(63), 2)).toThrow(/63 bytes instead of 64/);
  });
});

describe('a bundle of entries', () => {
  it('comes apart as it was put together', () => {
    const bundles = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 });
    fc.assert(
      fc.property(bundles, (entries) => {
        const decoded = decodeBundle(encodeBundle(entries), entries.length);
        expect(decoded).toEqual(entries.map((entry) => Buffer.from(entry)));
      }),
    );
    expect(encodeBundle([Buffer.alloc(0x1234)]).subarray(0, 2)).toEqual(Buffer.of(0x12, 0x34));
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
  });

  it('is refused with a byte too few or too many, or with another number of entries', () => {
    const bundle = encodeBundle(knownEntries);
    expect(() => decodeBundle(bundle.subarray(0, -1), 8)).toThrow(/ends inside entry 7/);
    expect(() => decodeBundle(Buffer.concat([bundle, Buffer.of(0)]), 8)).toThrow(/ends inside entry 8/);
    expect(() => decodeBundle(bundle, 7)).toThrow(/8 entries instead of 7/);
    expect(() => decodeBundle(Buffer.alloc(0), 1)).toThrow(/0 entries instead of 1/);
  });
});

describe('proofs from tiles', () => {
  const size = 70_000;
  const rows: Buffer[][] = [[], [], []];
  const range = CompactRange.empty();
  for (let i = 0; i < size; i += 1)
    range.append(leafHash(Buffer.from(`${i}`)), (level, index, hash) => {
      if (level % 8 === 0) rows[level / 8]![index] = hash;
    });
  const read: string[] = [];
  const readTile = (name: TileName & { level: number }): Promise<Buffer> => {
    read.push(tilePath(name));
    const { level, index, width } = name;
    return Promise.resolve(Buffer.concat(rows[level]!.slice(index * 256, index * 256 + width)));
  };

  const leaf = (index: number): Buffer => rows[0]![index]!;

  it.each([0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])(
    'are those of the tree: entry %i',
    async (index) => {
      read.length = 0;
      const path = await inclusionProof(index, size, hashesFromTiles(size, readTile));
      expect(verifyInclusion(leaf(index), index, size, path, range.root())).toBe(true);
      expect(read.length).toBe(new Set(read).size);
      expect(read.length).toBeLessThanOrEqual(5);
    },
  );

  it.each([1, 256, 257, 65_536, 65_537, 69_999])('are those of the tree: from %i on', async (m) => {
    const hashes = hashesFromTiles(size, readTile);
    const path = await consistencyProof(m, size, hashes);
    expect(verifyConsistency(m, size, await treeRoot(m, hashes), range.root(), path)).toBe(true);
  });

  it('are hash by hash those of the naive tree', async () => {
    const entries = Array.from({ length: size }, (_, i) => Buffer.from(`${i}`));
    const hashes = hashesFromTiles(size, readTile);
    expect(await inclusionProof(65_537, size, hashes)).toEqual(naivePath(65_537, entries));
    expect(await consistencyProof(65_537, size, hashes)).toEqual(naiveConsistency(65_537, entries));
  });

  it('are not made from a tile that is too short, or of a subtree that is not there', async () => {
    const short = hashesFromTiles(size, async (name) => (await readTile(name)).subarray(32));
    await expect(inclusionProof(69_999, size, short)).rejects.toThrow(FormatError);
    await expect(hashesFromTiles(size, readTile)(0, size)).rejects.toThrow(RangeError);
  });
});

describe('a proof in a file', () => {
  const log = newSignerKey('log.example', 'note');
  const witnesses = [newSignerKey('w1.example', 'cosignature'), newSignerKey('w2.example', 'cosignature')];
  const text = formatCheckpoint({ origin: 'log.example', size: 8, root: knownRoots[8]! });
  const checkpoint = formatNote(text, [signNote(text, log), cosign(text, witnesses[0]!, 1_700_000_000)]);
  const proof = { index: 5, path: naivePath(5, knownEntries), checkpoint };

  it('is written, read and verified', () => {
    const file = formatProof(proof);
    expect(file.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 5']);
    expect(parseProof(file)).toEqual(proof);
    expect(verifyProof(parseProof(Buffer.from(file)), knownEntries[5]!, { log })).toMatchObject({ size: 8 });
    const extra = { ...proof, extra: Buffer.from('more') };
    expect(parseProof(formatProof(extra))).toEqual(extra);
  });

  it('has no hashes where the tree has one entry', () => {
    const one = formatCheckpoint({ origin: 'log.example', size: 1, root: knownRoots[1]! });
    const file = formatProof({ index: 0, path: [], checkpoint: formatNote(one, [signNote(one, log)]) });
    expect(verifyProof(parseProof(file), knownEntries[0]!, { log }).size).toBe(1);
  });

  it('proves nothing about another entry, at another index, or without one of its hashes', () => {
    expect(() => verifyProof(proof, knownEntries[4]!, { log })).toThrow(ProofError);
    expect(() => verifyProof({ ...proof, index: 4 }, knownEntries[5]!, { log })).toThrow(ProofError);
    expect(() => verifyProof({ ...proof, path: proof.path.slice(1) }, knownEntries[5]!, { log })).toThrow(
      ProofError,
    );
    const stranger = newSignerKey('log.example', 'note');
    expect(() => verifyProof(proof, knownEntries[5]!, { log: stranger })).toThrow(SignatureError);
  });

  it('needs as many different witnesses as the policy says', () => {
    expect(verifyProof(proof, knownEntries[5]!, { log, witnesses, quorum: 1 }).size).toBe(8);
    expect(() => verifyProof(proof, knownEntries[5]!, { log, witnesses, quorum: 2 })).toThrow(
      /1 of the witnesses/,
    );
    const twice = formatNote(text, [
      signNote(text, log),
      ...[1, 2].map((time) => cosign(text, witnesses[0]!, time)),
    ]);
    const repeated = { ...proof, checkpoint: twice };
    expect(() => verifyProof(repeated, knownEntries[5]!, { log, witnesses, quorum: 2 })).toThrow(
      SignatureError,
    );
    expect(() => verifyProof(proof, knownEntries[5]!, { log, quorum: 1 })).toThrow(SignatureError);
  });

  const file = formatProof(proof);
  it.each([
    ['another header', file.replace('@v1', '@v2')],
    ['no index', file.replace('index 5\n', '')],
    ['a leading zero', file.replace('index 5', 'index 05')],
    ['no empty line', file.replaceAll('\n\n', '\n')],
    ['a hash that is none', file.replace('index 5\n', 'index 5\nAAAA\n')],
    ['two extra lines', file.replace('index', 'extra AA==\nextra AA==\nindex')],
    [
      '64 hashes',
      file.replace('index 5\n', `index 5\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(61)}`),
    ],
    ['carriage returns', file.replaceAll('\n', '\r\n')],
    ['nothing', ''],
  ])('is refused with %s', (_, spoiled) => {
    expect(() => parseProof(spoiled)).toThrow(FormatError);
  });
});
