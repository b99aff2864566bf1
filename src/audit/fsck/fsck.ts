import type { DataSource } from 'typeorm';
import { NIL, type EntryId } from '../../common/ids.js';
import { withTx, type Statement } from '../../database/tx.js';
import type { DetailRow } from '../opening/opening.js';
import { detailsAfter } from '../opening/opening.sql.js';
import type { OpeningsService } from '../opening/openings.service.js';
import type { VerifierKey } from '../verify/note.js';
import { verifyLog } from '../verify/verify-log.js';
import { cosignatures, type UnknownWitnesses } from './cosignatures.js';
import { databaseSource } from './database-source.js';
import type { Fault } from './fault.js';
import {
  lastConsent,
  lastEntry,
  lastRecord,
  lastTransfer,
  looseRecords,
  looseTransfers,
  silentConsents,
  silentRecords,
  silentTransfers,
  totals,
  unlinkedDetails,
  wrongEntries,
  wrongLeaves,
} from './fsck.sql.js';

export interface FsckReport {
  readonly entries: number;
  /** Details that nobody can check any more, because the youth's key is gone. */
  readonly keyGone: number;
  readonly unknownWitnesses: UnknownWitnesses;
}

export interface FsckTools {
  readonly db: DataSource;
  readonly key: VerifierKey;
  /** The keys of the witnesses that the settings name. */
  readonly witnesses: readonly VerifierKey[];
  readonly openings: OpeningsService;
  /** Told of rows done and of all. */
  readonly progress: (done: number, total: number) => void;
}

const BLOCK = 2000;

interface Row {
  readonly subject: string;
  readonly fault: string;
}

/**
 * Compares log and database both ways: the log with itself (what the verifier does), each kept cosignature with its checkpoint and
 * its witness's key, each leaf with its entry, each entry with its detail, each detail with what its leaf committed to, and each state that a record, a transfer or a consent has with the
 * acts that led to it; and that what records and transfers name is there. Reads only, in blocks, beside a hub that runs.
 * @throws SourceError where nothing is sealed yet
 */
export async function* fsck(tools: FsckTools): AsyncGenerator<Fault, FsckReport> {
  const { db, key, witnesses, progress } = tools;
  const [sizes] = await withTx(db, (tx) => tx.query<Record<string, string>>(totals));
  const leaves = Number(sizes?.['leaves']);
  const total =
    2 * leaves +
    ['details', 'records', 'transfers', 'consents', 'cosignatures'].reduce(
      (n, what) => n + Number(sizes?.[what]),
      0,
    );
  let done = 0;
  const tell = (rows: number): void => progress(Math.min((done += rows), total), total);

  let verified = 0;
  const verification = await verifyLog(databaseSource(db), {
    key,
    progress: (entries) => {
      tell(entries - verified);
      verified = entries;
    },
  });
  yield* verification.findings;
  const unknownWitnesses = yield* cosignatures(db, witnesses, BLOCK, tell);
  for (let from = 0; from < leaves; from += BLOCK) {
    yield* await wrong(db, wrongLeaves, [from, from + BLOCK], (i) => `leaf ${i}`);
    tell(BLOCK);
  }
  yield* blocks(db, lastEntry, [wrongEntries, unlinkedDetails], 'entry', () => undefined);
  const keyGone = yield* details(tools, tell);
  yield* blocks(db, lastRecord, [silentRecords, looseRecords], 'record', tell);
  yield* blocks(db, lastTransfer, [silentTransfers, looseTransfers], 'transfer', tell);
  yield* blocks(db, lastConsent, [silentConsents], 'consent', tell);
  progress(total, total);
  return { entries: verification.entries, keyGone, unknownWitnesses };
}

/** In words; a fault that is no code here is an act that the log does not tell. */
const words: Readonly<Record<string, string>> = {
  gone: 'its entry is gone from the database',
  number: 'its entry has another number',
  hash: 'its entry is not the one that was hashed',
  'no-detail': 'the log tells of it, and the database has no detail of it',
  'no-leaf': 'it has no place in the log',
  loose: 'it names a record or a youth that is not there',
  unlinked: 'its youth was taken away, although the youth was not erased',
};

async function wrong(
  db: DataSource,
  check: Statement,
  values: readonly unknown[],
  name: (subject: string) => string,
): Promise<Fault[]> {
  const rows = await withTx(db, (tx) => tx.query<Row>(check, values));
  return rows.map(({ subject, fault }) => ({
    subject: name(subject),
    fault: words[fault] ?? `its state asks for an entry ${fault}, and there is none`,
  }));
}

/** Walks a table in blocks of its ids. */
async function* blocks(
  db: DataSource,
  last: Statement,
  checks: readonly Statement[],
  what: string,
  tell: (rows: number) => void,
): AsyncGenerator<Fault, void> {
  for (let after = NIL; ;) {
    const from = after;
    const [end] = await withTx(db, (tx) => tx.query<{ last: string; rows: string }>(last, [from, BLOCK]));
    if (!end) return;
    for (const check of checks) yield* await wrong(db, check, [from, end.last], (id) => `${what} ${id}`);
    tell(Number(end.rows));
    after = end.last;
  }
}

/** @returns how many nobody can check any more */
async function* details(
  { db, openings }: FsckTools,
  tell: (rows: number) => void,
): AsyncGenerator<Fault, number> {
  let keyGone = 0;
  for (let after: string = NIL; ;) {
    const from = after;
    const { rows, opened } = await withTx(db, async (tx) => {
      const found = await tx.query<DetailRow>(detailsAfter, [from, BLOCK]);
      return { rows: found, opened: await openings.open(tx, found) };
    });
    const end = rows.at(-1);
    if (!end) return keyGone;
    for (const row of rows) {
      const verdict = opened.get(row.id as EntryId)?.verdict;
      if (verdict === 'key-gone') keyGone += 1;
      if (row.leaf === null)
        yield { subject: `entry ${row.id}`, fault: 'the database has a detail of it, and the entry is gone' };
      else if (verdict === 'changed')
        yield {
          subject: `entry ${row.id}`,
          fault: 'the database tells something else than what the log committed to',
        };
    }
    tell(rows.length);
    after = end.id;
  }
}
