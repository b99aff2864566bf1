import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962 section 2.1 over SHA-256; proofs are checked as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 * Sizes are safe integers (below 2^53) and are halved with Math.floor: JavaScript's shifts keep only 32 bits.
 */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** The root of a tree without entries: SHA-256 of nothing. */
export const emptyRoot = (): Buffer => hash('sha256', '', 'buffer');

/** One buffer for all entries of up to 4 KB, and one for all nodes: what is put there is hashed at once, and nothing waits in between. */
const short = Buffer.alloc(1 + 4096, LEAF_PREFIX);

/** SHA-256(0x00 ‖ entry). The prefix keeps an entry of 64 bytes from being shown as a node. */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length >= short.length)
    return hash('sha256', Buffer.concat([Buffer.of(LEAF_PREFIX), entry]), 'buffer');
  short.set(entry, 1);
  return hash('sha256', short.subarray(0, 1 + entry.length), 'buffer');
}

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

/** SHA-256(0x01 ‖ left ‖ right). @throws RangeError where one of them is no hash */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('A hash has 32 bytes.');
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash('sha256', pair, 'buffer');
}

export const sameHash = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === HASH_BYTES && b.length === HASH_BYTES && Buffer.compare(a, b) === 0;

export const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;

/**
 * Is the leaf the entry with this index (from 0) of the tree with this size and root?
 * @param path siblings from the leaf upwards; one too few or too many is refused
 */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || ![leaf, root, ...path].every(isHash)) return false;
  let at = index;
  let last = size - 1;
  let found: Uint8Array = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    const isRight = odd(at);
    if (isRight || at === last) {
      found = nodeHash(sibling, found);
      // The last node of a row without a sibling of its own climbs until it has one.
      if (!isRight) [at, last] = climb(at, last);
    } else found = nodeHash(found, sibling);
    at = half(at);
    last = half(last);
  }
  return last === 0 && sameHash(found, root);
}

/**
 * Is the tree of size m with root1 the beginning of the tree of size n with root2? Every tree begins with the empty one
 * (C2SP tlog-witness), with no path; a tree of the same size has the same root, with no path either.
 */
export function verifyConsistency(
  m: number,
  n: number,
  root1: Uint8Array,
  root2: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!isSize(m) || !isSize(n) || m > n || ![root1, root2, ...path].every(isHash)) return false;
  if (m === n) return path.length === 0 && sameHash(root1, root2) && (m > 0 || sameHash(root1, emptyRoot()));
  if (m === 0) return path.length === 0 && sameHash(root1, emptyRoot());
  const [first, ...rest] = isPowerOfTwo(m) && path.length > 0 ? [root1, ...path] : path;
  if (!first) return false;
  let at = m - 1;
  let last = n - 1;
  while (odd(at)) {
    at = half(at);
    last = half(last);
  }
  let older = first;
  let newer = first;
  for (const hash of rest) {
    if (last === 0) return false;
    const isRight = odd(at);
    if (isRight || at === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      if (!isRight) [at, last] = climb(at, last);
    } else newer = nodeHash(newer, hash);
    at = half(at);
    last = half(last);
  }
  return last === 0 && sameHash(older, root1) && sameHash(newer, root2);
}

/**
 * The root of a complete subtree: of the 2^level leaves from index * 2^level on, all of them within the tree.
 * Level 0 are the leaf hashes.
 */
export type HashReader = (level: number, index: number) => Promise<Uint8Array>;

/** PATH(index, D[size]) of RFC 6962 section 2.1.1: siblings from the leaf upwards. @throws RangeError outside the tree */
export async function inclusionProof(index: number, size: number, readHash: HashReader): Promise<Buffer[]> {
  if (!isSize(index) || !isSize(size) || index >= size)
    throw new RangeError(`The tree of ${size} has no entry ${index}.`);
  const parts: Promise<Buffer>[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      parts.push(rootOf(middle, to, readHash));
      to = middle;
    } else {
      parts.push(rootOf(from, middle, readHash));
      from = middle;
    }
  }
  return (await Promise.all(parts)).reverse();
}

