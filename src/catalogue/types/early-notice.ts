import { schoolYearOf, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { absenceBands, concerns } from '../codes/education.js';
import { Code, Codes, Day, FreeText, Format, OrgNumberField, Part } from '../fields.js';
import { ENROLMENT, PROGRAMME_AREA } from '../formats.js';
import { noticeToOt } from '../grounds.js';
import { OPPL_10_6 } from '../laws.js';
import { Contact } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { holds, unless, within } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** A school tells OT that a pupil may be about to leave. Dialogue first: the pupil knows. */
export class EarlyNotice {
  @Part(() => Youth)
  youth: Youth;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  programmeArea?: string;

  @Format(ENROLMENT, { category: 'education', optional: true })
  enrolmentId?: string;

  @Codes(concerns, { category: 'education' })
  concerns: CodeOf<typeof concerns>[];

  @Code(absenceBands, { category: 'attendance', optional: true })
  absenceBand?: CodeOf<typeof absenceBands>;

  @Day({ category: 'follow-up' })
  youthInformedOn: CalendarDay;

  @FreeText({ category: 'own-words', optional: true })
  youthWants?: string;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

export const earlyNotice: RecordType = {
  key: 'early-notice',
  version: 1,
  about: 'youth',
  data: EarlyNotice,
  essential: new Set(['identity', 'education']),
  // Nothing has ended yet, so there is no duty of OT to further: outside the county authority only with a release.
  routes: noticeToOt({
    from: 'school',
    addressed: 'by-residence',
    categories: ['identity', 'education', 'attendance', 'follow-up', 'own-words', 'contact'],
    connection: [],
    sender: OPPL_10_6,
  }),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    school: EXAMPLE_ORG,
    concerns: ['absence', 'wrong-choice'],
    absenceBand: '10-to-15',
    youthInformedOn: recentDay(today, 2),
    contact: { phone: '90000000', channel: 'sms' },
  }),
  rules: (data, { today }) => [
    ...unless(within(data.youthInformedOn, schoolYearOf(today).first, today), 'youthInformedOn', 'range'),
    ...unless(
      data.absenceBand === undefined || holds(data.concerns, 'absence'),
      'absenceBand',
      'not-applicable',
    ),
  ],
};
