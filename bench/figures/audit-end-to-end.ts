import { relayOptions } from '../bench.js';
import type { Figure } from '../figure.js';
import { catchUp } from '../load/catch-up.js';
import { relaySlice } from '../load/relay.js';

export const auditEndToEnd: Figure = {
  name: 'audit.endToEnd',
  what: 'endToEnd with the log sealed, over endToEnd with sealing off',
  must: 0.8,
  aim: 0.95,
  async measure(bench) {
    const { seconds } = bench.options;
    const sealed = await bench.relay();
    const unsealed = await bench.site({ ...relayOptions('unsealed'), sealing: 'off' });
    bench.say('audit.endToEnd');
    await catchUp(unsealed, sealed);
    const result = await bench.pairwise(
      'audit.endToEnd',
      async () => (await relaySlice(unsealed, seconds)).rate,
      async () => (await relaySlice(sealed, seconds)).rate,
    );
    await bench.finish(unsealed);
    return result;
  },
};
