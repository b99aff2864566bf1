import type { Figure } from '../figure.js';
import { percentile, rounded } from '../maths.js';
import { drain } from '../load/drain.js';
import { pushRecords } from '../load/push.js';
import type { Site } from '../site.js';

/** More than a slice takes out, by the aim. What ingest left behind counts. */
const BACKLOG_PER_SECOND = 12_000;

export const pull: Figure = {
  name: 'pull',
  what: 'pages of 500, opened, audited, acknowledged; records/s over floor',
  must: 2,
  aim: 4,
  async measure(bench) {
    const site = await bench.main();
    const times: number[] = [];
    const result = await bench.againstFloor('pull', async () => {
      const drained = await pullSlice(site, bench.options.seconds);
      for (const time of drained.times) times.push(time);
      return drained.records / drained.seconds;
    });
    return { ...result, p50: rounded(percentile(times, 0.5)), p99: rounded(percentile(times, 0.99)) };
  },
};

/** Pulls from inboxes that hold more than can be pulled in the time. */
export async function pullSlice(site: Site, seconds: number): ReturnType<typeof drain> {
  const missing = BACKLOG_PER_SECOND * seconds - site.ledger.outstanding;
  if (missing > 0) await pushRecords(site, missing);
  return drain(site, seconds);
}
