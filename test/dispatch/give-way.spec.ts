import { mostBeside, restAfter, type Beside } from '../../src/dispatch/give-way.js';

const burst: Beside = { tookMs: 20, behindMs: 1000, pending: 64 };

it('leaves a burst to intake, for a while that grows with what a look takes', () => {
  expect(restAfter(burst)).toBeGreaterThan(burst.tookMs);
  expect(restAfter({ ...burst, tookMs: 40 })).toBe(2 * restAfter(burst));
});

it('rests no longer than half a second, however slow a look was, and a tenth until it is known to be behind', () => {
  expect(restAfter({ ...burst, tookMs: 60_000 })).toBe(500);
  expect(restAfter({ ...burst, behindMs: 0, tookMs: 60_000 })).toBe(100);
});

it.each<[string, Partial<Beside>]>([
  ['nobody sends', { pending: 0 }],
  ['few events come at once', { pending: 20 }],
  ['records have been waiting for ten seconds', { behindMs: 10_001 }],
])('does not rest where %s', (_, other) => {
  expect(restAfter({ ...burst, ...other })).toBe(0);
});

it('takes fewer at once while senders wait, and never none', () => {
  expect([0, 31, 32, 500].map((pending) => mostBeside(pending, 300))).toEqual([300, 300, 100, 100]);
  expect(mostBeside(64, 1)).toBe(1);
});
