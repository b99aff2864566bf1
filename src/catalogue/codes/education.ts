import { codeList, ownList, type CodeOf } from '../code-list.js';

/**
 * Avbruddsårsak (B06), Utdanningsdirektoratet, Registreringshåndbok, version 2023-05-02
 * (https://regbok.udir.no/felt/?Id=1014313). AP changed programme at the same school; AR got work; AS began at another
 * school; FL moved; FR much absence; FV wrong choice; LA left to begin an apprenticeship; MI military; PM leave; UV exchange
 * pupil; IM did not turn up; TN declined (IM and TN only for part-time pupils, adults, apprentices, assignments); AF other.
 */
export const leavingReasons = codeList({
  key: 'leaving-reason',
  source: 'Utdanningsdirektoratet, Registreringshåndbok, felt B06',
  version: '2023-05-02',
  codes: ['AP', 'AR', 'AS', 'FL', 'FR', 'FV', 'LA', 'MI', 'PM', 'UV', 'IM', 'TN', 'AF'],
});
export type LeavingReason = CodeOf<typeof leavingReasons>;

/** The youth goes on elsewhere, or comes back: OT is not told unless the school names it (shared/domain.md 2.2). */
export const noHandOver: ReadonlySet<unknown> = new Set<LeavingReason>(['AP', 'AS', 'LA', 'PM', 'UV']);
/** Away for a time, with a day of return. */
export const away: ReadonlySet<unknown> = new Set<LeavingReason>(['PM', 'UV']);
/** Reasons that are no reasons to leave an ordinary school place. */
export const notFromSchool: ReadonlySet<unknown> = new Set<LeavingReason>(['IM', 'TN']);

export const interruptionKinds = ownList('interruption-kind', ['school', 'apprenticeship', 'did-not-start']);
export const rightsLeft = ownList('right-left', ['yes', 'no', 'unknown']);
/** Why no clarification conversation was held (shared/domain.md 6.13: did not come, did not want, moved). */
export const noConversationReasons = ownList('no-conversation', [
  'did-not-turn-up',
  'youth-did-not-want',
  'moved',
]);
export const resumptionKinds = ownList('resumption-kind', [
  'regretted',
  'same-school',
  'other-school',
  'apprenticeship',
]);
export const apprenticeshipEndings = ownList('apprenticeship-ending', [
  'terminated',
  'by-agreement',
  'establishment-closed',
  'new-establishment',
  'other',
]);
/** Total absence in the school year. Bands, no subjects: OT needs to know how much, not from what. */
export const absenceBands = ownList('absence-band', ['10-to-15', '15-to-25', 'over-25']);
export const concerns = ownList('concern', ['absence', 'assessment-missing', 'wrong-choice', 'other']);
export const educationLevels = ownList('education-level', [
  'lower-secondary',
  'vg1',
  'vg2',
  'vg3',
  'apprenticeship',
  'upper-secondary-partly',
  'upper-secondary-completed',
]);
/**
 * Why someone stands on VIGO's list to OT (VIGO OT, formerly OTTO; docplayer.me/2453106). OSON has not applied; OSNP, OSUT
 * and OSVE have applied and not begun; OESL was a pupil or apprentice and has broken off. The meaning of the last two
 * letters of OSNP, OSUT and OSVE is not verified.
 */
export const intakeCodes = codeList({
  key: 'intake-code',
  source: 'VIGO OT (Novari IKS)',
  version: 'OTTO handbook',
  codes: ['OSON', 'OSNP', 'OSUT', 'OSVE', 'OESL'],
});
export const offerReplies = ownList('offer-reply', ['accepted', 'declined', 'no-reply', 'no-offer']);
export const adaptations = ownList('adaptation', [
  'individual-teaching-plan',
  'teaching-in-small-group',
  'practical-help',
  'technical-aids',
  'physical-access',
  'language-support',
]);
export const permissionGivers = ownList('permission-giver', ['youth', 'guardian']);
export const attainments = ownList('attainment', ['not-attained', 'partly-attained', 'attained']);
export const certificates = ownList('certificate', [
  'certificate-of-competence',
  'partial-competence',
  'none',
]);
export const nextSteps = ownList('next-step', [
  'goes-on',
  'new-agreement',
  'school-place',
  'apprenticeship',
  'work',
  'undecided',
]);
export const guidanceStatuses = ownList('guidance-status', [
  'not-contacted',
  'guided',
  'applied',
  'accepted',
  'declined',
  'waiting-list',
]);
/** Deadlines to apply through vigo.no: 1 February (on special grounds) and 1 March (ordinary, apprenticeships). */
export const applicationDeadlines = ownList('application-deadline', ['first-of-february', 'first-of-march']);
export const guidanceNeeds = ownList('guidance-need', ['digital-id', 'choice', 'documentation']);
