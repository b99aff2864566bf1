import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, Queue, withBackend, Worker, type PgPool, type Processor } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { Pool, type Client } from 'pg';
import type { Config } from '../config/config.schema.js';
import { GuardedClient, session, watched } from '../database/client.js';

/** One ring: "look at this lane". It carries no data; the work to do is a state in Postgres. */
export interface Ring {
  readonly lane: number;
  /** Past every mark of what is thought to be done. */
  readonly fromTheBeginning?: boolean;
}

type OnError = (error: Error) => void;

/** BullMQ behind the few calls that the hub makes, the same on PostgreSQL and on Redis. */
export interface Bells {
  add(ring: Ring): Promise<void>;
  work(lanes: number, look: (ring: Ring) => Promise<void>, onError: OnError): void;
  close(): Promise<void>;
}

export const QUEUE_NAME = 'dispatch';

/** Connections to PostgreSQL of one process for its rings: four that ring, four that work, one that listens. */
const POOL_SIZE = 9;

/** Milliseconds that a stop gives BullMQ to say farewell: beside a Redis that says nothing it would wait for as long as it is let. */
const FAREWELL_MS = 2000;

/** Milliseconds until what failed is tried again: a connection, or a worker's question for work. */
const AGAIN_MS = 500;

/**
 * Milliseconds until the bell of a worker that died with it in hand rings again: those of its lane stand behind it. With BullMQ's own 30 s and
 * 30 s between looks every record waited 56 s long for the sweeper, five seconds each. A process that lives renews its locks; one that stood still
 * for longer has its lane looked at once more.
 */
export const deadBells = { lockDuration: 6000, stalledInterval: 3000, maxStalledCount: 1000 } as const;

const kept = { removeOnComplete: true, removeOnFail: true } as const;

// Of each kind one waiting and one active job a lane at most; what rings while the lane is being looked at makes one more look.
const once = ({ lane, fromTheBeginning }: Ring): object => ({
  ...kept,
  deduplication: { id: `lane-${lane}${fromTheBeginning ? '-whole' : ''}`, keepLastIfActive: true },
});

/** @param url where BullMQ keeps its jobs: the settings' queue.url, or the application's database */
export function openBells(config: Config, databaseUrl: string, onError: OnError): Bells {
  const { url } = config.queue;
  return bells(
    url ? onRedis(url, onError) : onPostgres(databaseUrl, config.database.connectTimeoutMs),
    onError,
  );
}

interface Opened {
  on(event: 'error', listener: OnError): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}
interface AnyQueue extends Opened {
  add(name: string, data: Ring, options: object): Promise<unknown>;
}
interface AnyWorker extends Opened {
  run(): Promise<void>;
}

/** Where BullMQ keeps its jobs. */
interface Store {
  /** Fails where it cannot be reached. */
  probe(): Promise<unknown>;
  queue(): AnyQueue;
  /** A worker that does not run yet. */
  worker(look: Processor<Ring>, concurrency: number): AnyWorker;
  /** Whether a worker waits for its first connection by itself, for as long as it takes. */
  readonly workerWaits: boolean;
  end(): Promise<void>;
}

/**
 * Tells of a connection that failed after a pause. BullMQ's worker asks again at once, and each question is a process more for a server
 * that refuses connections because it has too many.
 */
class PatientClient extends GuardedClient {
  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | void {
    if (!callback) return super.connect();
    super.connect((error: Error) => {
      if (error) setTimeout(callback, AGAIN_MS, error);
      else callback(error);
    });
  }
}

/**
 * Has a worker's question for work that failed tell so after a pause. BullMQ asks again at once, 6,300 times a second where a Redis refused it
 * (READONLY after a failover, NOPERM, OOM).
 */
function patient<Made extends AnyWorker>(worker: Made): Made {
  const asking = worker as unknown as { moveToActive(...asked: unknown[]): Promise<unknown> };
  const ask = asking.moveToActive.bind(worker);
  asking.moveToActive = async (...asked) => {
    try {
      return await ask(...asked);
    } catch (error) {
      await sleep(AGAIN_MS);
      throw error;
    }
  };
  return worker;
}

