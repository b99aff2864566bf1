import { decimal, FormatError, hash64, utf8 } from './text.js';

/** The body of `POST /add-checkpoint` (C2SP tlog-witness). */
export interface AddCheckpoint {
  /** The size that the log believes the witness has cosigned last. */
  readonly oldSize: number;
  /** From there to the checkpoint (RFC 6962 section 2.1.2). */
  readonly path: readonly Buffer[];
  /** The signed checkpoint. */
  readonly note: string;
}

export const MOST_PROOF_LINES = 63;

/** @throws FormatError */
export function parseAddCheckpoint(body: Uint8Array | string): AddCheckpoint {
  const text = utf8(body);
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  if (!first.startsWith('old '))
    throw new FormatError('It begins with "old <size>", and has an empty line before the checkpoint.');
  if (lines.length > MOST_PROOF_LINES)
    throw new FormatError(`A proof has at most ${MOST_PROOF_LINES} lines.`);
  return {
    oldSize: decimal(first.slice('old '.length), 'The old size'),
    path: lines.map((line) => hash64(line, 'A line of the proof')),
    note: text.slice(split + 2),
  };
}

export const formatAddCheckpoint = ({ oldSize, path, note }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...path.map((hash) => hash.toString('base64')), '', note].join('\n');
