/** Events that wait for their receipts at once: more than a group commit has at the rates at which dispatch keeps up. */
const BURST = 32;
/** A look in a burst takes so many times fewer records: while one of 300 runs, senders wait 0.1 s. */
const SMALLER = 3;
/** Times as long as the last look took: a tenth of the time is for dispatch then, and its batches are full ones. */
const GIVE_WAY = 9;
/** Milliseconds. A moment in which many come at once is not yet a burst: a look that finds a full batch after this says that it is one. */
const FIRST_MS = 100;
const LONGEST_MS = 500;
/** What goes on for longer than this is no burst: from then on records are dispatched as fast as they are taken in. */
const PATIENCE_MS = 10_000;

/** Most that a look takes. */
export function mostBeside(pending: number, batchSize: number): number {
  return pending < BURST ? batchSize : Math.ceil(batchSize / SMALLER);
}

export interface Beside {
  /** How long the last look took. */
  readonly tookMs: number;
  /** How long dispatch has been behind without a break; 0 at the first look that leaves anything, and where none does. */
  readonly behindMs: number;
  /** Events whose senders wait for their receipts. */
  readonly pending: number;
}

/**
 * How long dispatch leaves a burst to intake before it looks again, in milliseconds: thousands of events have their receipts in half
 * the time, and the last of them is handed out hardly later, as full batches cost less.
 */
export function restAfter({ tookMs, behindMs, pending }: Beside): number {
  if (pending < BURST || behindMs > PATIENCE_MS) return 0;
  return Math.min(tookMs * GIVE_WAY, behindMs === 0 ? FIRST_MS : LONGEST_MS);
}