/** PROOF(m, D[n]) of RFC 6962 section 2.1.2; empty for m = 0 and m = n. @throws RangeError where m > n */
export async function consistencyProof(m: number, n: number, readHash: HashReader): Promise<Buffer[]> {
  if (!isSize(m) || !isSize(n) || m > n) throw new RangeError(`A tree of ${n} does not begin with ${m}.`);
  if (m === 0) return [];
  const parts: Promise<Buffer>[] = [];
  let from = 0;
  for (let to = n; to !== m;) {
    const middle = from + splitOf(to - from);
    if (m <= middle) {
      parts.push(rootOf(middle, to, readHash));
      to = middle;
    } else {
      parts.push(rootOf(from, middle, readHash));
      from = middle;
    }
  }
  // Where the older tree is one complete subtree from the left, the verifier has its root already.
  if (from > 0) parts.push(rootOf(from, m, readHash));
  return (await Promise.all(parts)).reverse();
}

/** The root of the tree of this size, as its complete subtrees make it. */
export const treeRoot = (size: number, readHash: HashReader): Promise<Buffer> =>
  size === 0 ? Promise.resolve(emptyRoot()) : rootOf(0, size, readHash);

/** MTH(D[from:to]) where `from` is a multiple of the next power of two: so RFC 6962 cuts every tree. */
async function rootOf(from: number, to: number, readHash: HashReader): Promise<Buffer> {
  const count = to - from;
  if (isPowerOfTwo(count)) return Buffer.from(await readHash(Math.round(Math.log2(count)), from / count));
  const middle = from + splitOf(count);
  const [left, right] = await Promise.all([rootOf(from, middle, readHash), rootOf(middle, to, readHash)]);
  return nodeHash(left, right);
}

/** Told of each complete subtree as it is closed, with its level, its index in that level, and its root. */
export type NodeVisitor = (level: number, index: number, hash: Buffer) => void;

/**
 * A tree that only grows, kept as the roots of its complete subtrees, the largest first: one for each bit of its size, at
 * most 53. Appending costs one hash on average, the root at most 52.
 */
export class CompactRange {
  private constructor(
    private count: number,
    private readonly roots: Buffer[],
  ) {}

  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** @throws RangeError where the hashes are not those of a tree of this size */
  static from(size: number, hashes: readonly Uint8Array[]): CompactRange {
    if (!isSize(size) || hashes.length !== ones(size) || !hashes.every(isHash))
      throw new RangeError(`A tree of ${size} is kept as one hash of 32 bytes for each bit of its size.`);
    return new CompactRange(size, hashes.map(copyOf));
  }

  get size(): number {
    return this.count;
  }

  copy(): CompactRange {
    return new CompactRange(this.count, [...this.roots]);
  }

  /** What `from` takes, together with the size. */
  get hashes(): readonly Buffer[] {
    return this.roots.map(copyOf);
  }

  append(leaf: Uint8Array, visit?: NodeVisitor): void {
    let hash = copyOf(leaf);
    let index = this.count;
    visit?.(0, index, hash);
    for (let level = 1; odd(index); level += 1) {
      hash = nodeHash(this.roots.pop()!, hash);
      index = half(index);
      visit?.(level, index, hash);
    }
    this.roots.push(hash);
    this.count += 1;
  }

  root(): Buffer {
    return this.roots.length === 0
      ? emptyRoot()
      : copyOf(this.roots.reduceRight((right, left) => nodeHash(left, right)));
  }
}

/** Upwards past the rows in which the node is the last and stands alone, so that it has nothing to be hashed with. */
function climb(at: number, last: number): [number, number] {
  while (at !== 0 && !odd(at)) {
    at = half(at);
    last = half(last);
  }
  return [at, last];
}

/** The largest power of two below n, for n > 1. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function isPowerOfTwo(n: number): boolean {
  while (n > 1 && !odd(n)) n /= 2;
  return n === 1;
}

function ones(n: number): number {
  let count = 0;
  for (; n > 0; n = half(n)) if (odd(n)) count += 1;
  return count;
}

const half = (n: number): number => Math.floor(n / 2);
const odd = (n: number): boolean => n % 2 === 1;
const isHash = (hash: Uint8Array): boolean => hash.length === HASH_BYTES;
const copyOf = (hash: Uint8Array): Buffer => {
  if (!isHash(hash)) throw new RangeError('A hash has 32 bytes.');
  return Buffer.from(hash);
};
