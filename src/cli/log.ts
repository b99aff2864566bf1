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
  type VerifierKey,
  type Verification,
} from '../audit/verify/index.js';
import { CommandError } from './command-error.js';
import { print } from './output.js';
import { progressBar } from './progress.js';

interface VerifyArguments {
  readonly key: string;
  readonly since?: string;
  readonly token?: string;
}

/** The commands about the log of what the hub did. They need no settings and no database. */
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
