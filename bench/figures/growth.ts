import type { Figure } from '../figure.js';
import { fill } from '../load/fill.js';
import { drain } from '../load/drain.js';
import { push, pushRecords } from '../load/push.js';
import { rounded } from '../maths.js';
import type { Site } from '../site.js';
import { pullSlice } from './pull.js';

/** Records that come through the hub and of which the others are copies. */
const TEMPLATES = 400;

export const growth: Figure = {
  name: 'growth',
  what: 'ingest.single and pull with 2,000,000 records in the database over the same with none',
  must: 0.85,
  aim: 0.95,
  async measure(bench) {
    const { records, seconds } = bench.options;
    const many = await bench.site({ database: 'large' }, async (site) => {
      await pushRecords(site, TEMPLATES);
      await drain(site);
      await site.withoutHub(() => fill(() => bench.postgres.connect('large'), records, bench.say));
    });
    // Last: it would grow cold while the records are made.
    const none = await bench.site({ database: 'small' });
    const single = await bench.pairwise(
      'growth ingest.single',
      () => ingestRate(none, seconds),
      () => ingestRate(many, seconds),
    );
    const pulled = await bench.pairwise(
      'growth pull',
      () => pullRate(none, seconds),
      () => pullRate(many, seconds),
    );
    for (const site of [none, many]) await bench.finish(site);
    return {
      ratio: rounded(Math.min(single.ratio, pulled.ratio)),
      ingestRatio: single.ratio,
      pullRatio: pulled.ratio,
      records,
    };
  },
};

async function ingestRate(site: Site, seconds: number): Promise<number> {
  const pushed = await push(site, { connections: 64, perRequest: 1, seconds });
  await site.quiet();
  return pushed.records / pushed.seconds;
}

async function pullRate(site: Site, seconds: number): Promise<number> {
  const drained = await pullSlice(site, seconds);
  return drained.records / drained.seconds;
}
