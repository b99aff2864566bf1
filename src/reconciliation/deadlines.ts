import { addDays, addWorkingDays, dayOf, midnightOf, type Day } from '../common/days.js';
import type { Config } from '../config/config.schema.js';

/** The moments before which something counts as too late, for a run as of a moment. */
export interface Limits {
  readonly asOf: Date;
  readonly stuckBefore: Date;
  readonly availableBefore: Date;
}

/** The last moment of a day, for a run as of that day. */
export const endOf = (day: Day): Date => new Date(midnightOf(addDays(day, 1)).getTime() - 1);

/** The day by which a transfer that became available on a day must be acknowledged. */
export const acknowledgeBy = (available: Day, config: Config): Day =>
  addWorkingDays(available, config.deadlines.acknowledgeWorkingDays.value);

export function limitsOf(asOf: Date, config: Config): Limits {
  return {
    asOf,
    stuckBefore: new Date(asOf.getTime() - config.reconciliation.stuckMinutes * 60_000),
    availableBefore: midnightOf(lastAcknowledged(dayOf(asOf), config)),
  };
}

/** What became available before this day should have been acknowledged before `today`. */
function lastAcknowledged(today: Day, config: Config): Day {
  let day = today;
  while (acknowledgeBy(day, config) >= today) day = addDays(day, -1);
  return addDays(day, 1);
}
