import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';
import type { Reader } from './pull.js';

/** Inboxes that are read at the same time, each by its one reader: the hub is measured, not the round trips of one client. */
const AT_ONCE = 4;
/** An accepted record that is in nobody's hands after so long is lost. */
const LOST_AFTER_MS = 60_000;

export interface Drained {
  readonly records: number;
  readonly seconds: number;
  /** Of each page pulled and acknowledged, in ms. */
  readonly times: readonly number[];
}

/**
 * Pulls and acknowledges page after page until the time is up or nothing more is there. A page that was begun is finished.
 */
export async function drain(site: Site, seconds = Infinity): Promise<Drained> {
  await site.prepare();
  const times: number[] = [];
  let records = 0;
  const start = performance.now();
  const until = start + seconds * 1000;
  const todo = [...site.readers];
  const work = async (): Promise<void> => {
    for (let reader = todo.shift(); reader; reader = todo.shift()) {
      for (let more = true; more;) {
        const before = performance.now();
        if (before > until) return;
        const page = await reader.pull();
        if (page.numbers.length > 0) await reader.acknowledge();
        times.push(performance.now() - before);
        records += page.numbers.length;
        more = page.more;
      }
    }
  };
  await closedAfter(site.readers, () => Promise.all(Array.from({ length: AT_ONCE }, work)));
  return { records, seconds: (performance.now() - start) / 1000, times };
}

/**
 * Readers that wait for news (long-poll) and acknowledge on a second connection while they wait for more, until `done` says so.
 * @param arrived told of each page the moment it is there
 */
export async function follow(
  readers: readonly Reader[],
  done: () => boolean,
  arrived: (numbers: readonly number[], at: number) => void = () => undefined,
): Promise<void> {
  await closedAfter(readers, () =>
    Promise.all(
      readers.map(async (reader) => {
        let over = false;
        let acknowledging = Promise.resolve();
        let fault: unknown;
        const acknowledge = async (): Promise<void> => {
          while (reader.unacknowledged > 0) await reader.acknowledge();
        };
        let busy = false;
        while (!over && fault === undefined) {
          // One second: the slice's end must not wait for a longer one.
          const page = await reader.pull(1);
          if (page.numbers.length > 0) arrived(page.numbers, performance.now());
          if (!busy && reader.unacknowledged > 0) {
            busy = true;
            acknowledging = acknowledge()
              .catch((error: unknown) => {
                fault = error;
              })
              .finally(() => (busy = false));
          }
          over = done();
        }
        await acknowledging;
        if (fault !== undefined) throw fault;
        await acknowledge();
      }),
    ),
  );
}

/** Waits until every accepted record has been handed out. @throws where one is lost */
export async function untilAllArrived(site: Site): Promise<void> {
  const until = performance.now() + LOST_AFTER_MS;
  while (site.ledger.outstanding > 0) {
    if (performance.now() > until)
      throw new Error(
        `${site.ledger.outstanding} accepted records are in nobody's hands after ${LOST_AFTER_MS / 1000} s`,
      );
    await sleep(1);
  }
}

async function closedAfter(readers: readonly Reader[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } finally {
    for (const reader of readers) reader.close();
  }
}
