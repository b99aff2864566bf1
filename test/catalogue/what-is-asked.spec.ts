import 'reflect-metadata';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { places } from './walk.js';

/**
 * What a sender must give besides the youth. Written by hand, unlike the other tests of fields: one more required field is
 * a new version of the type, and must not come about by a slip.
 */
const asked: Readonly<Record<string, string>> = {
  'early-notice': 'school concerns youthInformedOn',
  'clarification-conversation': 'school conversation heldOn participants conclusion youthConfirmed',
  'education-interrupted': 'school kind lastDay leavingReason rightLeft clarification',
  'education-resumed': 'school resumption resumedOn',
  'apprenticeship-ended': 'lastDay ending rightLeft seeksNewPlace',
  'did-not-start': 'intakeCode schoolYear offerReply',
  'transition-information': 'requestedOn school subjectsWithoutMark applied',
  referral: 'asks youthInformedOn contactPerson',
  'referral-response': 'outcome',
  'nav-status': 'followedUp',
  measure: 'measureGroup measureStatus startsOn',
  'information-order': 'orderLaw orderPurpose ordered dueOn contactPerson',
  'information-order-answer': 'orderOutcome answeredBy',
  'follow-up-agreement': 'goals activities agreedOn reviewOn signatures',
  'combined-training-agreement':
    'programmeArea daysAtSchool daysAtWork workplace startsOn endsOn financedBy signatures',
  'attainment-report': 'school periodFrom periodTo attainedGoals nextStep certificate',
  'measure-grant':
    'otUnit amount schoolShare grantPurpose costKinds participantCounts decidedOn startsOn endsOn',
  meeting: 'startsAt invited contactPerson',
  'application-guidance': 'schoolYear guidanceStatus deadline',
  'case-moved': 'movedOn otStatus rightLeft',
  'case-ended': 'endedOn caseEnding',
};

it.each(recordTypes.map((type) => [type.key, type] as const))(
  '%s asks for no more than it must',
  (key, type) => {
    const required = places(type).filter(({ path, spec }) => path.length === 1 && spec.required);
    const names = required.map(({ spec }) => spec.name).filter((name) => name !== 'youth');
    expect(names.join(' ')).toBe(asked[key]);
  },
);

/** A field in a milder category than its own is a disclosure. */
const delicate: Readonly<Partial<Record<DataCategory, string>>> = {
  health: 'measure/healthMeasureCode',
  'measure-detail': 'measure/measureCode measure/provider',
  adaptation:
    'application-guidance/priorityAdmission transition-information/adaptations transition-information/permittedBy',
  'own-words':
    'clarification-conversation/youthWants early-notice/youthWants follow-up-agreement/youthWants referral/youthWants',
  attendance:
    'attainment-report/absenceBand early-notice/absenceBand information-order-answer/absenceBand transition-information/absenceDays transition-information/absenceHours',
};

it.each(Object.entries(delicate))(
  'the category %s has its fields, none of which must be given',
  (category, names) => {
    const fields = recordTypes
      .flatMap(places)
      .filter(({ spec }) => spec.kind !== 'part' && spec.category === category);
    expect(
      fields
        .map(({ type, path }) => [type.key, ...path].join('/'))
        .sort()
        .join(' '),
    ).toBe(names);
    expect(fields.filter(({ spec }) => spec.required)).toEqual([]);
  },
);

it.each(['case-ended/caseEnding', 'case-moved/otStatus', 'referral/otStatus'])(
  '%s is of the case, which stays with OT',
  (name) => {
    const [place] = recordTypes
      .flatMap(places)
      .filter(({ type, path }) => `${type.key}/${path.join('/')}` === name);
    expect(place?.spec).toMatchObject({ category: 'case' });
  },
);
