import type { Bench } from '../bench.js';
import type { Figure } from '../figure.js';
import { pushOnSchedule } from '../load/push.js';
import { relay, relaySlice } from '../load/relay.js';
import { percentile, rounded } from '../maths.js';

const CONNECTIONS = 64;

export const latency: Figure = {
  name: 'latency',
  what: 'POST due → record in the hands of a long-polling recipient, in ms, at half of endToEnd’s rate',
  must: { p50: 25, p99: 150 },
  aim: { p50: 12, p99: 60 },
  async measure(bench) {
    const site = await bench.relay();
    const perSecond = (await endToEndRate(bench)) / 2;
    const seconds = bench.options.seconds * bench.options.rounds;
    const dueAt = new Map<number, number>();
    const times: number[] = [];
    bench.say('latency');
    await relay(
      site,
      () =>
        pushOnSchedule(site, { perSecond, seconds, connections: CONNECTIONS }, (number, due) => {
          dueAt.set(number, due);
        }),
      (numbers, at) => {
        for (const number of numbers) times.push(at - (dueAt.get(number) ?? NaN));
      },
    );
    return {
      perSecond: rounded(perSecond),
      p50: rounded(percentile(times, 0.5)),
      p99: rounded(percentile(times, 0.99)),
    };
  },
};

/** What endToEnd came to earlier in this run; with --only latency, what one slice of it comes to. */
async function endToEndRate(bench: Bench): Promise<number> {
  const known = bench.measured('endToEnd');
  if (known !== undefined) return known;
  return (await relaySlice(await bench.relay(), bench.options.seconds)).rate;
}
