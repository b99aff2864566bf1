import { addDays, schoolYearOf, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { apprenticeshipEndings, rightsLeft } from '../codes/education.js';
import { Code, Day, Flag, Format, OrgNumberField, Part } from '../fields.js';
import { PROGRAMME_AREA } from '../formats.js';
import { noticeToOt } from '../grounds.js';
import { Contact } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { unless, within } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';
import { DAYS_AHEAD } from './education-interrupted.js';

/** The county's vocational training office tells OT that a contract of apprenticeship has ended before its time. */
export class ApprenticeshipEnded {
  @Part(() => Youth)
  youth: Youth;

  @Day({ category: 'education' })
  lastDay: CalendarDay;

  @Code(apprenticeshipEndings, { category: 'education' })
  ending: CodeOf<typeof apprenticeshipEndings>;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  programmeArea?: string;

  @OrgNumberField({ category: 'education', optional: true })
  trainingEstablishment?: string;

  @Code(rightsLeft, { category: 'education' })
  rightLeft: CodeOf<typeof rightsLeft>;

  @Flag({ category: 'follow-up' })
  seeksNewPlace: boolean;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

export const apprenticeshipEnded: RecordType = {
  key: 'apprenticeship-ended',
  version: 1,
  about: 'youth',
  data: ApprenticeshipEnded,
  essential: new Set(['identity', 'education']),
  routes: noticeToOt({
    from: 'county',
    addressed: 'by-residence',
    categories: ['identity', 'education', 'follow-up', 'contact'],
    connection: ['identity', 'education'],
  }),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    lastDay: recentDay(today, 5),
    ending: 'terminated',
    trainingEstablishment: EXAMPLE_ORG,
    rightLeft: 'yes',
    seeksNewPlace: true,
    contact: { phone: '90000000' },
  }),
  rules: (data, { today }) =>
    unless(within(data.lastDay, schoolYearOf(today).first, addDays(today, DAYS_AHEAD)), 'lastDay', 'range'),
};
