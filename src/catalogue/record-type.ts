import type { AgencyKind } from '../common/access.js';
import type { Day } from '../common/days.js';
import type { JsonObject } from '../common/json.js';
import type { FieldError } from '../common/problems.js';
import type { DataCategory } from './data-categories.js';

/** A versioned code for a reason in law, with the paragraph it stands for. Codes are upper case with underscores. */
export interface LawCode {
  readonly code: string;
  /** The paragraph, as a Norwegian lawyer would cite it. */
  readonly paragraph: string;
  /** Set where domain.md says that counsel must confirm the reading. */
  readonly counsel?: string;
}

/** What lifts confidentiality (design: the third of the four questions). */
export type Confidentiality =
  | { readonly by: 'none-needed'; readonly law: LawCode }
  | { readonly by: 'exception'; readonly law: LawCode }
  | { readonly by: 'order'; readonly law: LawCode }
  | { readonly by: 'release'; readonly law: LawCode };

/** Whether the data are of a special category (GDPR art. 9), and what then allows them. */
export type SpecialCategory = { readonly is: 'none' } | { readonly is: 'special'; readonly law: LawCode };

/** The four answers that together let one category of data travel one route, in force from a day to a day (inclusive). */
export interface Answers {
  readonly sender: LawCode;
  readonly recipient: LawCode;
  readonly confidentiality: Confidentiality;
  readonly special: SpecialCategory;
  readonly validFrom: Day;
  readonly validTo: Day | null;
}

export interface Route {
  readonly from: readonly AgencyKind[];
  readonly to: readonly AgencyKind[];
  /** Whether both ends must answer to the same legal person, or must not; `any` leaves it open. */
  readonly controllers: 'same' | 'other' | 'any';
  readonly counties: 'same' | 'other' | 'any';
  /**
   * Who gets the record when the event names no recipient: the unit of kind `to` that serves the youth's municipality,
   * the agency whose record it answers, or no one (such a route serves only events that name their recipient).
   */
  readonly addressed: 'by-residence' | 'to-asker' | 'by-name';
  /** Only an agency whose controller is a state body may send: the municipal part of a Nav office may not. */
  readonly statePartOnly?: true;
  /** A person at the hub's participants must look before it goes. */
  readonly manual?: boolean;
  /** Answers per category, one for each period of validity. A category without an answer in force is withheld. */
  readonly answers: Readonly<Partial<Record<DataCategory, readonly Answers[]>>>;
}

export interface RuleContext {
  /** The Norwegian calendar day of the judgement. */
  readonly today: Day;
}

export interface RecordType {
  /** Kebab-case; the event type is `no.stafett.<key>.v<version>`. */
  readonly key: string;
  readonly version: number;
  readonly about: 'youth' | 'group';
  /** The class whose decorators describe the data. */
  readonly data: new () => object;
  /** Without these a transfer makes no sense: it is held or refused. */
  readonly essential: ReadonlySet<DataCategory>;
  readonly routes: readonly Route[];
  /** Days that the hub keeps the body after hand-over. */
  readonly retentionDays: number;
  /** A day of the year, `MM-DD`: where it comes first after hand-over, it ends the keeping before those days are out. */
  readonly retentionEndsOn?: string;
  /** The keys of the types that this one answers; the event must then say `inreplyto`. */
  readonly answersTypes?: readonly string[];
  /** The name of the field that holds the record id which this record cancels, where it has one. */
  readonly cancelsField?: string;
  /** The name of the field that holds the organisation number of the office to which the sender passes on what it was asked. */
  readonly forwardsField?: string;
  /** An example that is valid on the given day, about a synthetic youth, referring to no other record. */
  example(today: Day): JsonObject;
  /** Rules that concern more than one field. Called with data whose every field is valid. */
  rules?(data: JsonObject, context: RuleContext): readonly FieldError[];
  /** False where law asks for no hand-over: then the record goes only to a recipient that the event names. */
  handOver?(data: JsonObject): boolean;
  /** Fields that, with the youth, make two records from two sources one event. */
  readonly sameEventBy?: readonly string[];
}

export const eventTypeOf = (type: RecordType): string => `no.stafett.${type.key}.v${type.version}`;
