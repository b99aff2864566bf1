import { startEmbedded } from '../../src/database/embedded.js';

/** A hub as far as the embedded database sees it: starts or joins it, says where, looks after it, and leaves it on SIGTERM. For embedded.spec.ts. */
const embedded = await startEmbedded(process.argv[2] ?? '', { settings: { fsync: 'off' } });
embedded.keepUp(() => undefined);
process.stdout.write(`${embedded.superUrl}\n`);
const alive = setInterval(() => undefined, 1000);
process.once('SIGTERM', () => {
  clearInterval(alive);
  void embedded.stop();
});
