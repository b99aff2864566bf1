import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import {
  folderSource,
  FormatError,
  httpSource,
  parseVerifierKey,
  SignatureError,
  SourceError,
  verifyLog,
  verifyReceipt,
  type Receipt,
  type VerifierKey,
  type Verification,
} from '../audit/verify/index.js';
import { CommandError } from './command-error.js';
import { addLogKeeping } from './log-keeper.js';
import { print } from './output.js';
import { progressBar } from './progress.js';

interface VerifyArguments {
  readonly key: string;
  readonly since?: string;
  readonly token?: string;
}

/** The commands about the log of what the hub did. To verify needs no settings and no database. */
export function addLog(program: Command): void {
  const log = program
    .command('log')
    .description('the log of what the hub did, that nobody can rewrite unseen');
  log
    .command('verify')
    .description('rebuild a log from its entries, and check every tile, checkpoint and signature')
    .argument('<where>', 'URL of a log (https://hub.example/v1/log), or a folder with the same files')
    .requiredOption('--key <vkey>', 'the log’s key, as it was handed over by other means than the log')
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
  log
    .command('check')
    .description('check receipts, or the file of a youth, without the hub: what does the log prove')
    .argument('<file>', 'what /v1/log/receipts or "stafett log youth" gave')
    .requiredOption('--key <vkey>', 'the log’s key, as it was handed over by other means than the log')
    .action(check);
  addLogKeeping(log);
}

async function verify(where: string, { key, since, token }: VerifyArguments): Promise<void> {
  const known = keyFrom(key);
  const source = /^https?:\/\//.test(where) ? httpSource(where, { token }) : folderSource(where);
  const memory = since === undefined ? undefined : { name: since, note: await fileAt(since) };
  const verification = await verifyLog(source, {
    key: known,
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

async function check(file: string, { key }: { readonly key: string }): Promise<void> {
  const log = keyFrom(key);
  const { receipts, agencies } = receiptsIn(file, await fileAt(file));
  const names = new Map(agencies.map(({ id, orgNumber, name }) => [id, `${orgNumber} ${name}`]));
  let unproven = 0;
  for (const receipt of receipts) {
    try {
      const { told, index, checkpoint } = verifyReceipt(receipt, { log });
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

/** What a log says goes to a terminal: without what would move its cursor or turn the text around. */
const visible = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');

/** @param option where it was given. @throws CommandError */
export function keyFrom(text: string, option = '--key'): VerifierKey {
  try {
    return parseVerifierKey(text.trim());
  } catch (error) {
    throw new CommandError(
      `${option}: ${(error as Error).message} A key is one line, "<name>+<id>+<base64>"; the hub’s is at /v1/log/key.`,
    );
  }
}

async function fileAt(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch {
    throw new CommandError(`${path} cannot be read. Give a file with a signed checkpoint.`);
  }
}
