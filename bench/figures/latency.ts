import type { Figure } from '../figure.js';
import { pushOnSchedule } from '../load/push.js';
import { relay } from '../load/relay.js';
import { percentile, rounded } from '../maths.js';
import { endToEndRate } from './end-to-end.js';

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