function onPostgres(url: string, connectTimeoutMs: number): Store {
  const bullmq = withBackend(createPostgresBackend);
  // The pool is ours, as BullMQ listens on a bare pg.Client otherwise: one whose server goes down in the moment it has signed in
  // has no listener yet for the server's last word, and ends the process.
  const pool = new Pool({
    connectionString: url,
    // A ring that a server's crash loses is rung again: no ring waits for the disk.
    options: `${session} -c synchronous_commit=off -c search_path=bullmq`,
    max: POOL_SIZE,
    application_name: 'stafett-queue',
    connectionTimeoutMillis: connectTimeoutMs,
    ...watched,
    Client: PatientClient,
  });
  // An idle connection that breaks is replaced; a ring or a probe that fails by it tells.
  pool.on('error', () => undefined);
  // Which parameters a statement may have is all that pg's types and BullMQ's say differently of it.
  const connection = pool as unknown as PgPool;
  return {
    probe: () => pool.query('select'),
    queue: () => new bullmq.Queue<Ring>(QUEUE_NAME, { connection }),
    worker: (look, concurrency) =>
      patient(
        new bullmq.Worker<Ring>(QUEUE_NAME, look, { connection, concurrency, autorun: false, ...deadBells }),
      ),
    workerWaits: false,
    end: () => pool.end(),
  };
}

/** BullMQ's worker waits on a copy of its connection, which it closes no sooner than Redis has answered; ours closes both. */
class WaitingRedis extends Redis {
  private readonly copies: Redis[] = [];

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.copies.push(copy);
    return copy;
  }

  override disconnect(reconnect = false): void {
    super.disconnect(reconnect);
    if (reconnect) return;
    for (const copy of this.copies) if (copy.status !== 'end') copy.disconnect();
  }
}

function onRedis(url: string, onError: OnError): Store {
  // A ring into a Redis that is away fails after one try to connect again: the sweeper rings again. Only the worker waits.
  const ringing = new Redis(url, {
    maxRetriesPerRequest: 1,
    connectTimeout: 2000,
  });
  const waiting = new WaitingRedis(url, { maxRetriesPerRequest: null });
  for (const redis of [ringing, waiting]) redis.on('error', onError);
  return {
    probe: () => ringing.ping(),
    queue: () => new Queue<Ring>(QUEUE_NAME, { connection: ringing, skipWaitingForReady: true }),
    worker: (look, concurrency) =>
      patient(
        new Worker<Ring>(QUEUE_NAME, look, {
          connection: waiting,
          concurrency,
          autorun: false,
          ...deadBells,
        }),
      ),
    workerWaits: true,
    end: () => {
      ringing.disconnect();
      waiting.disconnect();
      return Promise.resolve();
    },
  };
}

function bells(store: Store, onError: OnError): Bells {
  const closing = new AbortController();
  /**
   * Opens a queue or a worker, as often as it takes. BullMQ remembers a first connection that failed for as long as the object lives: a
   * queue never rings then, and a worker on PostgreSQL asks again and again, and nothing else in the process has its turn any more. Nor
   * does a connection forget an object that was made for it, so none is made as long as there is nobody to connect to.
   */
  async function open<T extends Opened>(
    make: () => T,
    waits: boolean,
    onError: OnError,
  ): Promise<T | undefined> {
    for (; !closing.signal.aborted; await sleep(AGAIN_MS, undefined, closing).catch(() => undefined)) {
      let made: T | undefined;
      try {
        await store.probe();
        made = make();
        made.on('error', onError);
        if (!waits) await made.waitUntilReady();
        return made;
      } catch (error) {
        onError(error as Error);
        await made?.close().catch(onError);
      }
    }
    return undefined;
  }

  let queue: AnyQueue | undefined;
  const opening = open(() => store.queue(), false, onError).then((opened) => (queue = opened));
  let working: Promise<AnyWorker | undefined> | undefined;
  return {
    add: async (ring) => {
      if (!queue) throw new Error('the queue of rings is not open yet');
      await queue.add('look', ring, once(ring));
    },
    work: (lanes, look, onError) => {
      const worker = (): AnyWorker => store.worker(async (job) => look(job.data), lanes);
      working = open(worker, store.workerWaits, onError);
      void working.then((opened) => opened?.run()).catch(onError);
    },
    close: async () => {
      closing.abort();
      const farewell = async (): Promise<void> => {
        await (await working)?.close();
        await (await opening)?.close();
      };
      const over = new AbortController();
      await Promise.race([
        farewell().catch(onError),
        sleep(FAREWELL_MS, undefined, over).catch(() => undefined),
      ]);
      over.abort();
      await store.end();
    },
  };
}
