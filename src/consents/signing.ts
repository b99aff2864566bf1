import { dayOf, instantOf, isDay } from '../common/days.js';

/** Ten minutes: the clocks of two agencies differ, and a yes is often registered while the youth is in the room. */
const AHEAD_MS = 600_000;

/**
 * Judges when someone signed.
 * @param at an instant (RFC 3339), or a day as it is called in Norway: at 00:30 there, that day has begun although UTC's has not
 */
export function judgeSigning(at: string, now: Date): 'fine' | 'no-such-day' | 'still-to-come' {
  if (isDay(at)) return at > dayOf(now) ? 'still-to-come' : 'fine';
  const instant = instantOf(at);
  if (instant === undefined) return 'no-such-day';
  return instant > now.getTime() + AHEAD_MS ? 'still-to-come' : 'fine';
}
