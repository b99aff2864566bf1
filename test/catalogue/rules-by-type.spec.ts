import 'reflect-metadata';
import { findType } from '../../src/catalogue/catalogue.js';
import { addDays } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';
import { errorsIn, today } from './walk.js';

type Case = readonly [
  key: string,
  sentence: string,
  change: Readonly<Record<string, unknown>>,
  ...errors: string[],
];

const person = { name: 'Jo Eksempel', workPhone: '61000001' };
const soon = addDays(today, 7);
const ago = (days: number) => addDays(today, -days);
const signedBy = (...roles: string[]) => ({ signatures: roles.map((role) => ({ role, signedOn: today })) });
const born = (birthDate: string) => ({
  youth: { ...(findType('referral')?.example(today)['youth'] as JsonObject), birthDate },
});
const answer = { contactPerson: undefined, firstMeetingOn: undefined };
const nothing = { enrolled: undefined, educationLevel: undefined };

/** Undefined takes a field out of the example. Without an error: it is taken. */
const cases: readonly Case[] = [
  [
    'early-notice',
    'tells of absence only where absence is the concern',
    { concerns: ['wrong-choice'] },
    'absenceBand not-applicable',
  ],
  [
    'early-notice',
    'comes after the pupil was told, in this school year',
    { youthInformedOn: soon },
    'youthInformedOn range',
  ],
  [
    'clarification-conversation',
    'had the youth in it',
    { participants: ['school', 'ot'] },
    'participants required',
  ],
  ['clarification-conversation', 'has been held', { heldOn: soon }, 'heldOn range'],
  ['education-resumed', 'may be told of sixty days ahead', { resumedOn: addDays(today, 60) }],
  [
    'education-resumed',
    'may not be told of further ahead',
    { resumedOn: addDays(today, 61) },
    'resumedOn range',
  ],
  ['apprenticeship-ended', 'may be told of sixty days ahead', { lastDay: addDays(today, 60) }],
  [
    'apprenticeship-ended',
    'may not be dated back into the last school year',
    { lastDay: '2026-07-31' },
    'lastDay range',
  ],
  ['did-not-start', 'is of this school year or the next', { schoolYear: 2027 }],
  ['did-not-start', 'is not of a school year gone by', { schoolYear: 2025 }, 'schoolYear range'],
  [
    'did-not-start',
    'names an offer where there was one',
    { offerReply: 'declined', offeredSchool: '310200018' },
  ],
  [
    'did-not-start',
    'names no offer where there was none',
    { offeredSchool: '310200018', offeredProgrammeArea: 'HSHEA2----' },
    'offeredProgrammeArea not-applicable',
    'offeredSchool not-applicable',
  ],
  [
    'transition-information',
    'comes only after the county authority has asked',
    { requestedOn: soon },
    'requestedOn range',
  ],
  [
    'transition-information',
    'tells of adaptations only with a permission',
    { adaptations: ['practical-help'] },
    'permittedBy required',
  ],
  [
    'transition-information',
    'tells of no permission for nothing',
    { permittedBy: 'youth' },
    'permittedBy not-applicable',
  ],
  ['referral', 'comes after the youth was told', { youthInformedOn: soon }, 'youthInformedOn range'],
  [
    'referral',
    'names topics only of a guidance that it asks for',
    { topics: ['cv'] },
    'topics not-applicable',
  ],
  [
    'referral-response',
    'that is taken says who and when',
    { ...answer },
    'contactPerson required',
    'firstMeetingOn required',
  ],
  [
    'referral-response',
    'that is not reached says how often it was tried',
    { ...answer, outcome: 'not-reached' },
    'attempts required',
  ],
  [
    'referral-response',
    'that is not reached is taken with its attempts',
    { ...answer, outcome: 'not-reached', attempts: 3 },
  ],
  [
    'referral-response',
    'from the wrong office says where it went',
    { ...answer, outcome: 'wrong-office' },
    'forwardedTo required',
  ],
  [
    'referral-response',
    'that is returned says what is missing',
    { ...answer, outcome: 'returned' },
    'missing required',
  ],
  [
    'referral-response',
    'may say that the youth said no, and nothing more',
    { ...answer, outcome: 'youth-said-no', attempts: 2 },
    'attempts not-applicable',
  ],
  [
    'referral-response',
    'may say that the youth is followed up already, and by whom',
    { ...answer, outcome: 'already-followed-up', contactPerson: person },
  ],
  ['referral-response', 'never declines a youth', { ...answer, outcome: 'declined' }, 'outcome code'],
  [
    'nav-status',
    'of one whom Nav does not follow up names no one and no plan',
    { followedUp: false },
    'contactPerson not-applicable',
    'nextMeetingOn not-applicable',
    'activityPlan not-applicable',
  ],
  ['measure', 'gives a code of its own group', { measureCode: 'MENTOR' }, 'measureCode one-of'],
  ['measure', 'gives its exact code and provider', { measureCode: 'ARBEIDSTRENING', provider: '310200018' }],
  [
    'measure',
    'gives a code that tells of health without its provider, who would tell it too',
    { healthMeasureCode: 'ARBEIDSFORBEREDENDE_TRENING', provider: '310200018' },
    'provider not-applicable',
  ],
  [
    'measure',
    'gives one code',
    { healthMeasureCode: 'ARBEIDSFORBEREDENDE_TRENING', measureCode: 'ARBEIDSTRENING' },
    'measureCode one-of',
  ],
  [
    'measure',
    'does not take a code that tells of health for an ordinary one',
    { measureCode: 'INDIVIDUELL_JOBBSTOTTE_UNG' },
    'measureCode code',
  ],
  ['measure', 'ends after it begins', { endsOn: ago(8) }, 'endsOn order'],
  ['measure', 'lies in no far year', { startsOn: '2006-11-24' }, 'startsOn range'],
  ['information-order', 'leaves three days to complain', { dueOn: addDays(today, 2) }, 'dueOn range'],
  [
    'information-order',
    'for a benefit rests on folketrygdloven',
    { orderPurpose: 'benefit' },
    'orderPurpose not-applicable',
  ],
  [
    'information-order',
    'for a benefit is taken on folketrygdloven',
    { orderPurpose: 'benefit', orderLaw: 'FTRL1997_21_4' },
  ],
  [
    'information-order',
    'for a measure does not rest on folketrygdloven',
    { orderPurpose: 'measure', orderLaw: 'FTRL1997_21_4' },
    'orderPurpose not-applicable',
  ],
  ['information-order-answer', 'that answers has an answer', { ...nothing }, 'orderOutcome one-of'],
  [
    'information-order-answer',
    'of one who has complained tells nothing',
    { orderOutcome: 'complained' },
    'enrolled not-applicable',
    'educationLevel not-applicable',
  ],
  ['information-order-answer', 'may be a complaint', { ...nothing, orderOutcome: 'complained' }],
  [
    'information-order-answer',
    'names the person who answers',
    { answeredBy: undefined },
    'answeredBy required',
  ],
  ['follow-up-agreement', 'is signed by the youth', signedBy('guardian', 'ot'), 'signatures required'],
  [
    'follow-up-agreement',
    'of one under 18 is signed by a guardian too',
    signedBy('youth', 'ot'),
    'signatures required',
  ],
  [
    'follow-up-agreement',
    'of one who turns 18 on the day needs no guardian',
    { ...born('2008-11-23'), agreedOn: ago(1), ...signedBy('youth', 'ot') },
  ],
  [
    'follow-up-agreement',
    'of one who turns 18 the day after needs one',
    { ...born('2008-11-24'), agreedOn: ago(1), ...signedBy('youth', 'ot') },
    'signatures required',
  ],
  ['follow-up-agreement', 'is signed by OT', signedBy('youth', 'guardian', 'school'), 'signatures required'],
  [
    'follow-up-agreement',
    'is not signed tomorrow',
    {
      signatures: [
        { role: 'youth', signedOn: soon },
        { role: 'guardian', signedOn: today },
        { role: 'ot', signedOn: today },
      ],
    },
    'signatures/0/signedOn range',
  ],
  [
    'follow-up-agreement',
    'is looked at again in a year at the latest',
    { reviewOn: addDays(today, 367) },
    'reviewOn range',
  ],
  [
    'follow-up-agreement',
    'has no due day far off',
    { activities: [{ activity: 'visit', responsible: 'youth', dueOn: '2062-11-24', progress: 'planned' }] },
    'activities/0/dueOn range',
  ],
  ['combined-training-agreement', 'fits in a week', { daysAtSchool: 3 }, 'daysAtWork range'],
  [
    'combined-training-agreement',
    'is signed by the youth',
    signedBy('school', 'employer'),
    'signatures required',
  ],
  [
    'combined-training-agreement',
    'is signed by the school or OT',
    signedBy('youth', 'nav'),
    'signatures required',
  ],
  ['combined-training-agreement', 'may be signed by OT in the place of the school', signedBy('youth', 'ot')],
  ['attainment-report', 'looks back', { periodTo: soon }, 'periodTo range'],
  [
    'attainment-report',
    'has a period that ends after it begins',
    { periodFrom: today, periodTo: ago(1) },
    'periodTo order',
  ],
  ['measure-grant', 'has been decided', { decidedOn: soon }, 'decidedOn range'],
  ['measure-grant', 'ends after it begins', { endsOn: addDays(today, 1) }, 'endsOn order'],
  ['meeting', 'has a place or a link', { place: undefined }, 'place required'],
  ['meeting', 'may be by video alone', { place: undefined, link: 'https://video.example.no/1' }],
  ['meeting', 'is to come', { startsAt: '2026-11-01T09:00:00Z' }, 'startsAt range'],
  [
    'application-guidance',
    'is of the school year that is applied for',
    { schoolYear: 2030 },
    'schoolYear range',
  ],
  ['case-moved', 'tells no reason of a clarified case', { otStatus: 'OTSY' }, 'otStatus code'],
  ['case-moved', 'comes after the youth fell outside', { outsideSince: today }, 'movedOn order'],
  ['case-moved', 'has a status that holds already', { otStatusFrom: soon }, 'otStatusFrom range'],
  ['case-ended', 'has ended', { endedOn: soon }, 'endedOn range'],
];

const named = cases.map(([key, sentence, change, ...errors]) => ({ key, sentence, change, errors }));

it.each(named)('the record $key $sentence', ({ key, change, errors }) => {
  const type = findType(key);
  if (!type) throw new Error(`no type ${key}`);
  const data = JSON.parse(JSON.stringify({ ...type.example(today), ...change })) as JsonObject;
  const found = errorsIn(type, data);
  expect(found.map(({ pointer, code }) => `${pointer.slice('/data/'.length)} ${code}`)).toEqual(errors);
});
