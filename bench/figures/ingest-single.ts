import type { Figure } from '../figure.js';
import { percentile, rounded } from '../maths.js';
import { push } from '../load/push.js';

export const ingestSingle: Figure = {
  name: 'ingest.single',
  what: 'one record a POST, 64 connections, records/s over floor',
  must: 1.2,
  aim: 1.5,
  async measure(bench) {
    const site = await bench.main();
    const times: number[] = [];
    const result = await bench.againstFloor('ingest.single', async () => {
      const pushed = await push(site, { connections: 64, perRequest: 1, seconds: bench.options.seconds });
      await site.quiet();
      for (const time of pushed.times) times.push(time);
      return pushed.records / pushed.seconds;
    });
    return { ...result, p50: rounded(percentile(times, 0.5)), p99: rounded(percentile(times, 0.99)) };
  },
};
