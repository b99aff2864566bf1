import { relayOptions } from '../bench.js';
import type { Figure } from '../figure.js';
import { catchUp } from '../load/catch-up.js';
import { relaySlice } from '../load/relay.js';

/** An old transaction has an id and a snapshot: nothing that dies after it can be cleaned away. */
const holdSnapshot = `
begin isolation level repeatable read;
select pg_current_xact_id(), count(*) from stafett.record;`;

export const heldSnapshot: Figure = {
  name: 'heldSnapshot',
  what: 'endToEnd while another session keeps one old transaction open all along, over without',
  must: 0.8,
  aim: 0.95,
  async measure(bench) {
    const { seconds } = bench.options;
    const without = await bench.relay();
    const held = await bench.site(relayOptions('held'), async (site) => {
      await site.quiet();
      // Left open: it goes with the database.
      const session = await bench.postgres.connect('held');
      await session.query(holdSnapshot);
    });
    bench.say('heldSnapshot');
    await catchUp(held, without);
    const result = await bench.pairwise(
      'heldSnapshot',
      async () => (await relaySlice(without, seconds)).rate,
      async () => (await relaySlice(held, seconds)).rate,
    );
    await bench.finish(held);
    return result;
  },
};
