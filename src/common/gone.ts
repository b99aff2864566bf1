import type { Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Does something when a connection closes, unless that is taken back. A connection has one listener for all who wait on it: a client may send
 * many requests ahead of their answers, and Node takes more than ten listeners for a leak.
 * @returns takes it back
 */
export function whenGone(connection: Socket, act: () => void): () => void {
  let acts = waiting.get(connection);
  if (!acts) {
    const all = (acts = new Set());
    waiting.set(connection, all);
    connection.once('close', () => all.forEach((each) => each()));
  }
  acts.add(act);
  return () => acts.delete(act);
}
