import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';
import { follow, untilAllArrived } from './drain.js';
import { push } from './push.js';

/**
 * Sends while every recipient long-polls and acknowledges. Ends when the last accepted record has been handed out and acknowledged: what
 * the readers are behind with at the end costs time.
 * @param arrived told of each page the moment it is there
 * @returns records per second
 */
export async function relay<T>(
  site: Site,
  send: () => Promise<T>,
  arrived?: (numbers: readonly number[], at: number) => void,
): Promise<{ rate: number; sent: T }> {
  await site.prepare();
  const before = site.ledger.accepted;
  let over = false;
  const start = performance.now();
  const following = follow(site.readers, () => over, arrived);
  const stopped = following.then(() => Promise.reject(new Error('the readers stopped')));
  try {
    const sent = await Promise.race([send(), stopped]);
    await Promise.race([untilAllArrived(site), stopped]);
    while (site.readers.some(({ unacknowledged }) => unacknowledged > 0)) await sleep(1);
    const elapsed = (performance.now() - start) / 1000;
    return { rate: (site.ledger.accepted - before) / elapsed, sent };
  } finally {
    over = true;
    stopped.catch(() => undefined);
    await following;
  }
}

/** 64 connections push single records meanwhile, for as long as given. */
export async function relaySlice(
  site: Site,
  seconds: number,
): Promise<{ rate: number; times: readonly number[] }> {
  const { rate, sent } = await relay(site, () => push(site, { connections: 64, perRequest: 1, seconds }));
  return { rate, times: sent.times };
}
