import { codeList, ownList } from '../code-list.js';

export const conversationKinds = ownList('conversation-kind', ['clarification', 'closing']);
/** Who took part. Never another service by name: that it is there is a fact of health or child welfare. */
export const participants = ownList('participant', ['youth', 'guardian', 'school', 'ot', 'nav', 'other']);
export const conclusions = ownList('conclusion', ['goes-on', 'changes', 'leaves', 'combination']);
export const contactChannels = ownList('contact-channel', [
  'phone',
  'sms',
  'email',
  'letter',
  'through-guardian',
]);

/** What a referral asks for: a closed list (shared/domain.md 9.1). */
export const asks = ownList('ask', [
  'contact-youth',
  'education-or-apprenticeship-place',
  'work-training-place',
  'guidance',
  'meeting-of-all',
]);
export const guidanceTopics = ownList('guidance-topic', [
  'career-choice',
  'prior-learning',
  'application',
  'cv',
]);
export const urgencies = ownList('urgency', ['ordinary', 'soon']);
/** What can be answered (shared/domain.md 9.2). Nav cannot decline a youth, so there is no `declined`. */
export const outcomes = ownList('referral-outcome', [
  'taken',
  'already-followed-up',
  'not-reached',
  'youth-said-no',
  'wrong-office',
  'returned',
]);
export const missingThings = ownList('missing', [
  'contact-details',
  'education-status',
  'what-is-asked',
  'right-youth',
  'youth-not-informed',
]);

/**
 * OT status, Utdanningsdirektoratet, "Kodeverk for oppfølgingstjenesten (OT)", in force from 2011-09-15, updated April 2021.
 * Only those of groups 1 to 3. Those of group 4 (OTNO, OTMI, OTBA, OTSY, OTIF) never leave OT: `clarified` stands for
 * them all. Group 5 is of youths outside the target group, who have no case to move.
 */
export const sharedOtStatuses = codeList({
  key: 'ot-status',
  source: 'Utdanningsdirektoratet, Kodeverk for oppfølgingstjenesten (OT)',
  version: '2021-04',
  codes: ['OTUK', 'OTOV', 'OTOA', 'OTAP', 'OTKO', 'OTAR', 'OTEV', 'OTVF', 'OTLL', 'clarified'],
});

export const agreementGoals = ownList('agreement-goal', [
  'clarify-choice',
  'finish-upper-secondary',
  'apprenticeship',
  'work-training',
  'work',
]);
export const activities = ownList('activity', [
  'guidance',
  'application',
  'visit',
  'teaching',
  'work-training',
  'meeting',
  'other',
]);
export const responsibles = ownList('responsible', ['youth', 'ot', 'school', 'nav', 'municipality']);
export const progresses = ownList('progress', ['planned', 'under-way', 'done', 'dropped']);
export const signerRoles = ownList('signer-role', ['youth', 'guardian', 'ot', 'school', 'nav', 'employer']);

export const invitees = ownList('invitee', [
  'youth',
  'guardian',
  'school',
  'ot',
  'nav',
  'municipality',
  'other',
]);

/**
 * Why a case ended. `age-limit`: out the year of 24 (opplæringslova § 9-4); `right-used`: the right is used up, or the
 * school year that began in the year of 24 is out (§ 5-1); `no-right`: no right after a final refusal (§§ 5-1, 5-9).
 */
export const caseEndings = ownList('case-ending', [
  'back-in-education',
  'in-work',
  'age-limit',
  'right-used',
  'no-right',
  'abroad',
  'registered-by-mistake',
]);
