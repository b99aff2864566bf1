import { setTimeout as sleep } from 'node:timers/promises';
import { agencies } from '../support/agencies.js';
import { asAdmin } from '../support/database.js';
import { killOne, ofServer, ofSessions, pauseOne } from './support/disturbances.js';
import { CrashPostgres } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { Chance, isLong, loadSeconds } from './support/random.js';
import { RawClient } from './support/raw.js';
import type { Sender } from './support/sender.js';
import { crashSuite, PATIENCE_MS } from './support/suite.js';
import { byWorker, type World } from './support/world.js';

const suite = crashSuite(() => CrashPostgres.start());

/** Short limits, so that a test sees a 503 in seconds and not in half a minute. A start must not fail by them. */
const settings = { database: { poolSize: 8, connectTimeoutMs: 1000, statementTimeoutMs: 2000 } };
const two = (): Promise<World> =>
  suite.shared([
    { name: 'a', settings, restarts: 3 },
    { name: 'b', settings: { ...settings, ...byWorker }, restarts: 3 },
  ]);
const third = (): Promise<void> => sleep(loadSeconds() * 333);

/** Whether all that failed was told to be tried again, and nothing hung until the client lost patience. */
function allTold(senders: readonly Sender[]): void {
  const why = [...new Set(senders.flatMap(({ failures }) => [...failures.keys()]))];
  for (const each of why) expect(each).toMatch(/^(503 (unavailable|busy)|ECONNRESET|UND_ERR_SOCKET)$/);
}

