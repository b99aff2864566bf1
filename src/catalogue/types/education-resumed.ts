import { addDays, schoolYearOf, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { resumptionKinds } from '../codes/education.js';
import { Code, Day, Format, OrgNumberField, Part, Reference } from '../fields.js';
import { PROGRAMME_AREA } from '../formats.js';
import { noticeToOt } from '../grounds.js';
import type { RecordType } from '../record-type.js';
import { unless, within } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';
import { DAYS_AHEAD } from './education-interrupted.js';

/** A youth is back in education, or never left: then it names the interruption that it cancels. */
export class EducationResumed {
  @Part(() => Youth)
  youth: Youth;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Code(resumptionKinds, { category: 'education' })
  resumption: CodeOf<typeof resumptionKinds>;

  @Day({ category: 'education' })
  resumedOn: CalendarDay;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  programmeArea?: string;

  @Reference({ category: 'education', optional: true })
  cancels?: string;
}

export const educationResumed: RecordType = {
  key: 'education-resumed',
  version: 1,
  about: 'youth',
  data: EducationResumed,
  essential: new Set(['identity', 'education']),
  routes: (['school', 'county'] as const).flatMap((from) =>
    noticeToOt({
      from,
      addressed: 'by-residence',
      categories: ['identity', 'education'],
      connection: ['identity', 'education'],
    }),
  ),
  retentionDays: 30,
  cancelsField: 'cancels',
  example: (today) => ({
    youth: exampleYouth(today),
    school: EXAMPLE_ORG,
    resumption: 'same-school',
    resumedOn: today,
  }),
  rules: (data, { today }) =>
    unless(
      within(data.resumedOn, schoolYearOf(today).first, addDays(today, DAYS_AHEAD)),
      'resumedOn',
      'range',
    ),
};
