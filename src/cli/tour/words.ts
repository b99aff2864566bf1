/** What happens, in order. */
export const stepKeys = [
  'asked',
  'interrupted',
  'otPulls',
  'otAcknowledges',
  'schoolSees',
  'referredWithoutYes',
  'refusalNotice',
  'consent',
  'referred',
  'navPulls',
  'navAcknowledges',
  'navAnswers',
  'otReadsAnswer',
  'withdrawn',
  'notGivenAgain',
  'referredAfterNo',
  'stopped',
  'trail',
  'otherReferred',
  'leftLying',
  'nightly',
  'discrepancy',
] as const;
export type StepKey = (typeof stepKeys)[number];

export const languages = ['en', 'nb'] as const;
export type Language = (typeof languages)[number];

/** Given names of the two youths whom the texts tell of. All else about them is new at each tour. */
export const heroes = { youth: 'Ronja', other: 'Jonas' } as const;

/** Who plays: names of agencies. */
export interface Names {
  readonly school: string;
  readonly ot: string;
  readonly nav: string;
  readonly county: string;
}

/** A command to try, and what it shows. */
export interface Hints {
  readonly open: string;
  readonly docs: string;
  readonly problems: string;
  readonly try: string;
  readonly agencies: string;
  readonly navInbox: string;
  readonly discrepancies: string;
  readonly log: string;
  readonly again: string;
}

/** Everything that the tour says in one language. */
export interface Texts {
  readonly asTold: string;
  readonly notAsTold: string;
  score(right: number, steps: number): string;
  /** The line on standard error. */
  stopped(step: number, title: string, why: string): string;
  noCast: string;
  opening(names: Names, url: string): readonly string[];
  readonly hints: Hints;
  readonly steps: Readonly<Record<StepKey, { readonly title: string; readonly means: string }>>;
}
