import type { AgencyKind } from '../common/access.js';
import type { DataCategory } from './data-categories.js';
import { across, answer, between, internal, release, walled, within } from './grounds.js';
import type { Confidentiality, Route } from './record-type.js';

/** Referrals go every way between these (shared/domain.md 9.1). */
export const referrers = ['school', 'ot', 'nav', 'municipality', 'career-centre'] as const;
export type Referrer = (typeof referrers)[number];

/** Every ordered pair of different referrers. */
export const pairs: readonly (readonly [Referrer, Referrer])[] = referrers.flatMap((from) =>
  referrers.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** School and OT under one county authority work inside one organ; all others meet a wall, or a free choice (§ 28-9). */
const insideOneOrgan = (from: AgencyKind, to: AgencyKind): boolean =>
  (from === 'school' && to === 'ot') || (from === 'ot' && to === 'school');

export interface PairRoutes {
  readonly from: Referrer;
  readonly to: Referrer;
  readonly addressed: Route['addressed'];
  readonly categories: readonly DataCategory[];
  /** What lifts confidentiality between different legal persons; a release unless told. */
  readonly outside?: Confidentiality;
}

/** The routes of one pair: inside one legal person and to another, or one for both where a wall stands between them anyway. */
export function routesOfPair(pair: PairRoutes): Route[] {
  const { from, to, addressed, categories, outside = release } = pair;
  const ends = { from: [from], to: [to], addressed };
  const parties = between(from, to);
  if (!insideOneOrgan(from, to)) return [walled(ends, answer(parties, outside, categories))];
  return [
    within(ends, answer(parties, internal, categories)),
    across(ends, answer(parties, outside, categories)),
  ];
}
