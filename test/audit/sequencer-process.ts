import { setTimeout as sleep } from 'node:timers/promises';
import { Sequencer } from '../../src/audit/seal/sequencer.js';
import { signerKey } from '../../src/audit/verify/note.js';
import { openApp } from '../../src/database/data-source.js';
import { armFault } from '../../src/database/fault-point.js';
import { StandingJobs } from '../../src/queue/standing-jobs.js';

/** A sequencer alone, as a hub runs it, with a fault: for killing.spec.ts. `<database> <seed> <fault>` */
const [url = '', seed = '', fault = ''] = process.argv.slice(2);
const log = {
  origin: 'test.stafett.invalid/log',
  checkpointMs: 10,
  batchEntries: 500,
  lateMinutes: 10,
  leaseSeconds: 1,
  maxBehindMinutes: 10,
  witnesses: [],
  quorum: 0,
  staffIdMonths: 24,
};
const key = signerKey(log.origin, 'note', Buffer.from(seed, 'hex'));
const db = await openApp(url, { poolSize: 3, connectTimeoutMs: 5000, statementTimeoutMs: 20_000 });
armFault(fault);
process.once('disconnect', () => process.exit(0));
for (;;) {
  try {
    const term = await new StandingJobs(db).take('seal', log.leaseSeconds);
    if (term) {
      const sequencer = await Sequencer.begin(db, log, key, term);
      for (;;) {
        await term.keep();
        if (!(await sequencer.round()).more) await sleep(log.checkpointMs);
      }
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : ''}\n`);
  }
  await sleep(100);
}
