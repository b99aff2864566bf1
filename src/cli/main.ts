import { ConfigError } from '../config/load.js';
import { CommandError } from './command-error.js';
import { oneLine, tell } from './output.js';
import { stafett } from './program.js';

// Whoever reads a pipe may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** What a command says about itself; anything else is a fault of ours. */
const expected = [CommandError, ConfigError, RangeError] as const;

try {
  await stafett().parseAsync();
} catch (error) {
  const { message } = error instanceof Error ? error : new Error('unknown');
  const known = expected.some((kind) => error instanceof kind);
  tell(`stafett: ${known ? '' : 'this should not happen: '}${oneLine(message)}`);
  process.exitCode = 1;
}
