import 'reflect-metadata';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { places } from './walk.js';

/**
 * Every code of every list, written by hand: a code that is added, lost or renamed is a new version of its list, and must not
 * come about by a slip. Lists of others as their source has them (shared/domain.md 2), the rest from its sections 6, 7 and 9.
 */
const codes: Readonly<Record<string, string>> = {
  'leaving-reason': 'AP AR AS FL FR FV LA MI PM UV IM TN AF',
  'intake-code': 'OSON OSNP OSUT OSVE OESL',
  'ot-status': 'OTUK OTOV OTOA OTAP OTKO OTAR OTEV OTVF OTLL clarified',
  'measure-code':
    'ARBEIDSTRENING MENTOR MIDLERTIDIG_LONNSTLSKUDD OPPFOLGING JOBBKLUBB DIGITALT_OPPFOLGINGSTILTAK ' +
    'ARBEIDSMARKEDSOPPLAERING ENKELTPLASS_ARBEIDSMARKEDSOPPLAERING FAG_OG_YRKESOPPLAERING ' +
    'ENKELTPLASS_FAG_OG_YRKESOPPLAERING STUDIESPESIALISERING',
  'health-measure-code':
    'INDIVIDUELL_JOBBSTOTTE_UNG ARBEIDSRETTET_REHABILITERING ARBEIDSFORBEREDENDE_TRENING AVKLARING VARIG',
  'order-law': 'ARBML2004_19 FTRL1997_21_4',
  'measure-group': 'work-training mentor wage-subsidy education follow-up clarification other',
  'measure-status': 'waiting takes-part interrupted completed ended not-relevant',
  protection: 'confidential strictly-confidential',
  concern: 'absence assessment-missing wrong-choice other',
  'absence-band': '10-to-15 15-to-25 over-25',
  'contact-channel': 'phone sms email letter through-guardian',
  'conversation-kind': 'clarification closing',
  participant: 'youth guardian school ot nav other',
  conclusion: 'goes-on changes leaves combination',
  'interruption-kind': 'school apprenticeship did-not-start',
  'right-left': 'yes no unknown',
  'no-conversation': 'did-not-turn-up youth-did-not-want moved',
  'education-level':
    'lower-secondary vg1 vg2 vg3 apprenticeship upper-secondary-partly upper-secondary-completed',
  'resumption-kind': 'regretted same-school other-school apprenticeship',
  'apprenticeship-ending': 'terminated by-agreement establishment-closed new-establishment other',
  'offer-reply': 'accepted declined no-reply no-offer',
  adaptation:
    'individual-teaching-plan teaching-in-small-group practical-help technical-aids physical-access language-support',
  'permission-giver': 'youth guardian',
  ask: 'contact-youth education-or-apprenticeship-place work-training-place guidance meeting-of-all',
  'guidance-topic': 'career-choice prior-learning application cv',
  urgency: 'ordinary soon',
  'referral-outcome': 'taken already-followed-up not-reached youth-said-no wrong-office returned',
  missing: 'contact-details education-status what-is-asked right-youth youth-not-informed',
  'order-purpose': 'assessment measure benefit',
  'ordered-item': 'enrolment last-day absence education-level follow-up',
  'order-outcome': 'answered complained nothing-held',
  'agreement-goal': 'clarify-choice finish-upper-secondary apprenticeship work-training work',
  activity: 'guidance application visit teaching work-training meeting other',
  responsible: 'youth ot school nav municipality',
  progress: 'planned under-way done dropped',
  'signer-role': 'youth guardian ot school nav employer',
  financier: 'nav county school',
  attainment: 'not-attained partly-attained attained',
  certificate: 'certificate-of-competence partial-competence none',
  'next-step': 'goes-on new-agreement school-place apprenticeship work undecided',
  'grant-purpose': 'work-training course guidance combined-training other',
  'cost-kind': 'work-training-place teaching transport equipment other',
  'mixed-reason': 'shared-offer prevention too-few-for-own-group',
  invitee: 'youth guardian school ot nav municipality other',
  'guidance-status': 'not-contacted guided applied accepted declined waiting-list',
  'application-deadline': 'first-of-february first-of-march',
  'guidance-need': 'digital-id choice documentation',
  'case-ending': 'back-in-education in-work age-limit right-used no-right abroad registered-by-mistake',
};

const lists = new Map(
  recordTypes
    .flatMap(places)
    .flatMap(({ spec }) => (spec.kind !== 'part' && spec.codes ? [spec.codes] : []))
    .map((list) => [list.key, list]),
);

it('knows every list, and no list is unknown', () => {
  expect([...lists.keys()].sort()).toEqual(Object.keys(codes).sort());
});

it.each(Object.entries(codes))('the list %s has its codes, all of them and no others', (key, expected) => {
  expect(lists.get(key)?.codes.join(' ')).toBe(expected);
});
