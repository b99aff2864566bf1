/** From when on what many share is shared out, and how much of it one of them may have then: a few large senders keep no small one out. */
const CROWDED = 1 / 2;
const SHARE = 1 / 4;

/**
 * Whether someone is turned away where all share one room.
 * @param all how much of it is taken (1 = all of it)
 * @param own how much of it is taken by whoever asks
 */
export const isTurnedAway = (all: number, own: number): boolean =>
  all >= 1 || (all >= CROWDED && own >= SHARE);