it.each(['fast', 'immediate'] as const)(
  'loses nothing when PostgreSQL is restarted in the middle, with a shutdown that is %s',
  async (how) => {
    const world = await two();
    world.traffic();
    await third();
    await suite.databases.stopServer(how);
    await third();
    await suite.databases.startServer();
    await third();
    expect(await world.verdict()).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  'loses nothing when connections to PostgreSQL go silent without closing, and are cut',
  async () => {
    const world = await two();
    const { proxy } = suite.databases;
    // Nobody need wait longer than for a connection, a statement and the 5 s after which the hub gives up on the server.
    const senders = world.traffic({ timeoutMs: 15_000 }, { timeoutMs: 15_000 });
    try {
      await third();
      proxy.set('frozen');
      await sleep(isLong() ? 12_000 : 2500);
      proxy.cut();
      proxy.set('open');
      await third();
      // COMMIT arrives, its answer does not.
      proxy.set('deaf');
      await sleep(300);
      proxy.cut();
    } finally {
      proxy.set('open');
    }
    expect(await world.verdict()).toEqual([]);
    allTold(senders);
  },
  PATIENCE_MS,
);

it(
  'loses nothing when connections of clients are cut, go silent, or keep the answers to themselves',
  async () => {
    const chance = new Chance(suite.seed);
    const world = await two();
    const proxy = await Proxy.start(world.hub('a').port);
    try {
      const through = [world.through(proxy, world.hub('a')), world.hub('b')];
      world.traffic({ timeoutMs: 1500 }, { timeoutMs: 2500 }, through);
      const until = performance.now() + loadSeconds() * 1000;
      while (performance.now() < until) {
        await sleep(chance.between(50, 400));
        proxy.set(chance.one(['frozen', 'deaf', 'refusing', 'open']), chance.one([0, 0, 30]));
        await sleep(chance.between(50, 400));
        if (chance.next() < 0.7) proxy.cut();
        proxy.set('open');
      }
      expect(await world.verdict()).toEqual([]);
    } finally {
      await proxy.stop();
    }
  },
  PATIENCE_MS,
);

const fillable = ['intake.insert-bodies', 'transfers.insert', 'audit.append-entries', 'inbox.collect'];

// Each costs a start of a hub: in `npm test` chance takes one.
it.each(isLong() ? fillable : [new Chance(suite.seed).one(fillable)])(
  'answers 503, does nothing by halves and goes on by itself when the disk is full at %s and then is not',
  async (statement) => {
    const world = await two();
    const a = world.hub('a');
    await a.kill();
    await a.start(`fail-53100:before:${statement}:3-25`);
    const senders = world.traffic({ timeoutMs: 10_000 }, { timeoutMs: 10_000 }, [a]);
    do await third();
    while (a.linesWith('fault-point failed').length === 0);
    await third();
    expect(await world.verdict()).toEqual([]);
    allTold(senders);
  },
  PATIENCE_MS,
);

it(
  'answers 503 and loses nothing when every connection waits behind a lock',
  async () => {
    const world = await two();
    const senders = world.traffic({ timeoutMs: 15_000, streams: 12 }, { timeoutMs: 15_000 });
    await third();
    await asAdmin(suite.databases.superUrl(world.databaseUrl), async (admin) => {
      await admin.query('begin; lock table stafett.record, stafett.transfer in access exclusive mode');
      await sleep(5000);
      await admin.query('rollback');
    });
    await third();
    expect(await world.verdict()).toEqual([]);
    allTold(senders);
    expect(senders.some(({ failures }) => failures.has('503 unavailable'))).toBe(true);
  },
  PATIENCE_MS,
);

const single = Object.entries({
  'a process stands still in the middle of its work and goes on': pauseOne,
  ...ofSessions,
});
it.each(isLong() ? single : [new Chance(suite.seed).one(single)])(
  'loses nothing when %s',
  async (_, disturb) => {
    const chance = new Chance(suite.seed);
    const world = await two();
    const senders = world.traffic({ timeoutMs: 15_000 }, { timeoutMs: 15_000 });
    let hit = 0;
    for (const until = performance.now() + loadSeconds() * 1000; performance.now() < until || hit === 0;) {
      await third();
      hit += await disturb({ world, databases: suite.databases, chance });
    }
    expect(await world.verdict()).toEqual([]);
    allTold(senders);
  },
  PATIENCE_MS,
);

if (isLong())
  it(
    'loses nothing when processes are killed and stand still while the server has troubles of its own',
    async () => {
      const chance = new Chance(suite.seed);
      const world = await suite.own(
        [{ name: 'a' }, { name: 'b' }, { name: 'c', roles: 'worker,scheduler' }].map((wish) => ({
          ...wish,
          settings,
          restarts: 100,
        })),
      );
      const scene = { world, databases: suite.databases, chance };
      const others = Object.values({ ...ofSessions, ...ofServer });
      world.traffic({ timeoutMs: 15_000 }, { timeoutMs: 15_000 });
      for (const until = performance.now() + loadSeconds() * 5000; performance.now() < until;) {
        await sleep(chance.between(200, 2000));
        await Promise.all([chance.one([killOne, pauseOne])(scene), chance.one(others)(scene)]);
      }
      expect(await world.verdict()).toEqual([]);
    },
    PATIENCE_MS + loadSeconds() * 10_000,
  );

// These two last: the first sends a thousand records, in the second each page is an act, and every check reads all of that again.
it(
  'goes on serving others while clients never read their answers, and what those sent is there entirely or not at all',
  async () => {
    const world = await two();
    const a = world.hub('a');
    const others = world.traffic({ timeoutMs: 10_000 }, { timeoutMs: 10_000 }, [a]);
    const silent = world.sender(agencies.school, {}, [a]);
    const clients = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const client = await RawClient.open(a);
        const { body, request, token } = silent.begin(1 + i * 5);
        client.begin('/v1/records', await token, body, Infinity);
        return { client, request };
      }),
    );
    await third();
    for (const { client, request } of clients) {
      client.leave();
      silent.end(request, undefined, 'never read');
    }
    await third();
    expect(await world.verdict()).toEqual([]);
    allTold(others);
  },
  PATIENCE_MS,
);

it(
  'gives each of several pullers on one inbox everything, in order, through any process',
  async () => {
    const world = await two();
    world.traffic();
    for (const how of ['cursor', 'cursor', 'open', 'open'] as const)
      world.reader(agencies.ot, { how, limit: how === 'open' ? 15 : 60 }).start();
    await sleep(loadSeconds() * 1000);
    expect(await world.verdict()).toEqual([]);
  },
  PATIENCE_MS,
);
