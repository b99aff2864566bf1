import { randomBytes } from 'node:crypto';
import fc from '../../support/properties.js';
import {
  CompactRange,
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/audit/verify/merkle.js';
import {
  knownEntries,
  knownRoots,
  naiveConsistency,
  naivePath,
  naiveReader,
  naiveRoot,
} from '../../support/merkle.js';

const rangeOver = (entries: readonly Uint8Array[]): CompactRange => {
  const range = CompactRange.empty();
  for (const entry of entries) range.append(leafHash(entry));
  return range;
};
const sizes = knownRoots.map((_, size) => size);
const inclusions = sizes.flatMap((size) => sizes.slice(0, size).map((index) => [index, size] as const));
const pairs = sizes.flatMap((n) => sizes.slice(0, n + 1).map((m) => [m, n] as const));

/** Every way of spoiling a path that upstream's vectors know. The roots stand for hashes that do belong to the tree. */
function spoiled(path: readonly Buffer[], roots: readonly Buffer[]): (readonly Buffer[])[] {
  const flips = path.flatMap((hash, i) =>
    [0, 100, 255].map((bit) => {
      const flipped = Buffer.from(hash);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      return path.with(i, flipped);
    }),
  );
  const removed = path.map((_, i) => path.toSpliced(i, 1));
  const inserted = [...path, path].flatMap((_, i) =>
    [randomBytes(32), Buffer.alloc(0), Buffer.alloc(32), ...roots].map((hash) => path.toSpliced(i, 0, hash)),
  );
  const shortened = path.map((hash, i) => path.with(i, hash.subarray(1)));
  const swapped = path.slice(1).map((hash, i) => path.with(i, hash).with(i + 1, path[i]!));
  const different = swapped.filter((other) => !Buffer.concat([...other]).equals(Buffer.concat([...path])));
  return [...flips, ...removed, ...inserted, ...shortened, ...different];
}

describe('the tree', () => {
  it('has the known roots of the eight known entries, for every size from 0', () => {
    expect(emptyRoot()).toEqual(knownRoots[0]);
    for (const size of sizes) expect(rangeOver(knownEntries.slice(0, size)).root()).toEqual(knownRoots[size]);
  });

  it('is the one of RFC 6962 for any entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 70 }), (entries) => {
        expect(rangeOver(entries).root()).toEqual(naiveRoot(entries));
      }),
    );
  });

  it('tells of every complete subtree once, with its root', () => {
    const entries = Array.from({ length: 77 }, (_, i) => Buffer.of(i));
    const range = CompactRange.empty();
    const seen = new Map<string, Buffer>();
    for (const entry of entries)
      range.append(leafHash(entry), (level, index, hash) => seen.set(`${level}/${index}`, hash));
    const all = [0, 1, 2, 3, 4, 5, 6].flatMap((level) =>
      Array.from({ length: Math.floor(77 / 2 ** level) }, (_, index) => [level, index] as const),
    );
    expect(seen.size).toBe(all.length);
    for (const [level, index] of all)
      expect(seen.get(`${level}/${index}`)).toEqual(
        naiveRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      );
  });

  it('goes on from where it was kept, and from no hashes that cannot be those of its size', () => {
    const kept = rangeOver(knownEntries.slice(0, 7));
    const again = CompactRange.from(kept.size, kept.hashes);
    again.append(leafHash(knownEntries[7]!));
    expect(again.root()).toEqual(knownRoots[8]);
    expect(kept.root()).toEqual(knownRoots[7]);
    expect(() => CompactRange.from(8, kept.hashes)).toThrow(RangeError);
    expect(() => CompactRange.from(7, kept.hashes.with(0, Buffer.alloc(31)))).toThrow(RangeError);
    expect(() => CompactRange.from(-1, [])).toThrow(RangeError);
    expect(() => CompactRange.empty().append(Buffer.alloc(31))).toThrow(RangeError);
    expect(() => nodeHash(Buffer.alloc(33), Buffer.alloc(32))).toThrow(RangeError);
  });

  it('does not change when a root that it gave is written to', () => {
    const range = rangeOver(knownEntries.slice(0, 1));
    range.root().fill(0);
    range.hashes[0]!.fill(0);
    expect(range.root()).toEqual(knownRoots[1]);
  });
});

