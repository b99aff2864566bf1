import { parseArgs } from 'node:util';

export interface Options {
  /** Names of figures; undefined measures all. */
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** Length of a slice. */
  readonly seconds: number;
  /** Slices of each figure. */
  readonly rounds: number;
  /** Records that `growth` makes. */
  readonly records: number;
  /** Entries of the log that `audit.large` makes. */
  readonly entries: number;
  /** Where the hubs write CPU profiles. */
  readonly profile: string | undefined;
}

export const defaults = { seconds: 2, rounds: 4, records: 2_000_000, entries: 10_000_000 } as const;

/** What is wrong with a command line, in one line. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws OptionError */
export function readOptions(argv: readonly string[], figures: readonly string[]): Options {
  const { only, json, help, seconds, rounds, records, entries, profile } = parse(argv);
  const names = only?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !figures.includes(name));
  if (unknown !== undefined)
    throw new OptionError(`"${unknown}" is no figure. Figures: ${figures.join(', ')}.`);
  return {
    only: names,
    json: json ?? false,
    help: help ?? false,
    seconds: number('seconds', seconds, defaults.seconds, 0.1, 60),
    rounds: whole('rounds', rounds, defaults.rounds, 1, 100),
    records: whole('records', records, defaults.records, 1000, 100_000_000),
    entries: whole('entries', entries, defaults.entries, 10_000, 100_000_000),
    profile,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        records: { type: 'string' },
        entries: { type: 'string' },
        profile: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new OptionError(`${line.replace(/\. .*$/, '').replace(/\.$/, '')}. See --help.`);
  }
}

function number(name: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new OptionError(`--${name} must be from ${min} to ${max}.`);
}

function whole(name: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  const value = number(name, text, otherwise, min, max);
  if (Number.isInteger(value)) return value;
  throw new OptionError(`--${name} must be a whole number.`);
}
