import { judgeSigning } from '../../src/consents/signing.js';

const halfPastMidnightInOslo = new Date('2026-11-24T23:30:00Z');

it.each([
  ['2026-11-25', 'fine'],
  ['2026-11-24', 'fine'],
  ['2026-11-26', 'still-to-come'],
  ['2026-11-24T23:39:00Z', 'fine'],
  ['2026-11-25T00:39:00+01:00', 'fine'],
  ['2026-11-24T23:41:00Z', 'still-to-come'],
  ['2026-02-30', 'no-such-day'],
  ['2026-11-24Tnoon', 'no-such-day'],
  ['2026-11-23T24:00:00Z', 'no-such-day'],
  ['2016-12-31T23:59:60Z', 'fine'],
  ['0000-01-01', 'no-such-day'],
])('half an hour past midnight in Norway, a signature of %s is %s', (at, judged) => {
  expect(judgeSigning(at, halfPastMidnightInOslo)).toBe(judged);
});
