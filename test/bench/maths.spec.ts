import { median, percentile, ratioOfPairs, ratioToNeighbours, rounded } from '../../bench/maths.js';

describe('figures from samples', () => {
  it('takes the middle sample, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
    expect(() => median([])).toThrow('no samples');
  });

  it('takes the nearest rank as percentile', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
    expect(() => percentile([], 0.5)).toThrow('no samples');
  });

  it('cancels a drift of the machine: each slice counts against the base slices before and after it', () => {
    // The machine becomes slower with every slice, and the figure is twice the base all along.
    const speed = Array.from({ length: 7 }, (_, i) => 1000 - 100 * i);
    const base = speed.filter((_, i) => i % 2 === 0);
    const slices = speed.filter((_, i) => i % 2 === 1).map((value) => value * 2);
    expect(ratioToNeighbours(base, slices)).toBeCloseTo(2, 10);
    expect(() => ratioToNeighbours([1], [1])).toThrow(RangeError);
  });

  it('leaves out the one slice that something else disturbed', () => {
    expect(ratioToNeighbours([10, 10, 10, 10], [15, 2, 15])).toBe(1.5);
    const pairs = [
      [10, 9],
      [10, 1],
      [20, 18],
    ] as const;
    expect(ratioOfPairs(pairs)).toBe(0.9);
  });

  it('tells three significant digits', () => {
    expect([1234.5, 0.98765, 12.345].map(rounded)).toEqual([1230, 0.988, 12.3]);
  });
});
