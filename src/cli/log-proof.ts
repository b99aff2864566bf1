import type { Command } from 'commander';
import {
  FormatError,
  parseProof,
  ProofError,
  SignatureError,
  verifyProof,
  verifyReceipt,
  type OpenedCheckpoint,
  type Receipt,
  type TrustPolicy,
} from '../audit/verify/index.js';
import { CommandError } from './command-error.js';
import { print, visible } from './output.js';
import { fileAt } from './read-file.js';
import { trustFrom, withTrust, type TrustArguments } from './trust.js';

/** The command that reads one proof; it needs no settings, no database and no network. */
export function addLogProof(log: Command): void {
  withTrust(
    log
      .command('proof')
      .description('check one proof without the hub, and say what it proves')
      .argument(
        '<file>',
        'a .tlog-proof as /v1/log/proofs gives it, or one receipt of /v1/log/receipts (JSON)',
      ),
  )
    .addHelpText(
      'after',
      '\nExample: stafett log proof entry.tlog-proof --key "$(cat hub.vkey)" --witness "$(cat witness.vkey)"',
    )
    .action(prove);
}

async function prove(file: string, options: TrustArguments): Promise<void> {
  const trust = trustFrom(options);
  const bytes = await fileAt(file, 'Give a file with a proof or a receipt.');
  try {
    const receipt = receiptIn(bytes);
    for (const line of receipt ? ofReceipt(receipt, trust) : ofProof(bytes, trust))
      await print(visible(line));
  } catch (error) {
    if (
      error instanceof FormatError ||
      error instanceof SignatureError ||
      error instanceof ProofError ||
      error instanceof SyntaxError
    )
      throw new CommandError(`Not proven: ${error.message}`);
    throw error;
  }
}

function receiptIn(bytes: Buffer): Receipt | undefined {
  if (bytes[0] !== '{'.charCodeAt(0)) return undefined;
  const receipt = JSON.parse(bytes.toString()) as Record<keyof Receipt, unknown>;
  for (const part of ['leaf', 'salt', 'told', 'proof'] as const)
    if (typeof receipt[part] !== 'string') throw new FormatError(`The receipt has no "${part}".`);
  return receipt as Receipt;
}

function ofReceipt(receipt: Receipt, trust: TrustPolicy): string[] {
  const { told, index, checkpoint } = verifyReceipt(receipt, trust);
  return [
    ...where(index, checkpoint),
    `It commits to exactly this: ${receipt.told}`,
    `That is the act ${String(told['act'])} of ${String(told['at'])}, as the hub told it then.`,
  ];
}

function ofProof(bytes: Buffer, trust: TrustPolicy): string[] {
  const proof = parseProof(bytes);
  if (!proof.extra) throw new FormatError('The proof has no line "extra" with the entry that it is about.');
  const checkpoint = verifyProof(proof, proof.extra, trust);
  return [...where(proof.index, checkpoint), `The entry is: ${proof.extra.toString()}`];
}

function where(index: number, { origin, size, signatures }: OpenedCheckpoint): string[] {
  const seen = signatures.flatMap(({ key, timestamp }) =>
    timestamp === undefined ? [] : [`${key.name} at ${new Date(timestamp * 1000).toISOString()}`],
  );
  return [
    `Proven: entry ${index} of ${origin}, as signed at ${size} entries.`,
    seen.length > 0
      ? `Cosigned by ${seen.join(', ')}.`
      : 'Cosigned by no witness that was given: the log’s signature alone vouches for it.',
  ];
}
