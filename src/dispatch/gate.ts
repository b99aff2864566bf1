import type { AgencyKind } from '../common/access.js';
import type { Day } from '../common/days.js';
import type { AgencyId, ConsentId, ControllerId } from '../common/ids.js';
import type { DataCategory } from '../catalogue/data-categories.js';
import type { Answers, RecordType, Route } from '../catalogue/record-type.js';

/** One end of a route, as the directory knows it today. */
export interface Party {
  readonly id: AgencyId;
  readonly kind: AgencyKind;
  readonly controllerId: ControllerId;
  readonly county: string;
  readonly active: boolean;
  /** Whether every controller of the agency has a processor agreement in force. */
  readonly agreement: boolean;
}

/** A release in force, as consents/ keeps it. */
export interface ReleaseInForce {
  readonly id: ConsentId;
  readonly fromAgencyId: AgencyId | null;
  readonly toAgencyId: AgencyId | null;
  readonly toControllerId: ControllerId | null;
  readonly recordTypes: readonly string[];
  readonly categories: readonly DataCategory[];
  readonly validUntil: Day;
}

export interface Question {
  readonly type: RecordType;
  /** The categories that the type's fields have, in alphabetical order: computed from the type, never from what was filled in. */
  readonly categories: ReadonlySet<DataCategory>;
  readonly sender: Party;
  readonly recipient: Party;
  /** Whether the event named this recipient; routes that serve only named recipients need it. */
  readonly named: boolean;
  readonly protected: boolean;
  /** The releases that the youth gave the sender's controller. */
  readonly releases: readonly ReleaseInForce[];
  readonly holdForConsent: boolean;
  readonly today: Day;
}

export type RefusalReason =
  | 'recipient-inactive'
  | 'sender-inactive'
  | 'no-processor-agreement'
  | 'route-not-allowed'
  | 'consent-missing';
export type HoldReason = 'consent-missing' | 'manual-handling';

/** What would travel: categories, what stays behind, the codes of every reason in law, and the releases relied on. */
export interface Terms {
  readonly categories: readonly DataCategory[];
  readonly withheld: readonly DataCategory[];
  readonly grounds: readonly string[];
  readonly consentIds: readonly ConsentId[];
}

export type Verdict =
  | ({ readonly do: 'deliver' } & Terms)
  | ({ readonly do: 'hold'; readonly reason: HoldReason } & Terms)
  | { readonly do: 'refuse'; readonly reason: RefusalReason };

const refuse = (reason: RefusalReason): Verdict => ({ do: 'refuse', reason });

/**
 * The gate (design.md 5): whether a record may go this way, which of its categories, on which grounds. It knows nothing of
 * the record's content. Asked when the transfer is made and again whenever it is read.
 *
 * A missing release is judged before manual handling, so that a protected person's record is refused in the same words
 * as anyone's, and held in the same words as any route that a person must look at.
 */
export function judge(q: Question): Verdict {
  if (!q.recipient.active) return refuse('recipient-inactive');
  if (!q.sender.active) return refuse('sender-inactive');
  if (!q.recipient.agreement || !q.sender.agreement) return refuse('no-processor-agreement');
  const routes = q.type.routes.filter((route) => serves(route, q));
  if (routes.length === 0) return refuse('route-not-allowed');

  const answered = routes.map((route) => ({ route, ...weigh(route, q) }));
  // More than one route can lead the same way; the one that carries most is the one the catalogue means.
  const best = answered.reduce((a, b) => (b.terms.categories.length > a.terms.categories.length ? b : a));
  const missing = [...q.type.essential].filter((category) => !best.terms.categories.includes(category));
  if (missing.some((category) => !best.needRelease.has(category))) return refuse('route-not-allowed');
  if (missing.length > 0)
    return q.holdForConsent
      ? { do: 'hold', reason: 'consent-missing', ...best.terms }
      : refuse('consent-missing');
  if (q.protected || best.route.manual === true)
    return { do: 'hold', reason: 'manual-handling', ...best.terms };
  return { do: 'deliver', ...best.terms };
}

function serves(route: Route, q: Question): boolean {
  const same = q.sender.controllerId === q.recipient.controllerId;
  const sameCounty = q.sender.county === q.recipient.county;
  return (
    route.from.includes(q.sender.kind) &&
    route.to.includes(q.recipient.kind) &&
    (route.controllers === 'any' || (route.controllers === 'same') === same) &&
    (route.counties === 'any' || (route.counties === 'same') === sameCounty) &&
    (q.named || route.addressed !== 'by-name')
  );
}

function weigh(route: Route, q: Question): { terms: Terms; needRelease: Set<DataCategory> } {
  const categories: DataCategory[] = [];
  const needRelease = new Set<DataCategory>();
  const grounds = new Set<string>();
  const consentIds = new Set<ConsentId>();
  for (const category of q.categories) {
    const answers = inForce(route.answers[category], q.today);
    if (!answers) continue;
    if (answers.confidentiality.by === 'release') {
      const release = releaseFor(category, q);
      if (!release) {
        needRelease.add(category);
        continue;
      }
      consentIds.add(release.id);
    }
    categories.push(category);
    for (const code of codesOf(answers)) grounds.add(code);
  }
  const withheld = [...q.categories].filter((category) => !categories.includes(category));
  return {
    terms: { categories, withheld, grounds: [...grounds].sort(), consentIds: [...consentIds].sort() },
    needRelease,
  };
}

function inForce(periods: readonly Answers[] | undefined, today: Day): Answers | undefined {
  return periods?.find(
    ({ validFrom, validTo }) => validFrom <= today && (validTo === null || today <= validTo),
  );
}

function releaseFor(category: DataCategory, q: Question): ReleaseInForce | undefined {
  return q.releases.find(
    (release) =>
      release.validUntil >= q.today &&
      release.recordTypes.includes(q.type.key) &&
      release.categories.includes(category) &&
      (release.fromAgencyId === null || release.fromAgencyId === q.sender.id) &&
      (release.toAgencyId === null
        ? release.toControllerId === q.recipient.controllerId
        : release.toAgencyId === q.recipient.id),
  );
}

const codesOf = ({ sender, recipient, confidentiality, special }: Answers): string[] => [
  sender.code,
  recipient.code,
  confidentiality.law.code,
  ...(special.is === 'special' ? [special.law.code] : []),
];
