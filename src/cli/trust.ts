import { InvalidArgumentError, type Command } from 'commander';
import { parseVerifierKey, type TrustPolicy, type VerifierKey } from '../audit/verify/index.js';
import { CommandError } from './command-error.js';
import { whole } from './whole.js';

export interface TrustArguments {
  readonly key: string;
  readonly witness?: readonly string[];
  readonly quorum?: number;
}

const MOST_WITNESSES = 99;

/** Gives a command the options that say whose word is taken. */
export const withTrust = (command: Command): Command =>
  command
    .requiredOption('--key <vkey>', 'the log’s key, as it was handed over by other means than the log')
    .option(
      '--witness <vkey>',
      'a witness’s key, as its agency gave it; once for each witness',
      (vkey: string, before: readonly string[] = []) => {
        if (before.includes(vkey)) throw new InvalidArgumentError('The same witness counts once.');
        return [...before, vkey];
      },
    )
    .option(
      '--quorum <n>',
      'how many of the witnesses must have cosigned; all of them where it is left out',
      whole(0, MOST_WITNESSES),
    );

/** @throws CommandError where a key is none, or the quorum is more than there are witnesses */
export function trustFrom({
  key,
  witness = [],
  quorum = witness.length,
}: TrustArguments): Required<TrustPolicy> {
  const witnesses = witness.map((vkey) => {
    const known = keyFrom(vkey, '--witness');
    if (known.type === 'cosignature') return known;
    throw new CommandError('--witness: it is a log’s key. Give the line that "stafett witness" prints.');
  });
  if (quorum > witnesses.length)
    throw new CommandError(`--quorum: ${quorum} is more than the ${witnesses.length} of --witness.`);
  return { log: keyFrom(key), witnesses, quorum };
}

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
