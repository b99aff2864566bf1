import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';
import { openConnections, post, type Answer, type Connection } from './http.js';
import type { Outgoing } from './mix.js';

/** What a slice of pushing came to. */
export interface Pushed {
  readonly records: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Of each request, in ms. */
  readonly times: readonly number[];
}

/** Fewer than may wait for dispatch. */
const AT_ONCE = 40_000;
const SINGLE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

/**
 * Every connection sends the next request when it has the answer to the last one, until the time is up. Each speaks for one school,
 * so that the load is spread evenly over the schools' rate limits.
 * @param perRequest 1 sends single events, more sends batches
 */
export async function push(
  site: Site,
  { connections, perRequest, seconds }: { connections: number; perRequest: number; seconds: number },
): Promise<Pushed> {
  const begin = await ready(site, connections);
  const times: number[] = [];
  let records = 0;
  const start = performance.now();
  const until = start + seconds * 1000;
  await all(begin, async (connection, i) => {
    for (let before = performance.now(); before < until;) {
      await sendOne(site, connection, i, perRequest);
      const after = performance.now();
      times.push(after - before);
      records += perRequest;
      before = after;
    }
  });
  return { records, seconds: (performance.now() - start) / 1000, times };
}

/** As push(), for a number of records and without a clock: what another slice needs to be there. All are dispatched then. */
export async function pushRecords(site: Site, records: number): Promise<void> {
  const perRequest = 200;
  for (let left = Math.ceil(records / perRequest); left > 0;) {
    const begin = await ready(site, 4);
    let part = Math.min(left, AT_ONCE / perRequest);
    left -= part;
    await all(begin, async (connection) => {
      while (part > 0) {
        part -= 1;
        await sendOne(site, connection, part, perRequest);
      }
    });
    await site.quiet();
  }
}

/**
 * Sends single events on a fixed schedule (open loop), however long answers take: a slow hub does not slow its senders down, and
 * what waits for a free connection has been waiting since its place in the schedule (no coordinated omission).
 * @param scheduled told the number of each event with the time at which it was due
 */
export async function pushOnSchedule(
  site: Site,
  { perSecond, seconds, connections }: { perSecond: number; seconds: number; connections: number },
  scheduled: (number: number, due: number) => void,
): Promise<void> {
  const free = (await ready(site, connections)).map((connection, i) => ({ connection, i }));
  const opened = free.map(({ connection }) => connection);
  const waiting: { due: number }[] = [];
  const open = new Set<Promise<void>>();
  let failed: unknown;
  const next = (): void => {
    while (free.length > 0 && waiting.length > 0) {
      // The one that has been free longest: the hub hangs up on a connection that says nothing for ten seconds.
      const lane = free.shift();
      const job = waiting.shift();
      if (!lane || !job) return;
      const event = site.mix.next(lane.i);
      scheduled(event.number, job.due);
      const sent = deliver(site, lane.connection, lane.i, [event])
        .then(() => {
          free.push(lane);
          next();
        })
        .catch((error: unknown) => {
          failed ??= error;
        })
        .finally(() => open.delete(sent));
      open.add(sent);
    }
  };
  try {
    const start = performance.now();
    const total = Math.floor(perSecond * seconds);
    for (let made = 0; made < total && failed === undefined;) {
      const now = performance.now();
      for (; made < total && start + (made / perSecond) * 1000 <= now; made += 1)
        waiting.push({ due: start + (made / perSecond) * 1000 });
      next();
      await sleep(1);
    }
    while (failed === undefined && (open.size > 0 || waiting.length > 0)) await sleep(1);
    if (failed !== undefined) throw failed;
  } finally {
    for (const connection of opened) connection.close();
  }
}

async function ready(site: Site, connections: number): Promise<Connection[]> {
  await site.prepare();
  return openConnections(site.port, connections);
}

/** Runs work on every connection; the first fault ends all of it. */
async function all(
  connections: readonly Connection[],
  work: (connection: Connection, i: number) => Promise<void>,
): Promise<void> {
  try {
    await Promise.all(connections.map(work));
  } finally {
    for (const connection of connections) connection.close();
  }
}

function sendOne(site: Site, connection: Connection, sender: number, perRequest: number): Promise<void> {
  return deliver(
    site,
    connection,
    sender,
    Array.from({ length: perRequest }, () => site.mix.next(sender)),
  );
}

async function deliver(
  site: Site,
  connection: Connection,
  sender: number,
  events: readonly Outgoing[],
): Promise<void> {
  const [only] = events;
  const token = site.tokenOfSender(sender);
  const request =
    events.length === 1 && only
      ? post('/v1/records', token, SINGLE, only.text)
      : post('/v1/records', token, BATCH, `[${events.map(({ text }) => text).join(',')}]`);
  const answer = await connection.send(request);
  checkReceipts(answer, events.length);
  for (const { number } of events) site.ledger.accept(number);
}

const ACCEPTED = '"duplicate":false,"problem":null';

/** 202, and a receipt for each event that says: taken, and not a duplicate. Counted in the text: parsing it all would cost more than the hub's share of a record. */
export function checkReceipts({ status, body }: Answer, events: number): void {
  const text = body.toString('latin1');
  let taken = 0;
  for (let at = text.indexOf(ACCEPTED); at >= 0; at = text.indexOf(ACCEPTED, at + ACCEPTED.length))
    taken += 1;
  if (status === 202 && taken === events) return;
  throw new Error(`${events} events were pushed and ${taken} taken: HTTP ${status} ${text.slice(0, 500)}`);
}
