export const stepKeys = [
  'interrupted',
  'otPulls',
  'otAcknowledges',
  'referredWithoutYes',
  'refusalNotice',
  'consent',
  'referred',
  'navPulls',
  'navAcknowledges',
  'navAnswers',
  'otReadsAnswer',
  'withdrawn',
  'stopped',
  'trail',
  'forgotten',
  'nightly',
  'discrepancy',
] as const;
export type StepKey = (typeof stepKeys)[number];

export interface Parties {
  readonly school: string;
  readonly ot: string;
  readonly nav: string;
  readonly county: string;
}

/** Everything that the tour says in one language. */
export interface Texts {
  readonly asTold: string;
  readonly notAsTold: string;
  score(right: number, steps: number): string;
  opening(parties: Parties, url: string): string[];
  next(url: string, county: string): string[];
  readonly steps: Readonly<Record<StepKey, { readonly title: string; readonly means: string }>>;
}
