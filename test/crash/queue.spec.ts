import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { QUEUE_NAME } from '../../src/queue/backend.js';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.js';
import { Proxy } from './support/proxy.js';
import { isLong, loadSeconds } from './support/random.js';
import { crashSuite, PATIENCE_MS } from './support/suite.js';
import type { World } from './support/world.js';

const suite = crashSuite();
const third = (): Promise<void> => sleep(loadSeconds() * 333);
const HOUR = 3600;

/** `npm test` says what is skipped where redis-server is missing. */
(hasRedis ? describe : describe.skip)('with the doorbells on Redis', () => {
  let redis: TestRedis;
  let proxy: Proxy;

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await Proxy.start(Number(new URL(redis.url).port));
  });
  afterAll(async () => {
    await proxy.stop();
    await redis.stop();
  });
  afterEach(() => proxy.set('open'));

  const env = (): Record<string, string> => ({ QUEUE_URL: `redis://127.0.0.1:${proxy.port}` });
  const three = (): Promise<World> =>
    suite.shared([
      { name: 'api', roles: 'api', env: env() },
      { name: 'worker', roles: 'worker,scheduler', env: env() },
      { name: 'twin', roles: 'worker', env: env() },
    ]);

  it(
    'loses nothing when Redis loses everything, again and again',
    async () => {
      const world = await three();
      world.traffic();
      for (
        const until = performance.now() + loadSeconds() * 1000;
        performance.now() < until;
        await sleep(150)
      )
        await redis.flushAll();
      expect(await world.verdict()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'takes and delivers while Redis is away, and goes on when another one comes in its place',
    async () => {
      const world = await three();
      const senders = world.traffic();
      await third();
      await redis.stop();
      await sleep(isLong() ? 60_000 : 2500);
      const before = world.accepted;
      await third();
      expect(world.accepted).toBeGreaterThan(before);
      redis = await startRedis(Number(new URL(redis.url).port));
      await third();
      expect(await world.verdict()).toEqual([]);
      for (const { failures } of senders) expect([...failures]).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'takes and delivers while the connections to Redis are silent without being closed',
    async () => {
      const world = await three();
      const senders = world.traffic();
      await third();
      proxy.set('frozen');
      await sleep(isLong() ? 30_000 : 2500);
      proxy.cut();
      proxy.set('open');
      await third();
      expect(await world.verdict()).toEqual([]);
      for (const { failures } of senders) expect([...failures]).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'delivers once however often a bell rings, and whoever answers',
    async () => {
      const world = await three();
      world.traffic();
      const { port } = new URL(redis.url);
      const queue = new Queue(QUEUE_NAME, { connection: { host: '127.0.0.1', port: Number(port) } });
      for (const until = performance.now() + loadSeconds() * 1000; performance.now() < until; await sleep(20))
        await queue.addBulk(
          Array.from({ length: 10 }, () => ({
            name: 'look',
            data: { lane: 0 },
            opts: { removeOnComplete: true, removeOnFail: true },
          })),
        );
      await queue.close();
      expect(await world.verdict()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'finds what waits although no bell rings, when the clocks of its processes are two hours apart',
    async () => {
      const world = await suite.own([
        { name: 'late', roles: 'api', env: { ...env(), STAFETT_CLOCK_OFFSET_SECONDS: String(HOUR) } },
        { name: 'early', roles: 'worker', env: { ...env(), STAFETT_CLOCK_OFFSET_SECONDS: String(-HOUR) } },
      ]);
      proxy.set('refusing');
      proxy.cut();
      world.traffic();
      await sleep(loadSeconds() * 1000);
      expect(await world.verdict()).toEqual([]);
      expect(world.accepted).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

it(
  'keeps order and trail when one process’s clock is an hour ahead and the other’s an hour behind',
  async () => {
    const world = await suite.own(
      [HOUR, -HOUR].map((offset) => ({
        name: `clock${offset}`,
        env: { STAFETT_CLOCK_OFFSET_SECONDS: String(offset) },
      })),
    );
    world.traffic();
    await sleep(loadSeconds() * 1000);
    expect(await world.verdict()).toEqual([]);
    expect(world.accepted).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);
