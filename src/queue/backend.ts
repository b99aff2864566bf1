import { createPostgresBackend, Queue, withBackend, Worker, type Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { Config } from '../config/config.schema.js';
import { GuardedClient } from '../database/client.js';

/** One ring: "look at this lane". It carries no data; the work to do is a state in Postgres. */
export interface Ring {
  readonly lane: number;
}

/** BullMQ behind the few calls that the hub makes, the same on PostgreSQL and on Redis. */
export interface Bells {
  add(lane: number): Promise<void>;
  work(lanes: number, look: (lane: number) => Promise<void>, onError: (error: Error) => void): void;
  close(): Promise<void>;
}

export const QUEUE_NAME = 'dispatch';

const kept = { removeOnComplete: true, removeOnFail: true } as const;

// One waiting and one active job a lane at most; what rings while the lane is being looked at makes one more look.
const once = (lane: number): object => ({
  ...kept,
  deduplication: { id: `lane-${lane}`, keepLastIfActive: true },
});

/** @param url where BullMQ keeps its jobs: the settings' queue.url, or the application's database */
export function openBells(config: Config, databaseUrl: string, onError: (error: Error) => void): Bells {
  return config.queue.url ? onRedis(config.queue.url, onError) : onPostgres(databaseUrl, onError);
}

function onPostgres(url: string, onError: (error: Error) => void): Bells {
  const bullmq = withBackend(createPostgresBackend);
  const connection = {
    connectionString: url,
    schema: 'bullmq',
    max: 4,
    application_name: 'stafett-queue',
    Client: GuardedClient,
  };
  const queue = new bullmq.Queue<Ring>(QUEUE_NAME, { connection });
  queue.on('error', onError);
  return bells(
    queue,
    (processor, concurrency) => new bullmq.Worker<Ring>(QUEUE_NAME, processor, { connection, concurrency }),
    () => Promise.resolve(),
  );
}

function onRedis(url: string, onError: (error: Error) => void): Bells {
  // A ring into a Redis that is away fails after one try to connect again: the sweeper rings again. Only the worker waits.
  const ringing = new Redis(url, {
    maxRetriesPerRequest: 1,
    connectTimeout: 2000,
  });
  const waiting = new Redis(url, { maxRetriesPerRequest: null });
  for (const redis of [ringing, waiting]) redis.on('error', onError);
  const queue = new Queue<Ring>(QUEUE_NAME, { connection: ringing, skipWaitingForReady: true });
  queue.on('error', onError);
  return bells(
    queue,
    (processor, concurrency) => new Worker<Ring>(QUEUE_NAME, processor, { connection: waiting, concurrency }),
    () => {
      ringing.disconnect();
      waiting.disconnect();
      return Promise.resolve();
    },
  );
}

interface AnyQueue {
  add(name: string, data: Ring, options: object): Promise<unknown>;
  close(): Promise<void>;
}
interface AnyWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

function bells(
  queue: AnyQueue,
  makeWorker: (look: Processor<Ring>, concurrency: number) => AnyWorker,
  disconnect: () => Promise<void>,
): Bells {
  let worker: AnyWorker | undefined;
  return {
    add: async (lane) => {
      await queue.add('look', { lane }, once(lane));
    },
    work: (lanes, look, onError) => {
      worker = makeWorker(async (job) => look(job.data.lane), lanes);
      worker.on('error', onError);
    },
    close: async () => {
      await worker?.close();
      await queue.close();
      await disconnect();
    },
  };
}
