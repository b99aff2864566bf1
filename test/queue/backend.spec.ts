import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { deadBells, openBells, QUEUE_NAME, type Bells, type Ring } from '../../src/queue/backend.js';
import type { Config } from '../../src/config/config.schema.js';
import { testConfig } from '../support/hub.js';
import { portToKeep } from '../support/ports.js';
import { Proxy } from '../crash/support/proxy.js';
import { asAdmin, createDatabase, elsewhere, type TestDatabase } from '../support/database.js';
import { hasRedis, startRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** PostgreSQL says that a connection may be used (ReadyForQuery, idle), and that it goes down (ErrorResponse, FATAL 57P01). */
const ready = Buffer.from('Z\0\0\0\x05I', 'latin1');
const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mgoing down\0\0', 'latin1');
const goingDown = Buffer.concat([Buffer.from('E\0\0\0', 'latin1'), Buffer.of(fields.length + 4), fields]);

let database: TestDatabase;
let server: Server;
/** Whether the server's last word comes together with its first, and how many connections have had it. */
let down = true;
let ended = 0;

beforeAll(async () => {
  database = await createDatabase();
  const { hostname, port } = new URL(database.appUrl);
  server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      from.on('error', () => undefined).on('close', () => to.destroy());
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (!down || !bytes.subarray(-ready.length).equals(ready)) return client.write(bytes);
      ended += 1;
      return client.end(Buffer.concat([bytes, goingDown]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await database.drop();
});

/** The database's address, with the server above in front of it. */
function throughTheDoor(): string {
  const url = new URL(database.appUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return url.href;
}

const rung = (bells: Bells, ring: Ring): Promise<boolean> =>
  bells.add(ring).then(
    () => true,
    () => false,
  );

it('outlives a server that goes down in the moment a connection has signed in, and rings once it is back', async () => {
  const looks: Ring[] = [];
  const bells = openBells(testConfig('unused'), throughTheDoor(), () => undefined);
  try {
    bells.work(
      4,
      (ring) => Promise.resolve(void looks.push(ring)),
      () => undefined,
    );
    await until(() => ended > 3);
    await expect(bells.add({ lane: 1 })).rejects.toThrow('not open yet');
    down = false;
    await until(() => rung(bells, { lane: 2 }));
    await until(() => looks.some(({ lane }) => lane === 2));

    // Again, with a worker that runs already.
    down = true;
    ended = 0;
    await asAdmin(database.superUrl, (admin) =>
      admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = $1 and application_name <> '' and pid <> pg_backend_pid()`,
        [database.name],
      ),
    );
    await until(() => ended > 3);
    down = false;
    await until(() => rung(bells, { lane: 3, fromTheBeginning: true }));
    await until(() => looks.some(({ lane, fromTheBeginning }) => lane === 3 && fromTheBeginning === true));
  } finally {
    await bells.close();
  }
}, 60_000);

it('closes while its first connection is refused', async () => {
  down = true;
  ended = 0;
  const bells = openBells(testConfig('unused'), throughTheDoor(), () => undefined);
  bells.work(
    4,
    () => Promise.resolve(),
    () => undefined,
  );
  await until(() => ended > 3);
  await bells.close();
});

it('asks a server that refuses a second connection twice a second, not as fast as it can', async () => {
  const limit = (connections: number): Promise<unknown> =>
    asAdmin(elsewhere(database.superUrl, 'postgres'), (admin) =>
      admin.query(`alter database ${database.name} connection limit ${connections}`),
    );
  await limit(1);
  const failed: Error[] = [];
  const bells = openBells(testConfig('unused'), database.appUrl, () => undefined);
  bells.work(
    4,
    () => Promise.resolve(),
    (error) => failed.push(error),
  );
  try {
    await until(() => failed.length > 0);
    await sleep(1000);
    expect(failed.length).toBeLessThan(5);
  } finally {
    await limit(-1);
    await bells.close();
  }
}, 30_000);

(hasRedis ? it : it.skip)(
  'rings on a Redis that came up after it',
  async () => {
    const port = await portToKeep();
    const looks: Ring[] = [];
    const failed: Error[] = [];
    const bells = openBells(onRedis(`redis://127.0.0.1:${port}`), 'unused', (error) => failed.push(error));
    bells.work(
      4,
      (ring) => Promise.resolve(void looks.push(ring)),
      () => undefined,
    );
    await until(() => failed.some(({ message }) => message.includes('max retries')));
    await expect(bells.add({ lane: 1 })).rejects.toThrow('not open yet');
    const redis = await startRedis(port);
    try {
      await until(() => rung(bells, { lane: 2 }));
      await until(() => looks.some(({ lane }) => lane === 2));
    } finally {
      await bells.close();
      await redis.stop();
    }
  },
  30_000,
);

const nobody = (): void => undefined;
const onRedis = (url: string): Config => {
  const config = testConfig('unused');
  return { ...config, queue: { ...config.queue, url } };
};

/** What this worker has taken stays taken, as if its process had been killed: its lock is renewed by nobody. */
async function diesWithTheBell(worker: Pick<Worker<Ring>, 'getNextJob'>, bells: Bells): Promise<void> {
  await until(() => rung(bells, { lane: 1 }));
  await until(async () => (await worker.getNextJob('dead'))?.data.lane === 1);
  // It stands behind the one in the dead worker's hand.
  await bells.add({ lane: 1 });
  const looks: Ring[] = [];
  bells.work(4, (ring) => Promise.resolve(void looks.push(ring)), nobody);
  await until(() => looks.some(({ lane }) => lane === 1), 15);
}

it('on PostgreSQL a bell that died in the hand of its worker rings again within 9 s', async () => {
  const connection = { connectionString: database.appUrl, options: '-c search_path=bullmq' };
  const dead = new (withBackend(createPostgresBackend).Worker)<Ring>(QUEUE_NAME, undefined, {
    connection,
    autorun: false,
    ...deadBells,
  });
  const bells = openBells(testConfig('unused'), database.appUrl, nobody);
  try {
    await diesWithTheBell(dead, bells);
  } finally {
    await bells.close();
    await dead.close();
  }
});

(hasRedis ? describe : describe.skip)('on Redis', () => {
  it('a bell that died in the hand of its worker rings again within 9 s', async () => {
    const redis = await startRedis();
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const dead = new Worker<Ring>(QUEUE_NAME, undefined, { connection, autorun: false, ...deadBells });
    const bells = openBells(onRedis(redis.url), 'unused', nobody);
    try {
      await diesWithTheBell(dead, bells);
    } finally {
      await bells.close();
      await dead.close();
      connection.disconnect();
      await redis.stop();
    }
  });

  it('asks one that refuses it a few times a second, not as fast as it can, and hears its bells once it is mended', async () => {
    const redis = await startRedis();
    const admin = new Redis(redis.url);
    const rights = (rule: string): Promise<unknown> => admin.acl('SETUSER', 'default', rule, '+acl', '+ping');
    const looks: Ring[] = [];
    const failed: Error[] = [];
    const bells = openBells(onRedis(redis.url), 'unused', nobody);
    // In the middle of a look, when its worker does not wait for the next ring: it would wait for its next question then, too.
    const look = async (ring: Ring): Promise<void> => {
      looks.push(ring);
      if (looks.length === 1) await rights('-@all');
    };
    bells.work(4, look, (error) => failed.push(error));
    try {
      await until(() => rung(bells, { lane: 1 }));
      await until(() => failed.some(({ message }) => message.includes('NOPERM')));
      failed.length = 0;
      await sleep(2000);
      expect(failed.length).toBeLessThan(40);
      await rights('+@all');
      await until(() => rung(bells, { lane: 2 }));
      await until(() => looks.some(({ lane }) => lane === 2), 5);
    } finally {
      await bells.close();
      admin.disconnect();
      await redis.stop();
    }
  });

  it('closes within seconds beside one that says nothing, whether it ever spoke or not', async () => {
    const redis = await startRedis();
    const proxy = await Proxy.start(Number(new URL(redis.url).port));
    const config = onRedis(`redis://127.0.0.1:${proxy.port}`);
    const opened = (): Bells => {
      const bells = openBells(config, 'unused', nobody);
      bells.work(4, () => Promise.resolve(), nobody);
      return bells;
    };
    try {
      const spoken = opened();
      await until(() => rung(spoken, { lane: 1 }));
      proxy.set('frozen');
      const silent = opened();
      await sleep(200);
      const asked = performance.now();
      await Promise.all([spoken.close(), silent.close()]);
      expect(performance.now() - asked).toBeLessThan(4000);
    } finally {
      await proxy.stop();
      await redis.stop();
    }
  });
});
