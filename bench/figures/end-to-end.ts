import type { Bench } from '../bench.js';
import type { Figure } from '../figure.js';
import { relaySlice } from '../load/relay.js';
import { percentile, rounded } from '../maths.js';

export const endToEnd: Figure = {
  name: 'endToEnd',
  what: 'sustained single ingest with dispatch and two pullers keeping up, over floor',
  must: 0.6,
  aim: 0.8,
  async measure(bench) {
    const site = await bench.relay();
    const times: number[] = [];
    const result = await bench.againstFloor('endToEnd', async () => {
      const { rate, times: some } = await relaySlice(site, bench.options.seconds);
      for (const time of some) times.push(time);
      return rate;
    });
    return { ...result, p50: rounded(percentile(times, 0.5)), p99: rounded(percentile(times, 0.99)) };
  },
};

/** What endToEnd came to earlier in this run; without it, what one slice comes to. */
export async function endToEndRate(bench: Bench): Promise<number> {
  const known = bench.measured('endToEnd');
  if (known !== undefined) return known;
  return (await relaySlice(await bench.relay(), bench.options.seconds)).rate;
}
