import { CommanderError } from 'commander';
import { ConfigError } from '../config/load.js';
import { whyUnavailable } from '../database/failures.js';
import { CommandError } from './command-error.js';
import { oneLine, tell } from './output.js';
import { stafett } from './program.js';

/** Runs a command. What goes wrong is told in one line. @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await stafett().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has told already what it found, or was asked for help.
    if (error instanceof CommanderError) return error.exitCode;
    const why = whyUnavailable(error);
    const known = why !== undefined || error instanceof CommandError || error instanceof ConfigError;
    const message = why
      ? `PostgreSQL cannot be used now (${why}).`
      : error instanceof Error
        ? error.message
        : 'unknown';
    tell(`stafett: ${known ? '' : 'this should not happen: '}${oneLine(message)}`);
    return 1;
  }
}
