import { addDays, schoolYearOf, type Day as CalendarDay } from '../../common/days.js';
import type { FieldError } from '../../common/problems.js';
import { type CodeOf } from '../code-list.js';
import * as codes from '../codes/education.js';
import { Code, Day, Flag, Format, OrgNumberField, Part, Reference } from '../fields.js';
import { PROGRAMME_AREA, SUBJECT } from '../formats.js';
import { noticeToOt } from '../grounds.js';
import { Contact } from '../parts/contact.js';
import type { RecordType, RuleContext } from '../record-type.js';
import { near, onlyWhen, partOf, unless, within, YEAR } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth, recentDay } from '../synthetic.js';
import type { JsonObject } from '../../common/json.js';
import { Youth } from '../youth.js';

/** How far ahead an end may be told of: the youth has given notice, and goes on until then. */
export const DAYS_AHEAD = 60;

/** The clarification conversation before the end: when it was held, or its record; or why there was none. */
export class Clarification {
  @Day({ category: 'follow-up', optional: true })
  heldOn?: CalendarDay;

  @Reference({ category: 'follow-up', optional: true })
  conversationRecord?: string;

  @Code(codes.noConversationReasons, { category: 'follow-up', optional: true })
  noneBecause?: CodeOf<typeof codes.noConversationReasons>;
}

/** A youth's education ends, or has ended, before it was completed. */
export class EducationInterrupted {
  @Part(() => Youth)
  youth: Youth;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Code(codes.interruptionKinds, { category: 'education' })
  kind: CodeOf<typeof codes.interruptionKinds>;

  @Day({ category: 'education' })
  lastDay: CalendarDay;

  @Code(codes.leavingReasons, { category: 'education' })
  leavingReason: codes.LeavingReason;

  @Day({ category: 'education', optional: true })
  returnsOn?: CalendarDay;

  @Day({ category: 'education', optional: true })
  writtenNoticeOn?: CalendarDay;

  @Code(codes.rightsLeft, { category: 'education' })
  rightLeft: CodeOf<typeof codes.rightsLeft>;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  programmeArea?: string;

  @Code(codes.educationLevels, { category: 'education', optional: true })
  educationLevel?: CodeOf<typeof codes.educationLevels>;

  @Format(SUBJECT, { category: 'attainment', optional: true, list: { min: 1, max: 60 } })
  passedSubjects?: string[];

  @Flag({ category: 'follow-up', optional: true })
  guardianInformed?: boolean;

  @Part(() => Clarification)
  clarification: Clarification;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

const categories = ['identity', 'education', 'attainment', 'follow-up', 'contact'] as const;

export const educationInterrupted: RecordType = {
  key: 'education-interrupted',
  version: 1,
  about: 'youth',
  data: EducationInterrupted,
  essential: new Set(['identity', 'education']),
  // domain.md 3.2: a private school is not enumerated in § 25-1, so it tells OT that the connection has ended (fvl § 13 b
  // nr. 5), and the rest only with a release. The county authority may send too: its connector reads the school system.
  routes: (['school', 'county'] as const).flatMap((from) =>
    noticeToOt({ from, addressed: 'by-residence', categories, connection: ['identity', 'education'] }),
  ),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    school: EXAMPLE_ORG,
    kind: 'school',
    lastDay: today,
    leavingReason: 'FV',
    writtenNoticeOn: recentDay(today, 3),
    rightLeft: 'yes',
    educationLevel: 'vg1',
    guardianInformed: true,
    clarification: { heldOn: recentDay(today, 1) },
    contact: { phone: '90000000', channel: 'phone', language: 'nb', interpreter: false },
  }),
  rules: judge,
  handOver: (data) => !codes.noHandOver.has(data.leavingReason),
  sameEventBy: ['school', 'lastDay'],
};

function judge(data: JsonObject, { today }: RuleContext): FieldError[] {
  const { first } = schoolYearOf(today);
  const { heldOn, conversationRecord, noneBecause } = partOf(data, 'clarification');
  const wasHeld = heldOn !== undefined || conversationRecord !== undefined;
  return [
    ...unless(within(data.lastDay, first, addDays(today, DAYS_AHEAD)), 'lastDay', 'range'),
    ...near(data, 'writtenNoticeOn', today, { back: YEAR, ahead: 0 }),
    ...near(data, 'returnsOn', today, { back: YEAR, ahead: 2 * YEAR }),
    ...unless(wasHeld !== (noneBecause !== undefined), 'clarification', 'one-of'),
    ...near(partOf(data, 'clarification'), 'heldOn', today, { back: YEAR, ahead: 0 }, 'clarification/'),
    ...onlyWhen(codes.away.has(data.leavingReason), data, 'returnsOn'),
    ...unless(returnsLater(data), 'returnsOn', 'order'),
    ...unless(
      data.kind !== 'school' || !codes.notFromSchool.has(data.leavingReason),
      'leavingReason',
      'not-applicable',
    ),
  ];
}

function returnsLater({ lastDay, returnsOn }: JsonObject): boolean {
  return typeof lastDay !== 'string' || typeof returnsOn !== 'string' || returnsOn > lastDay;
}
