import 'reflect-metadata';
import { addDays } from '../../src/common/days.js';
import { ago, answer, person, soon, testEach, type Case } from './rule-cases.js';
import { today } from './walk.js';

/** Days far off are slips of the keyboard, in every field that holds one; and what one answer leaves no room for. */
const cases: readonly Case[] = [
  [
    'education-interrupted',
    'has its conversation in the last year',
    { clarification: { heldOn: ago(367) } },
    'clarification/heldOn range',
  ],
  [
    'education-interrupted',
    'has a return within two years',
    { leavingReason: 'PM', returnsOn: addDays(today, 733) },
    'returnsOn range',
  ],
  [
    'education-interrupted',
    'has its notice in the last year',
    { writtenNoticeOn: ago(367) },
    'writtenNoticeOn range',
  ],
  [
    'transition-information',
    'answers what was asked in the last year',
    { requestedOn: ago(367) },
    'requestedOn range',
  ],
  [
    'referral',
    'comes within a year of the youth knowing',
    { youthInformedOn: ago(367) },
    'youthInformedOn range',
  ],
  [
    'referral-response',
    'has a first meeting within a year',
    { firstMeetingOn: addDays(today, 367) },
    'firstMeetingOn range',
  ],
  [
    'referral-response',
    'that the youth said no names no contact person',
    { ...answer, outcome: 'youth-said-no', contactPerson: person },
    'contactPerson not-applicable',
  ],
  [
    'referral-response',
    'that is taken forwards nothing',
    { forwardedTo: '310200018' },
    'forwardedTo not-applicable',
  ],
  [
    'referral-response',
    'that is taken lacks nothing',
    { missing: ['right-youth'] },
    'missing not-applicable',
  ],
  [
    'nav-status',
    'has a next meeting within a year',
    { nextMeetingOn: addDays(today, 367) },
    'nextMeetingOn range',
  ],
  ['nav-status', 'has a next meeting that is to come', { nextMeetingOn: ago(1) }, 'nextMeetingOn range'],
  ['measure', 'ends within five years', { endsOn: '2032-01-01' }, 'endsOn range'],
  [
    'measure',
    'gives a code of health of its own group',
    { healthMeasureCode: 'AVKLARING' },
    'healthMeasureCode one-of',
  ],
  ['information-order', 'is to be answered within a year', { dueOn: addDays(today, 367) }, 'dueOn range'],
  [
    'information-order-answer',
    'tells of no last day far off',
    { lastDay: addDays(today, 61) },
    'lastDay range',
  ],
  ['follow-up-agreement', 'has been agreed', { agreedOn: soon }, 'agreedOn range'],
  ['follow-up-agreement', 'is looked at again in time to come', { reviewOn: ago(1) }, 'reviewOn range'],
  ['combined-training-agreement', 'ends after it begins', { endsOn: addDays(today, 6) }, 'endsOn order'],
  [
    'combined-training-agreement',
    'begins within a year',
    { startsOn: addDays(today, 367), endsOn: addDays(today, 400) },
    'startsOn range',
  ],
  ['combined-training-agreement', 'ends within four years', { endsOn: '2031-01-01' }, 'endsOn range'],
  [
    'combined-training-agreement',
    'is not signed tomorrow',
    {
      signatures: [
        { role: 'youth', signedOn: today },
        { role: 'ot', signedOn: soon },
      ],
    },
    'signatures/1/signedOn range',
  ],
  ['attainment-report', 'looks back two years at the most', { periodFrom: ago(733) }, 'periodFrom range'],
  [
    'measure-grant',
    'begins within two years',
    { startsOn: addDays(today, 733), endsOn: addDays(today, 800) },
    'startsOn range',
  ],
  ['measure-grant', 'ends within four years', { endsOn: '2031-01-01' }, 'endsOn range'],
  ['meeting', 'is within a year', { startsAt: '2027-11-26T09:00:00Z' }, 'startsAt range'],
  [
    'case-moved',
    'comes sixty days ahead of the move at the most',
    { movedOn: addDays(today, 61) },
    'movedOn range',
  ],
  [
    'case-moved',
    'has a youth outside for ten years at the most',
    { outsideSince: '2016-11-01' },
    'outsideSince range',
  ],
];

testEach(cases);
