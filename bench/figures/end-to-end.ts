import type { Figure } from '../figure.js';
import { rounded, percentile } from '../maths.js';
import { follow, untilAllArrived } from '../load/drain.js';
import { push } from '../load/push.js';
import type { Site } from '../site.js';
import { setTimeout as sleep } from 'node:timers/promises';

/** The two recipients' systems that keep up with the senders. */
export const PULLERS = 2;

export const endToEnd: Figure = {
  name: 'endToEnd',
  what: 'sustained single ingest with dispatch and two pullers keeping up, over floor',
  must: 0.6,
  aim: 0.8,
  async measure(bench) {
    const site = await bench.site({ database: 'relay', inboxes: PULLERS });
    const times: number[] = [];
    const result = await bench.againstFloor('endToEnd', async () => {
      const { rate, times: some } = await relaySlice(site, bench.options.seconds);
      for (const time of some) times.push(time);
      return rate;
    });
    return { ...result, p50: rounded(percentile(times, 0.5)), p99: rounded(percentile(times, 0.99)) };
  },
};

/**
 * 64 connections push single records while two recipients long-poll and acknowledge. The clock stops when the last accepted record has
 * been handed out and acknowledged: what the pullers are behind with at the end costs time.
 */
export async function relaySlice(
  site: Site,
  seconds: number,
): Promise<{ rate: number; times: readonly number[] }> {
  await site.prepare();
  const before = site.ledger.accepted;
  let over = false;
  const start = performance.now();
  const following = follow(site.readers, () => over);
  try {
    const pushed = await Promise.race([
      push(site, { connections: 64, perRequest: 1, seconds }),
      following.then(() => Promise.reject(new Error('the readers stopped'))),
    ]);
    await Promise.race([untilAllArrived(site), following]);
    while (site.readers.some(({ unacknowledged }) => unacknowledged > 0)) await sleep(1);
    const elapsed = (performance.now() - start) / 1000;
    return { rate: (site.ledger.accepted - before) / elapsed, times: pushed.times };
  } finally {
    over = true;
    await following;
  }
}
