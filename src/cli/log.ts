import { Option, type Command } from 'commander';
import {
  folderSource,
  FormatError,
  httpSource,
  SignatureError,
  SourceError,
  verifyLog,
  verifyReceipt,
  type Receipt,
  type Verification,
} from '../audit/verify/index.js';
import { CommandError } from './command-error.js';
import { addLogKeeping } from './log-keeper.js';
import { addLogProof } from './log-proof.js';
import { print, visible } from './output.js';
import { progressBar } from './progress.js';
import { fileAt } from './read-file.js';
import { trustFrom, withTrust, type TrustArguments } from './trust.js';

const A_CHECKPOINT = 'Give a file with a signed checkpoint.';
const A_RECEIPT = 'Give a file of receipts.';

interface VerifyArguments extends TrustArguments {
  readonly since?: string;
  readonly token?: string;
}

/** The commands about the log of what the hub did. To verify needs no settings and no database. */
export function addLog(program: Command): void {
  const log = program
    .command('log')
    .description('the log of what the hub did, that nobody can rewrite unseen');
  withTrust(
    log
      .command('verify')
      .description('rebuild a log from its entries, and check every tile, checkpoint and signature')
      .argument('<where>', 'URL of a log (https://hub.example/v1/log), or a folder with the same files'),
  )
    .option('--since <file>', 'a signed checkpoint from an earlier look, which the log must have grown from')
    .addOption(
      new Option(
        '--token <token>',
        'an access token of an auditor (stafett:audit); better in the environment, where ps does not show it',
      ).env('STAFETT_TOKEN'),
    )
    .addHelpText(
      'after',
      '\nKeep the checkpoint of each look, and give it with --since the next time: without a memory outside the hub,\nwhoever holds the log’s key can rewrite everything and sign it again.\n\nExample: stafett log verify ./log --key "$(cat hub.vkey)" --since checkpoint-of-last-month',
    )
    .action(verify);
  withTrust(
    log
      .command('check')
      .description('check receipts, or the file of a youth, without the hub: what does the log prove')
      .argument('<file>', 'what /v1/log/receipts or "stafett log youth" gave'),
  ).action(check);
  addLogProof(log);
  addLogKeeping(log);
}

async function verify(where: string, { since, token, ...trust }: VerifyArguments): Promise<void> {
  const { log: key, witnesses, quorum } = trustFrom(trust);
  const source = /^https?:\/\//.test(where) ? httpSource(where, { token }) : folderSource(where);
  const memory = since === undefined ? undefined : { name: since, note: await fileAt(since, A_CHECKPOINT) };
  const verification = await verifyLog(source, {
    key,
    witnesses,
    quorum,
    since: memory,
    progress: progressBar('entries'),
  }).catch((error: unknown) => {
    if (error instanceof SourceError) throw new CommandError(error.message);
    // Only what was given with --since ends a verification like this; what the log says is a finding.
    if (error instanceof FormatError || error instanceof SignatureError)
      throw new CommandError(`${since} is no checkpoint of this log: ${error.message}`);
    throw error;
  });
  await report(verification);
}

async function check(file: string, options: TrustArguments): Promise<void> {
  const trust = trustFrom(options);
  const { receipts, agencies } = receiptsIn(file, await fileAt(file, A_RECEIPT));
  const names = new Map(agencies.map(({ id, orgNumber, name }) => [id, `${orgNumber} ${name}`]));
  let unproven = 0;
  for (const receipt of receipts) {
    try {
      const { told, index, checkpoint } = verifyReceipt(receipt, trust);
      const who = [told['agency'], told['otherAgency']].map((id) => names.get(String(id)) ?? 'nobody');
      await print(
        `proven: ${String(told['at'])} ${String(told['act'])} ${String(told['recordType'])}, ${who.join(', other side ')} (entry ${index} of ${checkpoint.size})`,
      );
    } catch (error) {
      unproven += 1;
      await print(`not proven: ${error instanceof Error ? error.message : 'it is no receipt'}`);
    }
  }
  if (unproven > 0) throw new CommandError(`${unproven} of ${receipts.length} are not proven.`);
}

interface ReceiptFile {
  readonly receipts: readonly Receipt[];
  readonly agencies: readonly { readonly id: string; readonly orgNumber: string; readonly name: string }[];
}

function receiptsIn(path: string, bytes: Buffer): ReceiptFile {
  try {
    const { receipts, agencies = [] } = JSON.parse(bytes.toString()) as Partial<ReceiptFile>;
    if (Array.isArray(receipts) && Array.isArray(agencies)) return { receipts, agencies };
  } catch {
    // Told below: it is the same to whoever reads it.
  }
  throw new CommandError(`${path} is no file of receipts: JSON with a list "receipts".`);
}

async function report(verification: Verification): Promise<void> {
  const { checkpoint, entries, tiles, checkpoints, newer, findings, found } = verification;
  for (const { subject, fault } of findings) await print(visible(`${subject}: ${fault}`));
  if (found > findings.length) await print(`… and ${found - findings.length} more.`);
  if (checkpoint)
    await print(
      `${visible(checkpoint.origin)}: ${entries} of ${checkpoint.size} entries, ${tiles} tiles and bundles, ${checkpoints} kept checkpoints${newer > 0 ? ` (${newer} newer ones not yet)` : ''}; root ${checkpoint.root.toString('base64')}`,
    );
  if (found > 0)
    throw new CommandError(
      `The log is not as it was signed: ${found === 1 ? 'one finding' : `${found} findings`}.`,
    );
  await print('The log is whole: every entry, tile and checkpoint is as it was signed.');
}
