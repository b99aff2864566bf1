import { schoolYearOf } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { applicationDeadlines, guidanceNeeds, guidanceStatuses } from '../codes/education.js';
import { Code, Codes, Flag, Part, Whole } from '../fields.js';
import { across, answer, between, internal, release, special, within as inside } from '../grounds.js';
import { OPPL_25_1_5 } from '../laws.js';
import type { RecordType, Route } from '../record-type.js';
import { unless } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** How far a youth without an application has come, to the school's counsellor or the county's admission office. */
export class ApplicationGuidance {
  @Part(() => Youth)
  youth: Youth;

  /** The year in which the school year applied for begins. */
  @Whole({ category: 'education', min: 2020, max: 2099 })
  schoolYear: number;

  @Code(guidanceStatuses, { category: 'follow-up' })
  guidanceStatus: CodeOf<typeof guidanceStatuses>;

  @Code(applicationDeadlines, { category: 'education' })
  deadline: CodeOf<typeof applicationDeadlines>;

  @Codes(guidanceNeeds, { category: 'follow-up', optional: true })
  guidanceNeeds?: CodeOf<typeof guidanceNeeds>[];

  /** Admission on special grounds: it tells of special needs, so it goes as an adaptation. */
  @Flag({ category: 'adaptation', optional: true })
  priorityAdmission?: boolean;
}

function routes(): Route[] {
  return (['school', 'county'] as const).flatMap((to) => {
    const ends = { from: ['ot'], to: [to], addressed: 'by-name' } as const;
    const parties = between('ot', to);
    const answers = (lifted: typeof internal): Route['answers'] => ({
      ...answer(parties, lifted, ['identity', 'education', 'follow-up']),
      ...answer(parties, lifted, ['adaptation'], special(OPPL_25_1_5)),
    });
    return [inside(ends, answers(internal)), across(ends, answers(release))];
  });
}

export const applicationGuidance: RecordType = {
  key: 'application-guidance',
  version: 1,
  about: 'youth',
  data: ApplicationGuidance,
  essential: new Set(['identity', 'follow-up']),
  routes: routes(),
  // A season's record: it is of use until the late intake is over (shared/domain.md 7, row 16).
  retentionDays: 366,
  retentionEndsOn: '11-01',
  example: (today) => ({
    youth: exampleYouth(today),
    schoolYear: nextSchoolYear(today),
    guidanceStatus: 'guided',
    deadline: 'first-of-march',
    guidanceNeeds: ['choice', 'digital-id'],
  }),
  rules: (data, { today }) => {
    // Until the late intake in autumn it is this school year, from then on the next.
    const year = nextSchoolYear(today);
    return unless(data.schoolYear === year || data.schoolYear === year - 1, 'schoolYear', 'range');
  },
};

function nextSchoolYear(today: Parameters<typeof schoolYearOf>[0]): number {
  return Number(schoolYearOf(today).last.slice(0, 4));
}
