import { run } from './run.js';

// Whoever reads a pipe may stop reading, as `head` does. What only prints has done its work then; what sends as it prints has not.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const isSending = process.argv[2] === 'send';
  if (isSending)
    process.stderr.write(
      `stafett: the receipts cannot be written (${error.code}), so the rest was not sent. Send the file again: what was taken keeps its receipt.\n`,
    );
  process.exit(error.code === 'EPIPE' && !isSending ? 0 : 1);
});

process.exitCode = await run(process.argv.slice(2));
