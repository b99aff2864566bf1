import { Gaps } from '../../src/audit/seal/gaps.js';

const LATE = 600_000;

it('remembers the numbers that are missing between those it has seen', () => {
  const gaps = new Gaps(LATE);
  gaps.add(0, [1, 2, 5, 6, 9], 1000);
  expect(gaps.due(1000)).toMatchObject([
    { from: 3, to: 4 },
    { from: 7, to: 8 },
  ]);
  expect(gaps.lowestAfter(9)).toBe(3);
});

it('counts from the mark, and has nothing missing where the numbers are whole', () => {
  const gaps = new Gaps(LATE);
  gaps.add(4, [5, 6], 0);
  expect([gaps.count, gaps.lowestAfter(6)]).toEqual([0, 7]);
  gaps.add(6, [8], 0);
  expect(gaps.due(0)).toMatchObject([{ from: 7, to: 7 }]);
});

it('cuts out what has come, from both ends and from the middle', () => {
  const gaps = new Gaps(LATE);
  gaps.add(0, [11], 0);
  gaps.looked([1, 5, 10], 0);
  expect(gaps.due(0)).toMatchObject([
    { from: 2, to: 4 },
    { from: 6, to: 9 },
  ]);
  gaps.looked([2, 3, 4, 6, 7, 8, 9], 0);
  expect(gaps.count).toBe(0);
});

it('looks at a young gap often and at an old one seldom', () => {
  const gaps = new Gaps(LATE);
  gaps.add(0, [2], 0);
  gaps.looked([], 80);
  expect(gaps.due(89)).toEqual([]);
  expect(gaps.due(90)).toHaveLength(1);
  gaps.looked([], 80_000);
  expect(gaps.due(89_999)).toEqual([]);
  expect(gaps.due(90_000)).toHaveLength(1);
});

it('gives up what no transaction can still bring, after one more look', () => {
  const gaps = new Gaps(LATE);
  gaps.add(0, [2], 0);
  expect(gaps.looked([], LATE)).toBe(0);
  expect(gaps.due(2 * LATE)).toHaveLength(1);
  expect(gaps.looked([], 2 * LATE)).toBe(1);
  expect([gaps.count, gaps.lowestAfter(2)]).toEqual([0, 3]);
});

it('takes a number that was found by other means, once', () => {
  const gaps = new Gaps(LATE);
  gaps.add(10, [12], 0);
  gaps.addLate(3, 0);
  gaps.addLate(3, 0);
  gaps.addLate(11, 0);
  expect(gaps.due(0)).toMatchObject([{ from: 3 }, { from: 11 }]);
});