describe('a proof of inclusion', () => {
  it.each(inclusions)('is found and holds: entry %i of %i', async (index, size) => {
    const entries = knownEntries.slice(0, size);
    const path = await inclusionProof(index, size, naiveReader(entries));
    expect(path).toEqual(naivePath(index, entries));
    expect(verifyInclusion(leafHash(entries[index]!), index, size, path, knownRoots[size]!)).toBe(true);
  });

  it.each(inclusions)('does not hold when anything in it is spoiled: entry %i of %i', (index, size) => {
    const entries = knownEntries.slice(0, size);
    const leaf = leafHash(entries[index]!);
    const root = knownRoots[size]!;
    const path = naivePath(index, entries);
    for (const other of spoiled(path, [root, leaf]))
      expect(verifyInclusion(leaf, index, size, other, root)).toBe(false);
    for (const other of [index - 1, index + 1, index ^ 2, index + 0.5, NaN, index + 2 ** 32])
      expect(verifyInclusion(leaf, other, size, path, root)).toBe(false);
    for (const other of [size * 2, 0, -size, Infinity])
      expect(verifyInclusion(leaf, index, other, path, root)).toBe(false);
    for (const other of [Buffer.alloc(0), emptyRoot(), randomBytes(32), root.subarray(1)])
      expect(verifyInclusion(leaf, index, size, path, other)).toBe(false);
    for (const other of [Buffer.alloc(0), randomBytes(32), nodeHash(leaf, leaf), Buffer.concat([leaf, leaf])])
      expect(verifyInclusion(other, index, size, path, root)).toBe(false);
  });

  it('is not asked for outside the tree', async () => {
    await expect(inclusionProof(8, 8, naiveReader(knownEntries))).rejects.toThrow(RangeError);
    await expect(inclusionProof(0, 0, naiveReader([]))).rejects.toThrow(RangeError);
    await expect(inclusionProof(-1, 8, naiveReader(knownEntries))).rejects.toThrow(RangeError);
  });

  it('holds for any tree, for that entry, index and size alone', async () => {
    const trees = fc
      .integer({ min: 1, max: 300 })
      .chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(299), async ([index, size], other) => {
        const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));
        const path = await inclusionProof(index, size, naiveReader(entries));
        expect(path).toEqual(naivePath(index, entries));
        const root = naiveRoot(entries);
        const leaf = leafHash(Buffer.from(`entry ${other}`));
        expect(verifyInclusion(leaf, index, size, path, root)).toBe(index === other);
        const own = leafHash(entries[index]!);
        expect(verifyInclusion(own, other, size, path, root)).toBe(index === other);
      }),
      { numRuns: 60 },
    );
  });

  it('counts beyond 32 bits: in a tree of 2^52 + 1 entries that are all the same but the last', async () => {
    const size = 2 ** 52 + 1;
    const levels = [leafHash(Buffer.from('same'))];
    for (let level = 1; level <= 52; level += 1)
      levels.push(nodeHash(levels[level - 1]!, levels[level - 1]!));
    const last = leafHash(Buffer.from('last'));
    const read = (level: number, index: number): Promise<Buffer> =>
      Promise.resolve(index * 2 ** level === 2 ** 52 ? last : levels[level]!);
    const root = nodeHash(levels[52]!, last);
    const path = await inclusionProof(2 ** 40 + 5, size, read);
    expect(path).toHaveLength(53);
    expect(verifyInclusion(levels[0]!, 2 ** 40 + 5, size, path, root)).toBe(true);
    expect(verifyInclusion(levels[0]!, 2 ** 40 + 5, size - 1, path, root)).toBe(false);
    expect(verifyInclusion(last, size - 1, size, await inclusionProof(size - 1, size, read), root)).toBe(
      true,
    );
    const older = await consistencyProof(2 ** 33, size, read);
    expect(verifyConsistency(2 ** 33, size, levels[33]!, root, older)).toBe(true);
    expect(verifyConsistency(2 ** 34, size, levels[33]!, root, older)).toBe(false);
    expect(verifyInclusion(levels[0]!, 0, 2 ** 53, [], levels[0]!)).toBe(false);
  });
});

describe('a proof of consistency', () => {
  it.each(pairs)('is found and holds: from %i to %i', async (m, n) => {
    const entries = knownEntries.slice(0, n);
    const path = await consistencyProof(m, n, naiveReader(entries));
    expect(path).toEqual(m === 0 ? [] : naiveConsistency(m, entries));
    expect(verifyConsistency(m, n, knownRoots[m]!, knownRoots[n]!, path)).toBe(true);
  });

  it.each(pairs)('does not hold when anything in it is spoiled: from %i to %i', (m, n) => {
    const path = m === 0 ? [] : naiveConsistency(m, knownEntries.slice(0, n));
    const [older, newer] = [knownRoots[m]!, knownRoots[n]!];
    for (const other of spoiled(path, [older, newer]))
      expect(verifyConsistency(m, n, older, newer, other)).toBe(false);
    if (m !== n) expect(verifyConsistency(m, n, newer, older, path)).toBe(false);
    for (const wrong of [Buffer.alloc(0), randomBytes(32), older.subarray(1), Buffer.alloc(32)])
      expect(verifyConsistency(m, n, wrong, newer, path)).toBe(false);
    if (m > 0)
      for (const wrong of [Buffer.alloc(0), emptyRoot(), randomBytes(32), newer.subarray(1)])
        expect(verifyConsistency(m, n, older, wrong, path)).toBe(false);
    for (const other of [m + 1, m - 1, m ^ 2, m + 0.5, NaN])
      if (other > 0) expect(verifyConsistency(other, n, older, newer, path)).toBe(false);
    if (m > 0)
      for (const other of [n * 2, m - 1, -n, Infinity, n + 2 ** 32])
        expect(verifyConsistency(m, other, older, newer, path)).toBe(false);
  });

  it('is not asked for backwards', async () => {
    await expect(consistencyProof(8, 7, naiveReader(knownEntries))).rejects.toThrow(RangeError);
    await expect(consistencyProof(0.5, 7, naiveReader(knownEntries))).rejects.toThrow(RangeError);
  });

  it('holds for any two sizes of a tree, and not for a tree that was changed in its older part', async () => {
    const grown = fc
      .integer({ min: 1, max: 300 })
      .chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));
    await fc.assert(
      fc.asyncProperty(grown, fc.nat(299), async ([m, n], at) => {
        const entries = Array.from({ length: n }, (_, i) => Buffer.from(`entry ${i}`));
        const older = naiveRoot(entries.slice(0, m));
        const path = await consistencyProof(m, n, naiveReader(entries));
        expect(path).toEqual(naiveConsistency(m, entries));
        expect(verifyConsistency(m, n, older, naiveRoot(entries), path)).toBe(true);
        const rewritten = entries.with(at % m, Buffer.from('rewritten'));
        const other = await consistencyProof(m, n, naiveReader(rewritten));
        expect(verifyConsistency(m, n, older, naiveRoot(rewritten), other)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
