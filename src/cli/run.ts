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
    tell(`stafett: ${oneLine(wordsFor(error))}`);
    return 1;
  }
}

function wordsFor(error: unknown): string {
  const why = whyUnavailable(error);
  if (why !== undefined) return `PostgreSQL cannot be used now (${why}).`;
  const message = error instanceof Error ? error.message : 'unknown';
  const known = error instanceof CommandError || error instanceof ConfigError;
  return known ? message : `this should not happen: ${message}`;
}
