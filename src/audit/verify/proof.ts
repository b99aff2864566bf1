import { openCheckpoint, requireQuorum, type OpenedCheckpoint, type Quorum } from './checkpoint.js';
import { leafHash, verifyInclusion } from './merkle.js';
import type { VerifierKey } from './note.js';
import { base64, decimal, FormatError, hash64, utf8 } from './text.js';

/** C2SP tlog-proof: one file that proves, offline, that an entry stands in a log. */
export interface Proof {
  /** Whatever the writer added. Nothing vouches for it. */
  readonly extra?: Buffer;
  readonly index: number;
  /** Siblings from the leaf upwards. */
  readonly path: readonly Buffer[];
  /** The signed checkpoint, as it stood. */
  readonly checkpoint: string;
}

/** Whose word is taken. */
export interface TrustPolicy extends Quorum {
  readonly log: VerifierKey;
}

/** A proof that is well written and proves nothing. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
}

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 entries is 53 levels high. */
const MOST_HASHES = 63;

export const formatProof = ({ extra, index, path, checkpoint }: Proof): string =>
  [
    HEADER,
    ...(extra ? [`extra ${extra.toString('base64')}`] : []),
    `index ${index}`,
    ...path.map((hash) => hash.toString('base64')),
    '',
    checkpoint,
  ].join('\n');

/** @throws FormatError. The checkpoint in it is read where it is verified. */
export function parseProof(source: Uint8Array | string): Proof {
  const text = utf8(source);
  const split = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  if (header !== HEADER)
    throw new FormatError(`A proof begins with ${HEADER} and has an empty line before its checkpoint.`);
  const extra = lines[0]?.startsWith('extra ')
    ? base64(lines.shift()!.slice('extra '.length), 'The extra data of a proof')
    : undefined;
  const [indexLine = '', ...hashes] = lines;
  if (!indexLine.startsWith('index ')) throw new FormatError('A proof has a line with its index.');
  if (hashes.length > MOST_HASHES) throw new FormatError(`A proof has at most ${MOST_HASHES} hashes.`);
  return {
    ...(extra && { extra }),
    index: decimal(indexLine.slice('index '.length), 'The index in a proof'),
    path: hashes.map((line) => hash64(line, 'A hash in a proof')),
    checkpoint: text.slice(split + 2),
  };
}

/**
 * Does the proof show that these bytes are an entry of the log?
 * @returns the checkpoint that covers it
 * @throws FormatError, SignatureError (the log's, or fewer witnesses than the quorum), ProofError
 */
export function verifyProof(
  proof: Proof,
  entry: Uint8Array,
  { log, ...others }: TrustPolicy,
): OpenedCheckpoint {
  const checkpoint = openCheckpoint(proof.checkpoint, log, others.witnesses);
  requireQuorum(checkpoint, others);
  if (!verifyInclusion(leafHash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root))
    throw new ProofError(
      `This is not entry ${proof.index} of ${checkpoint.origin} as of its checkpoint at ${checkpoint.size}.`,
    );
  return checkpoint;
}
