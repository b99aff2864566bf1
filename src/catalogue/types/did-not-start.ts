import { type CodeOf } from '../code-list.js';
import { intakeCodes, offerReplies } from '../codes/education.js';
import { Code, Format, OrgNumberField, Part, Whole } from '../fields.js';
import { PROGRAMME_AREA } from '../formats.js';
import { noticeToOt } from '../grounds.js';
import { Contact } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { notWithout, unless } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { schoolYearOf } from '../../common/days.js';
import { Youth } from '../youth.js';

/** A youth with a right to education has not applied, has declined, or did not turn up. */
export class DidNotStart {
  @Part(() => Youth)
  youth: Youth;

  @Code(intakeCodes, { category: 'education' })
  intakeCode: CodeOf<typeof intakeCodes>;

  /** The year in which the school year begins. */
  @Whole({ category: 'education', min: 2020, max: 2099 })
  schoolYear: number;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  offeredProgrammeArea?: string;

  @OrgNumberField({ category: 'education', optional: true })
  offeredSchool?: string;

  @Code(offerReplies, { category: 'education' })
  offerReply: CodeOf<typeof offerReplies>;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

const yearOf = (day: string): number => Number(day.slice(0, 4));

export const didNotStart: RecordType = {
  key: 'did-not-start',
  version: 1,
  about: 'youth',
  data: DidNotStart,
  essential: new Set(['identity', 'education']),
  routes: (['county', 'school'] as const).flatMap((from) =>
    noticeToOt({
      from,
      addressed: 'by-residence',
      categories: ['identity', 'education', 'contact'],
      connection: ['identity', 'education'],
    }),
  ),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    intakeCode: 'OSON',
    schoolYear: yearOf(schoolYearOf(today).first),
    offerReply: 'no-offer',
    contact: { phone: '90000000' },
  }),
  rules: (data, { today }) => {
    // From admission in spring it is the year to come.
    const year = yearOf(schoolYearOf(today).first);
    const offered = data.offerReply !== 'no-offer';
    return [
      ...unless(data.schoolYear === year || data.schoolYear === year + 1, 'schoolYear', 'range'),
      ...notWithout(offered, data, 'offeredProgrammeArea'),
      ...notWithout(offered, data, 'offeredSchool'),
    ];
  },
};
