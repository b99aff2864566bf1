import { setTimeout as sleep } from 'node:timers/promises';
import { cosigners, openCheckpoint, type OpenedCheckpoint, type Quorum } from './checkpoint.js';
import { Findings, type Finding } from './findings.js';
import { KeptCheckpoints, opened, type NamedCheckpoint } from './kept-checkpoints.js';
import { TileReader, type Leaves } from './leaves.js';
import { sameHash } from './merkle.js';
import { explain, type Mismatch } from './mismatch.js';
import type { VerifierKey } from './note.js';
import { RebuiltTree } from './rebuilt-tree.js';
import type { LogSource } from './source.js';

export interface VerifyOptions extends Quorum {
  /** The log's key, as it was handed over by other means than the log. */
  readonly key: VerifierKey;
  /** A checkpoint from an earlier look, that the log must have grown from: an outside memory. */
  readonly since?: { readonly name: string; readonly note: Uint8Array | string } | undefined;
  /** Told of entries done and of all, after each bundle. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Findings to list; the rest is counted. */
  readonly mostFindings?: number;
}

export interface Verification {
  /** What was verified, where it could be opened. */
  readonly checkpoint: OpenedCheckpoint | undefined;
  /** Entries that were reached. */
  readonly entries: number;
  /** Tiles and bundles that were read. */
  readonly tiles: number;
  /** Kept checkpoints (and `since`) that were compared with the tree. */
  readonly checkpoints: number;
  /** Kept checkpoints that the log signed while it was read, beyond what was verified. */
  readonly newer: number;
  readonly findings: readonly Finding[];
  /** How many findings there are, listed or not. */
  readonly found: number;
}

const MOST_FINDINGS = 100;
/** A log that grows has its newest checkpoint cosigned a moment after it is signed: it is looked at again for five seconds. */
const LOOKS = 20;
const LOOK_PAUSE_MS = 250;
/** Mismatches whose hashes are kept, to tell whether entries were moved. The rest is counted. */
const MOST_MISMATCHES = 4096;

/**
 * Rebuilds the whole log from its entries, and compares it with everything that is stored and signed: each tile byte for
 * byte, each kept checkpoint's signature, and its root with the tree's root at that size, so that all of them are
 * consistent. Streams: what it holds grows with the logarithm of the log.
 * @throws SourceError where it cannot be read; FormatError, SignatureError where `since` is no checkpoint of this log
 */
export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<Verification> {
  const { key, progress, mostFindings = MOST_FINDINGS } = options;
  const findings = new Findings(mostFindings);
  const since = options.since && {
    name: options.since.name,
    checkpoint: openCheckpoint(options.since.note, key),
  };
  const tiles = new TileReader(source, findings);
  const trees = new TwoTrees(mostFindings);
  const result = (checkpoint: OpenedCheckpoint | undefined, newer = 0): Verification => ({
    checkpoint,
    entries: trees.size,
    tiles: tiles.count,
    checkpoints: trees.checked,
    newer,
    findings: findings.list,
    found: findings.count,
  });

  const note = await newestCosigned(source, key, options);
  const head = opened({ name: 'checkpoint', note }, key, findings, options.witnesses);
  if (!head) return result(undefined);
  const { checkpoint } = head;
  const { witnesses = [], quorum = 0 } = options;
  const cosigned = cosigners(checkpoint, witnesses);
  if (cosigned < quorum)
    findings.add('checkpoint', `${cosigned} of the witnesses have cosigned it, and ${quorum} must.`);
  const kept = new KeptCheckpoints(source, key, findings, since);
  trees.check(await kept.upTo(0));
  let whole = true;
  for await (const leaves of tiles.leaves(checkpoint.size)) {
    whole = trees.append(leaves, await kept.upTo(leaves.from + leaves.width));
    if (!whole) {
      findings.add(
        `entry ${leaves.from}`,
        'From here on the tree cannot be rebuilt: neither the entries nor their hashes can be read.',
      );
      break;
    }
    await trees.compare(tiles);
    progress?.(trees.size, checkpoint.size);
  }
  if (whole) await trees.judge(checkpoint, tiles, findings);
  return result(checkpoint, await accountForNewer(source, key, checkpoint, kept.rest(), findings));
}

/** The newest checkpoint, as soon as enough of the witnesses have cosigned it; else as it was at the last look. */
async function newestCosigned(
  source: LogSource,
  key: VerifierKey,
  { witnesses = [], quorum = 0 }: Quorum,
): Promise<Uint8Array> {
  for (let look = 1; ; look += 1) {
    const note = await source.checkpoint();
    if (quorum === 0 || look === LOOKS || isSettled(note)) return note;
    await sleep(LOOK_PAUSE_MS);
  }
  // What cannot be opened gets no better by waiting, and is told of by whoever opens it.
  function isSettled(note: Uint8Array): boolean {
    try {
      return cosigners(openCheckpoint(note, key, witnesses), witnesses) >= quorum;
    } catch {
      return true;
    }
  }
}

