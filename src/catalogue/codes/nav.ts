import { codeList, ownList, type CodeOf } from '../code-list.js';

/** Groups of measures: what is told by default (shared/domain.md 9.4). */
export const measureGroups = ownList('measure-group', [
  'work-training',
  'mentor',
  'wage-subsidy',
  'education',
  'follow-up',
  'clarification',
  'other',
]);
export type MeasureGroup = CodeOf<typeof measureGroups>;

const source = 'Nav, navikt/mulighetsrommet, common/domain/.../model/Tiltakskoder.kt';
const version = 'f67c93ab';

/**
 * Nav's codes of measures that tell nothing of health. `MIDLERTIDIG_LONNSTLSKUDD` is spelt as in the source.
 * Which group each belongs to is Stafett's own reading.
 */
const groupOf = {
  ARBEIDSTRENING: 'work-training',
  MENTOR: 'mentor',
  MIDLERTIDIG_LONNSTLSKUDD: 'wage-subsidy',
  OPPFOLGING: 'follow-up',
  JOBBKLUBB: 'follow-up',
  DIGITALT_OPPFOLGINGSTILTAK: 'follow-up',
  ARBEIDSMARKEDSOPPLAERING: 'education',
  ENKELTPLASS_ARBEIDSMARKEDSOPPLAERING: 'education',
  FAG_OG_YRKESOPPLAERING: 'education',
  ENKELTPLASS_FAG_OG_YRKESOPPLAERING: 'education',
  STUDIESPESIALISERING: 'education',
} as const satisfies Record<string, MeasureGroup>;

/**
 * Codes whose name tells of health: IPS for the young goes to people in treatment; the others presuppose reduced capacity
 * for work. VARIG stands for the permanent measures (the source's names begin with VARIG).
 */
const healthGroupOf = {
  INDIVIDUELL_JOBBSTOTTE_UNG: 'follow-up',
  ARBEIDSRETTET_REHABILITERING: 'follow-up',
  ARBEIDSFORBEREDENDE_TRENING: 'work-training',
  AVKLARING: 'clarification',
  VARIG: 'other',
} as const satisfies Record<string, MeasureGroup>;

const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] =>
  Object.keys(table) as Key[];

export const measureCodes = codeList({ key: 'measure-code', source, version, codes: keysOf(groupOf) });
export const healthMeasureCodes = codeList({
  key: 'health-measure-code',
  source,
  version,
  codes: keysOf(healthGroupOf),
});

const groups: ReadonlyMap<unknown, MeasureGroup> = new Map(Object.entries({ ...groupOf, ...healthGroupOf }));

/** The group that a code of a measure belongs to. */
export const groupOfMeasure = (code: unknown): MeasureGroup | undefined => groups.get(code);

/** Statuses of a participant in a measure (the names of navikt/mulighetsrommet, in English). Never why it ended. */
export const measureStatuses = ownList('measure-status', [
  'waiting',
  'takes-part',
  'interrupted',
  'completed',
  'ended',
  'not-relevant',
]);

/** The paragraphs on which the state part of Nav may order information. */
export const orderLaws = codeList({
  key: 'order-law',
  source: 'arbeidsmarkedsloven (LOV-2004-12-10-76) § 19; folketrygdloven (LOV-1997-02-28-19) § 21-4',
  version: '2026-04-13',
  codes: ['ARBML2004_19', 'FTRL1997_21_4'],
});
export const orderPurposes = ownList('order-purpose', ['assessment', 'measure', 'benefit']);
export const orderedItems = ownList('ordered-item', [
  'enrolment',
  'last-day',
  'absence',
  'education-level',
  'follow-up',
]);
export const orderOutcomes = ownList('order-outcome', ['answered', 'complained', 'nothing-held']);

export const costKinds = ownList('cost-kind', [
  'work-training-place',
  'teaching',
  'transport',
  'equipment',
  'other',
]);
export const grantPurposes = ownList('grant-purpose', [
  'work-training',
  'course',
  'guidance',
  'combined-training',
  'other',
]);
export const mixedReasons = ownList('mixed-reason', ['shared-offer', 'prevention', 'too-few-for-own-group']);
export const financiers = ownList('financier', ['nav', 'county', 'school']);
