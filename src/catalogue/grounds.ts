import type { AgencyKind } from '../common/access.js';
import type { Day } from '../common/days.js';
import type { DataCategory } from './data-categories.js';
import * as laws from './laws.js';
import type { Answers, Confidentiality, LawCode, Route, SpecialCategory } from './record-type.js';

/** The opplæringslov of 2023 came into force; no answer here is older. */
const IN_FORCE = '2024-08-01' as Day;

export type RouteAnswers = Route['answers'];

/** Within one legal person: for the purpose given, and where the work is arranged so (fvl § 13 b nr. 2 and 3). */
export const internal: Confidentiality = { by: 'exception', law: laws.FVL_13B_3 };
/** The youth's yes to lifting confidentiality. The default between legal persons, and wherever there is doubt. */
export const release: Confidentiality = { by: 'release', law: laws.FVL_13A_1 };
/** A release where the law may let a little go without one, which counsel must confirm. */
export const releaseUntilConfirmed: Confidentiality = { by: 'release', law: laws.FVL_13A_1_UNTIL_CONFIRMED };
/** That someone is connected to the giving body, and what furthers the giver's own tasks. Never more than that. */
export const connection: Confidentiality = { by: 'exception', law: laws.FVL_13B_5 };
export const connectionToNav: Confidentiality = { by: 'exception', law: laws.NAV_7_FVL_13B_5 };
export const collected: Confidentiality = { by: 'exception', law: laws.OPPL_25_1_LAST };
export const permission: Confidentiality = { by: 'release', law: laws.OPPL_25_1_4 };
export const ordered: Confidentiality = { by: 'order', law: laws.ORDER };
/** Numbers about no one. */
export const impersonal: Confidentiality = { by: 'none-needed', law: laws.FVL_13_1 };

const ordinary: SpecialCategory = { is: 'none' };

/** On what each kind of agency processes what it sends or gets, where a type has nothing more special. */
export const processing: Readonly<Record<AgencyKind, LawCode>> = {
  school: laws.SCHOOL_OWNER,
  ot: laws.OPPL_9_4,
  nav: laws.NAV_15A,
  municipality: laws.SOSTJ_13,
  'career-centre': laws.OPPL_28_9,
  county: laws.OPPL_25_1_1,
};

export interface Parties {
  readonly sender: LawCode;
  readonly recipient: LawCode;
}

/** The parties' grounds by their kinds. */
export const between = (from: AgencyKind, to: AgencyKind): Parties => ({
  sender: processing[from],
  recipient: processing[to],
});

/** The same four answers for each of several categories. */
export function answer(
  parties: Parties,
  confidentiality: Confidentiality,
  categories: readonly DataCategory[],
  special: SpecialCategory = ordinary,
): RouteAnswers {
  const answers: Answers = { ...parties, confidentiality, special, validFrom: IN_FORCE, validTo: null };
  return Object.fromEntries(categories.map((category) => [category, [answers]]));
}

/** Special categories with the law that allows them. */
export const special = (law: LawCode): SpecialCategory => ({ is: 'special', law });

type Ends = Pick<Route, 'from' | 'to' | 'addressed'>;

/** A route inside one legal person, which has one county. */
export const within = (ends: Ends, answers: RouteAnswers): Route => ({
  ...ends,
  controllers: 'same',
  counties: 'any',
  answers,
});

/** A route to another legal person. */
export const across = (ends: Ends, answers: RouteAnswers, counties: Route['counties'] = 'any'): Route => ({
  ...ends,
  controllers: 'other',
  counties,
  answers,
});

/**
 * A route on which confidentiality asks the same inside one legal person as between two. In Oslo the municipality is the
 * county authority, and its Nav offices answer to it in part; still a wall stands at the office door (Nav-loven § 16).
 */
export const walled = (ends: Ends, answers: RouteAnswers): Route => ({
  ...ends,
  controllers: 'any',
  counties: 'any',
  answers,
});

/** What a youth's own school or training office tells OT, where law lets some of it go without a release. */
export interface Notice {
  readonly from: 'school' | 'county';
  readonly addressed: Route['addressed'];
  readonly categories: readonly DataCategory[];
  /** Told to an OT of another legal person as "connection" (fvl § 13 b nr. 5); all else needs a release there. */
  readonly connection: readonly DataCategory[];
  /** A more special ground of the sender than that of its kind. */
  readonly sender?: LawCode;
}

/**
 * The routes of a notice to OT. The county authority is one legal person with its schools and its OT. A private school,
 * or the OT of another county, is another: two routes, for each has its own ground to process on.
 */
export function noticeToOt(notice: Notice): Route[] {
  const { from, addressed, categories } = notice;
  const ends: Ends = { from: [from], to: ['ot'], addressed };
  const rest = categories.filter((category) => !notice.connection.includes(category));
  const outside = (sender: LawCode): RouteAnswers => ({
    ...answer({ sender, recipient: laws.OPPL_9_4 }, connection, notice.connection),
    ...answer({ sender, recipient: laws.OPPL_9_4 }, release, rest),
  });
  const inside = { sender: notice.sender ?? laws.OPPL_25_1_1, recipient: laws.OPPL_9_4 };
  return [
    within(ends, answer(inside, internal, categories)),
    // A school of the same county under another owner is a private one.
    across(ends, outside(from === 'school' ? laws.PRIVSKL_7_9 : laws.OPPL_25_1_1), 'same'),
    across(ends, outside(processing[from]), 'other'),
  ];
}
