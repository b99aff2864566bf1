import type { Figure } from '../figure.js';
import { percentile, rounded } from '../maths.js';
import { push } from '../load/push.js';

export const ingestBatch: Figure = {
  name: 'ingest.batch',
  what: '200 records a POST, 4 connections, over floor',
  must: 3.5,
  aim: 5,
  async measure(bench) {
    const site = await bench.main();
    const times: number[] = [];
    const result = await bench.againstFloor('ingest.batch', async () => {
      const pushed = await push(site, { connections: 4, perRequest: 200, seconds: bench.options.seconds });
      await site.quiet();
      for (const time of pushed.times) times.push(time);
      return pushed.records / pushed.seconds;
    });
    return { ...result, p50: rounded(percentile(times, 0.5)), p99: rounded(percentile(times, 0.99)) };
  },
};
