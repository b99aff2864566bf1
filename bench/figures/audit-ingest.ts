import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Figure } from '../figure.js';
import { push } from '../load/push.js';
import { entriesIn, entriesOf, makeWaiting, sealedIn } from '../load/waiting-entries.js';
import { percentile } from '../maths.js';
import type { Site } from '../site.js';

/** The hundredth request of a slice is chance; the median of so many pairs for each round is less so. */
const PAIRS = 2;
/** Sealing goes on sooner, where there is anything to seal. */
const GOING_MS = 2000;

export const auditIngest: Figure = {
  name: 'audit.ingest',
  what: 'p99 of ingest.single while a million entries wait and are sealed, over p99 with none waiting',
  must: { moves: 1.1 },
  aim: { moves: 1.05 },
  async measure(bench) {
    const { seconds, rounds, records } = bench.options;
    const none = await bench.site({ database: 'none_waiting' });
    const waiting = await bench.site({ database: 'many_waiting' }, async (site) => {
      bench.say('audit.ingest: making entries');
      await site.withoutHub(() => makeWaiting(site, entriesOf(records)));
    });
    const sealing = new Sealing(await bench.postgres.connect('many_waiting'));
    await sealing.hold();
    const p99 = async (site: Site): Promise<number> =>
      percentile((await push(site, { connections: 64, perRequest: 1, seconds })).times, 0.99);
    const { perSecond: ms, ratio } = await bench.pairwise(
      'audit.ingest',
      async () => {
        const result = await p99(none);
        await none.quiet();
        return result;
      },
      async () => {
        await sealing.goOn();
        const result = await p99(waiting);
        await sealing.hold();
        await waiting.quiet();
        return result;
      },
      rounds * PAIRS,
    );
    const left = (await entriesIn(waiting)) - (await sealedIn(waiting));
    await sealing.end();
    for (const site of [none, waiting]) await bench.finish(site);
    return { moves: ratio, p99: ms, left };
  },
};

/**
 * Holds the sealing of one hub up while the other, which shares the machine, is measured: its sequencer waits for a lock on the
 * table of leaves meanwhile, and does nothing.
 */
class Sealing {
  constructor(private readonly client: Client) {}

  async hold(): Promise<void> {
    await this.client.query('begin; lock table stafett.audit_leaf in exclusive mode');
  }

  /** Waits until the sequencer has noticed. */
  async goOn(): Promise<void> {
    await this.client.query('commit');
    const before = await this.leaves();
    for (const until = performance.now() + GOING_MS; performance.now() < until; await sleep(5))
      if ((await this.leaves()) > before) return;
  }

  async end(): Promise<void> {
    await this.client.query('commit');
    await this.client.end();
  }

  private async leaves(): Promise<number> {
    const { rows } = await this.client.query<{ n: string }>(
      'select coalesce(max(leaf_index), 0) as n from stafett.audit_leaf',
    );
    return Number(rows[0]?.n);
  }
}
