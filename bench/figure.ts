import type { Bench } from './bench.js';

/** A number is the least that `ratio` may be; named values are the most that each may be; null asks nothing. */
export type Goal = number | Readonly<Record<string, number>> | null;

/** What a figure measured, by name: perSecond, ratio, p50 and p99 (ms), peakMiB … or why it was not measured. */
export type Measured = Readonly<Record<string, number | string>>;

export interface Figure {
  readonly name: string;
  /** One line for --help. */
  readonly what: string;
  readonly must: Goal;
  readonly aim: Goal;
  /** Takes too long for every run: measured where --only names it. */
  readonly onRequest?: boolean;
  measure(bench: Bench): Promise<Measured>;
}

/** @param only the names that were asked for; undefined asks for all that does not take too long */
export const isWanted = (
  { name, onRequest = false }: Pick<Figure, 'name' | 'onRequest'>,
  only: readonly string[] | undefined,
): boolean => only?.includes(name) ?? !onRequest;

export type Judged = Measured & { readonly must: Goal; readonly aim: Goal; readonly met: boolean };

/** Whether what was measured reaches a goal. A figure that was skipped, or of which nothing is asked, does. */
export function reaches(measured: Measured, goal: Goal): boolean {
  if (goal === null || 'skipped' in measured) return true;
  if (typeof goal === 'number') return Number(measured['ratio']) >= goal;
  return Object.entries(goal).every(([name, most]) => Number(measured[name]) <= most);
}

export const judge = ({ must, aim }: Pick<Figure, 'must' | 'aim'>, measured: Measured): Judged =>
  ({ ...measured, must, aim, met: reaches(measured, must) }) as Judged;
