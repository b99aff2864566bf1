/** Figures from samples. Pure. */

/** The middle one, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = at(sorted, middle);
  return sorted.length % 2 === 1 ? upper : (at(sorted, middle - 1) + upper) / 2;
}

/** The smallest sample that at least `share` (0 to 1) of all samples do not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

/**
 * How slices compare with the base slices around them: base, slice, base, slice, …, base. Each slice is divided by the mean of
 * its two neighbours, so that a machine that gets slower or faster meanwhile (drift) counts for both; the median leaves out the
 * slice that something else on the machine disturbed.
 */
export function ratioToNeighbours(base: readonly number[], slices: readonly number[]): number {
  if (base.length !== slices.length + 1)
    throw new RangeError('there must be one base slice more than slices');
  return median(slices.map((slice, i) => slice / ((at(base, i) + at(base, i + 1)) / 2)));
}

/** How the second of each pair compares with the first: the median of their quotients. */
export function ratioOfPairs(pairs: readonly (readonly [number, number])[]): number {
  return median(pairs.map(([base, value]) => value / base));
}

/** Three significant digits: more are noise. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}
