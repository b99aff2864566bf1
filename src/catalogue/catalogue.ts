import { checkCatalogue } from './check-catalogue.js';
import { eventTypeOf, type RecordType } from './record-type.js';
import { applicationGuidance } from './types/application-guidance.js';
import { apprenticeshipEnded } from './types/apprenticeship-ended.js';
import { attainmentReport } from './types/attainment-report.js';
import { caseEnded } from './types/case-ended.js';
import { caseMoved } from './types/case-moved.js';
import { clarificationConversation } from './types/clarification-conversation.js';
import { combinedTrainingAgreement } from './types/combined-training-agreement.js';
import { didNotStart } from './types/did-not-start.js';
import { earlyNotice } from './types/early-notice.js';
import { educationInterrupted } from './types/education-interrupted.js';
import { educationResumed } from './types/education-resumed.js';
import { followUpAgreement } from './types/follow-up-agreement.js';
import { informationOrderAnswer } from './types/information-order-answer.js';
import { informationOrder } from './types/information-order.js';
import { measureGrant } from './types/measure-grant.js';
import { measure } from './types/measure.js';
import { meeting } from './types/meeting.js';
import { navStatus } from './types/nav-status.js';
import { referralResponse } from './types/referral-response.js';
import { referral } from './types/referral.js';
import { transitionInformation } from './types/transition-information.js';

/** The record types of version 1 (shared/domain.md 9.4), in the order in which a youth may meet them. */
export const recordTypes: readonly RecordType[] = Object.freeze([
  earlyNotice,
  clarificationConversation,
  educationInterrupted,
  educationResumed,
  apprenticeshipEnded,
  didNotStart,
  transitionInformation,
  referral,
  referralResponse,
  navStatus,
  measure,
  informationOrder,
  informationOrderAnswer,
  followUpAgreement,
  combinedTrainingAgreement,
  attainmentReport,
  measureGrant,
  meeting,
  applicationGuidance,
  caseMoved,
  caseEnded,
]);

checkCatalogue(recordTypes);

const byKey: ReadonlyMap<string, RecordType> = new Map(recordTypes.map((type) => [type.key, type]));
const byEventType: ReadonlyMap<string, RecordType> = new Map(
  recordTypes.map((type) => [eventTypeOf(type), type]),
);

/** The record type with a key such as `referral`. */
export const findType = (key: string): RecordType | undefined => byKey.get(key);

/** The record type of an event type such as `no.stafett.referral.v1`. */
export const findByEventType = (eventType: string): RecordType | undefined => byEventType.get(eventType);
