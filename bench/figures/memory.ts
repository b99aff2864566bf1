import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.js';
import { peakMiB, residentMiB } from '../hub/memory.js';
import { push } from '../load/push.js';

/** What the start has left is collected by then. */
const IDLE_MS = 3000;

export const memory: Figure = {
  name: 'memory',
  what: 'resident memory of the hub’s process: peak in ingest.batch, idle after start',
  must: { peakMiB: 400, idleMiB: 160 },
  aim: { peakMiB: 300, idleMiB: 130 },
  async measure(bench) {
    const site = await bench.coldSite({ database: 'memory' });
    const { pid } = site.hub;
    await sleep(IDLE_MS);
    const idle = residentMiB(pid);
    if (idle === undefined) return { skipped: 'this system does not tell the memory of a process' };
    bench.say('memory');
    const seconds = bench.options.seconds * 2;
    const peak = await peakMiB(pid, () => push(site, { connections: 4, perRequest: 200, seconds }));
    await bench.finish(site);
    return { peakMiB: Math.round(peak), idleMiB: Math.round(idle) };
  },
};
