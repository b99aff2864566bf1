import { relayOptions } from '../bench.js';
import type { Figure } from '../figure.js';
import { hasRedis, startRedis } from '../hub/redis.js';
import { relaySlice } from '../load/relay.js';

export const redis: Figure = {
  name: 'redis',
  what: 'endToEnd with the queue on Redis over endToEnd with the queue on Postgres (only told)',
  must: null,
  aim: null,
  async measure(bench) {
    if (!hasRedis()) return { skipped: 'redis-server is not installed' };
    const { seconds } = bench.options;
    const queueUrl = await startRedis(bench.postgres.folder, bench.cleanup);
    const onPostgres = await bench.relay();
    const onRedis = await bench.site({ ...relayOptions('on_redis'), queueUrl });
    const result = await bench.pairwise(
      'redis',
      async () => (await relaySlice(onPostgres, seconds)).rate,
      async () => (await relaySlice(onRedis, seconds)).rate,
    );
    await bench.finish(onRedis);
    return result;
  },
};