/**
 * A log that grows while it is read signs checkpoints beyond what is verified here; then its newest one has grown too.
 * @returns how many there are
 */
async function accountForNewer(
  source: LogSource,
  key: VerifierKey,
  checkpoint: OpenedCheckpoint,
  rest: AsyncIterable<NamedCheckpoint>,
  findings: Findings,
): Promise<number> {
  const beyond: { readonly name: string; readonly size: number }[] = [];
  // A log keeps one for each second: only what is needed of them is held.
  for await (const kept of rest)
    if (kept.checkpoint.size > checkpoint.size) beyond.push({ name: kept.name, size: kept.checkpoint.size });
  if (beyond.length === 0) return 0;
  const newest = opened({ name: 'checkpoint', note: await source.checkpoint() }, key, findings);
  const end = newest?.checkpoint.size ?? checkpoint.size;
  const cut = beyond.filter(({ size }) => size > end);
  for (const { name, size } of cut)
    findings.add(
      name,
      `It has the log’s signature for ${size} entries, and the log ends at ${end} now: it was cut back.`,
    );
  return beyond.length - cut.length;
}

/** The tree that the entries make, and the one that the stored leaf hashes make, which is the same until they differ. */
class TwoTrees {
  private readonly byEntries: RebuiltTree;
  private byTiles: RebuiltTree | undefined;
  private readonly mismatches: Mismatch[] = [];
  private mismatchCount = 0;
  checked = 0;

  constructor(mostFindings: number) {
    this.byEntries = RebuiltTree.empty(mostFindings);
  }

  get size(): number {
    return this.byEntries.size;
  }

  /** @param checkpoints of these leaves, smallest first. @returns whether there was anything to append */
  append({ from, width, byEntries, stored }: Leaves, checkpoints: readonly NamedCheckpoint[]): boolean {
    let next = 0;
    for (let i = 0; i < width; i += 1) {
      const leaf = byEntries?.[i] ?? stored?.[i];
      if (!leaf) return false;
      const other = stored?.[i] ?? leaf;
      if (!sameHash(leaf, other)) {
        this.byTiles ??= this.byEntries.fork();
        this.mismatchCount += 1;
        if (this.mismatches.length < MOST_MISMATCHES)
          this.mismatches.push({ index: from + i, byEntry: leaf, stored: other });
      }
      this.byEntries.append(leaf);
      this.byTiles?.append(other);
      const first = next;
      while (checkpoints[next]?.checkpoint.size === this.size) next += 1;
      if (next > first) this.check(checkpoints.slice(first, next));
    }
    return true;
  }

  /** Checkpoints of the trees as they are now. */
  check(checkpoints: readonly NamedCheckpoint[]): void {
    for (const { name, checkpoint } of checkpoints) {
      this.checked += 1;
      this.byEntries.check(name, checkpoint);
      this.byTiles?.check(name, checkpoint);
    }
  }

  async compare(tiles: TileReader): Promise<void> {
    await this.byEntries.compare((tile) => tiles.upperHashes(tile));
    await this.byTiles?.compare((tile) => tiles.upperHashes(tile));
  }

  /** The signed root says which of the two trees is the log's; what differs from it is told. */
  async judge(checkpoint: OpenedCheckpoint, tiles: TileReader, findings: Findings): Promise<void> {
    const trees = this.byTiles ? [this.byEntries, this.byTiles] : [this.byEntries];
    for (const tree of trees) tree.finish();
    await this.compare(tiles);
    const signed = trees.find((tree) => sameHash(tree.root(), checkpoint.root));
    if (!signed)
      findings.add(
        'checkpoint',
        `It signs the root ${checkpoint.root.toString('base64')}, and its ${checkpoint.size} entries make ${this.byEntries.root().toString('base64')}.`,
      );
    const blamed = !signed ? 'both' : signed === this.byTiles ? 'entries' : 'tiles';
    const explained = explain(this.mismatches, blamed, checkpoint.size);
    for (const { subject, fault } of explained) findings.add(subject, fault);
    findings.addMore(this.mismatchCount - this.mismatches.length);
    const [likely = this.byEntries] = signed
      ? [signed]
      : trees.sort((a, b) => a.findings.count - b.findings.count);
    findings.addAll(likely.findings);
  }
}
