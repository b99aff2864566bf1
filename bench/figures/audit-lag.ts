import type { Figure } from '../figure.js';
import { CheckpointWatch } from '../load/checkpoint-watch.js';
import { pushOnSchedule } from '../load/push.js';
import { relay } from '../load/relay.js';
import { entriesIn } from '../load/waiting-entries.js';
import { percentile, rounded } from '../maths.js';
import { endToEndRate } from './end-to-end.js';

const CONNECTIONS = 64;

const lastNo = 'select coalesce(max(no), 0) as no from stafett.audit_entry';
/** An entry's time is the beginning of its transaction: what the act itself takes counts. */
const placesAfter = `select l.leaf_index as index, extract(epoch from e.at)::float8 * 1000 as at
  from stafett.audit_entry e left join stafett.audit_leaf l on l.entry_no = e.no where e.no > $1`;

export const auditLag: Figure = {
  name: 'audit.lag',
  what: 'act → covered by a signed checkpoint, in ms, at half of endToEnd’s rate',
  must: { p99: 2000 },
  aim: { p99: 1200 },
  async measure(bench) {
    const site = await bench.relay();
    const perSecond = (await endToEndRate(bench)) / 2;
    const seconds = bench.options.seconds * bench.options.rounds;
    await site.prepare();
    const [before] = await site.sql<{ no: string }>(lastNo);
    bench.say('audit.lag');
    const watch = await CheckpointWatch.begin(site);
    try {
      await relay(site, () =>
        pushOnSchedule(site, { perSecond, seconds, connections: CONNECTIONS }, () => undefined),
      );
      await watch.until(await entriesIn(site));
    } finally {
      await watch.end();
    }
    const places = await site.sql<{ index: string | null; at: number }>(placesAfter, [before?.no]);
    const lags = places.map(({ index, at }) => watch.coveredAt(Number(index ?? NaN)) - at);
    return {
      perSecond: rounded(perSecond),
      p50: rounded(percentile(lags, 0.5)),
      p99: rounded(percentile(lags, 0.99)),
    };
  },
};
