import { createHash } from 'node:crypto';
import type { OpenedCheckpoint } from './checkpoint.js';
import { parseProof, ProofError, verifyProof, type TrustPolicy } from './proof.js';

/** One act, with all that is needed to prove, offline, that the log tells of it and tells this. */
export interface Receipt {
  /** The leaf's bytes, as text. */
  readonly leaf: string;
  /** base64url. */
  readonly salt: string;
  /** What the leaf commits to: canonical JSON (RFC 8785), exactly as it was hashed. */
  readonly told: string;
  /** C2SP tlog-proof. */
  readonly proof: string;
}

export interface VerifiedReceipt {
  readonly told: Readonly<Record<string, unknown>>;
  readonly index: number;
  readonly checkpoint: OpenedCheckpoint;
}

/**
 * Does the log, as signed, hold a leaf that commits to exactly this?
 * @throws FormatError, SignatureError, ProofError
 */
export function verifyReceipt({ leaf, salt, told, proof }: Receipt, policy: TrustPolicy): VerifiedReceipt {
  const parts = parseProof(proof);
  const checkpoint = verifyProof(parts, Buffer.from(leaf), policy);
  const found = createHash('sha256').update(Buffer.from(salt, 'base64url')).update(told).digest('base64url');
  if ((JSON.parse(leaf) as { commitment?: unknown }).commitment !== found)
    throw new ProofError(`Entry ${parts.index} commits to something else than what is told.`);
  return { told: JSON.parse(told) as Record<string, unknown>, index: parts.index, checkpoint };
}
