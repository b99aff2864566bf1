import { Output } from '../../src/telemetry/output.js';

/** Writes as many numbered lines to standard output as it is told on standard input; `end` ends it in the same turn. */

// As the pipe comes from whoever starts the process. Modules that look at process.stdout, and some here do, have set it not to wait.
const { _handle: pipe } = process.stdout as unknown as { _handle: { setBlocking(yes: boolean): void } };
pipe.setBlocking(true);

const output = new Output(1);
let no = 0;
process.stdin.setEncoding('utf8').on('data', (told: string) => {
  for (const word of told.trim().split(/\s+/)) {
    if (word === 'end') process.exit(0);
    for (const last = no + Number(word); no < last; no += 1) output.write(`${no} ${'.'.repeat(100)}\n`);
    process.stderr.write('written\n');
  }
});
process.stderr.write('ready\n');
