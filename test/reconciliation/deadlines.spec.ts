import { dayOf, midnightOf, type Day } from '../../src/common/days.js';
import { acknowledgeBy, endOf, limitsOf } from '../../src/reconciliation/deadlines.js';
import { testConfig } from '../support/hub.js';

const config = testConfig('unused');
const MINUTE = 60_000;

it('knows the first moment of a day in Norway, where the clocks change too', () => {
  for (const [day, expected] of [
    ['2026-01-15', '2026-01-14T23:00:00.000Z'],
    ['2026-07-15', '2026-07-14T22:00:00.000Z'],
    ['2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', '2026-10-25T23:00:00.000Z'],
  ] as const)
    expect([day, midnightOf(day as Day).toISOString()]).toEqual([day, expected]);
});

it.each(['2026-01-12T23:10:00Z', '2026-07-13T22:10:00Z', '2026-03-29T22:30:00Z'])(
  'finds what became available at %s, after midnight in Norway, not before the day after it was due',
  (moment) => {
    const available = new Date(moment);
    const due = acknowledgeBy(dayOf(available), config);
    const isFound = (asOf: Date): boolean => available < limitsOf(asOf, config).availableBefore;
    expect(isFound(endOf(due))).toBe(false);
    expect(isFound(new Date(endOf(due).getTime() + MINUTE))).toBe(true);
  },
);

it('ends a day a millisecond before the next one in Norway', () => {
  for (const day of ['2026-01-15', '2026-07-15', '2026-10-25'] as Day[]) {
    expect(dayOf(endOf(day))).toBe(day);
    expect(endOf(day).getTime() % (15 * MINUTE)).toBe(15 * MINUTE - 1);
  }
});
