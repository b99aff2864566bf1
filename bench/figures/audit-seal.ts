import type { Bench } from '../bench.js';
import type { Figure } from '../figure.js';
import { entriesIn, entriesOf, makeWaiting, sealedIn, untilSealed } from '../load/waiting-entries.js';
import { rounded } from '../maths.js';
import type { Site } from '../site.js';

/** Sealing that has not come to its end by then has stopped. */
const PATIENCE_MS = 300_000;

export const auditSeal: Figure = {
  name: 'audit.seal',
  what: 'entries that get their places in the log, a million waiting, per second over floor',
  must: 5,
  aim: 5,
  async measure(bench) {
    const before = await bench.floorSlice();
    const { perSecond } = await seal(bench);
    const after = await bench.floorSlice();
    return { perSecond: Math.round(perSecond), ratio: rounded(perSecond / ((before + after) / 2)) };
  },
};

/** The hub whose log audit.seal has sealed and audit.verify verifies; sealed now where it is not yet. */
export async function sealedLog(bench: Bench): Promise<Site> {
  const site = await bench.coldSite({ database: 'sealing' });
  const count = entriesOf(bench.options.records);
  if ((await entriesIn(site)) < count) await seal(bench);
  return site;
}

/** From the first look at a hub that seals until all is under a checkpoint: the start of the hub does not count, what it did before does not either. */
async function seal(bench: Bench): Promise<{ readonly perSecond: number }> {
  const site = await bench.coldSite({ database: 'sealing' });
  const count = entriesOf(bench.options.records);
  bench.say(`audit.seal: making ${count} entries`);
  await site.withoutHub(() => makeWaiting(site, count));
  bench.say('audit.seal');
  const from = { size: await sealedIn(site), at: performance.now() };
  await untilSealed(site, PATIENCE_MS);
  const seconds = (performance.now() - from.at) / 1000;
  return { perSecond: ((await sealedIn(site)) - from.size) / seconds };
}
