import type { DataSource } from 'typeorm';
import { withTx } from '../../database/tx.js';
import {
  keyLabel,
  parseNote,
  parseSignature,
  SignatureError,
  verifyNote,
  type VerifierKey,
} from '../verify/note.js';
import { FormatError } from '../verify/text.js';
import type { Fault } from './fault.js';
import { cosignaturesAfter } from './fsck.sql.js';

interface Row {
  readonly size: string;
  readonly witness: string;
  readonly line: string;
  /** The kept checkpoint that it stands on; null where there is none. */
  readonly note: string | null;
}

/** How many kept cosignatures nobody can check, by witness: the settings do not name it (any more). */
export type UnknownWitnesses = ReadonlyMap<string, number>;

/** Walks the kept cosignatures in blocks, and compares each with its checkpoint and its witness's key. */
export async function* cosignatures(
  db: DataSource,
  witnesses: readonly VerifierKey[],
  block: number,
  tell: (rows: number) => void,
): AsyncGenerator<Fault, UnknownWitnesses> {
  const keys = new Map(witnesses.map((key) => [keyLabel(key), key]));
  const unknown = new Map<string, number>();
  for (let [size, witness] = ['-1', '']; ;) {
    const rows = await withTx(db, (tx) => tx.query<Row>(cosignaturesAfter, [size, witness, block]));
    for (const row of rows) {
      const key = keys.get(row.witness);
      if (!key) unknown.set(row.witness, (unknown.get(row.witness) ?? 0) + 1);
      const fault = faultOf(row, key);
      if (fault) yield { subject: `cosignature of ${row.witness} at ${row.size} entries`, fault };
    }
    tell(rows.length);
    const last = rows.at(-1);
    if (!last) return unknown;
    ({ size, witness } = last);
  }
}

function faultOf({ note, line }: Row, key: VerifierKey | undefined): string | undefined {
  if (note === null) return 'there is no checkpoint of this size';
  if (!key) return undefined;
  try {
    verifyNote({ text: parseNote(note).text, signatures: [parseSignature(line)] }, [key]);
    return undefined;
  } catch (error) {
    if (error instanceof SignatureError || error instanceof FormatError)
      return `it is no cosignature of the kept checkpoint by this witness: ${error.message}`;
    throw error;
  }
}
