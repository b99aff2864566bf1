import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { absenceBands, attainments, certificates, nextSteps } from '../codes/education.js';
import { Code, Day, Format, OrgNumberField, Part, Parts } from '../fields.js';
import { COMPETENCE_GOAL } from '../formats.js';
import { answer, between, noticeToOt, release, walled } from '../grounds.js';
import type { RecordType } from '../record-type.js';
import { inOrder, near, YEAR } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** How far the youth has come with one competence goal. */
export class AttainedGoal {
  @Format(COMPETENCE_GOAL, { category: 'attainment' })
  goal: string;

  @Code(attainments, { category: 'attainment' })
  attained: CodeOf<typeof attainments>;
}

/** What a combined training agreement has led to so far. */
export class AttainmentReport {
  @Part(() => Youth)
  youth: Youth;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Day({ category: 'education' })
  periodFrom: CalendarDay;

  @Day({ category: 'education' })
  periodTo: CalendarDay;

  @Parts(() => AttainedGoal, { min: 1, max: 60 })
  attainedGoals: AttainedGoal[];

  @Code(absenceBands, { category: 'attendance', optional: true })
  absenceBand?: CodeOf<typeof absenceBands>;

  @Code(nextSteps, { category: 'follow-up' })
  nextStep: CodeOf<typeof nextSteps>;

  @Code(certificates, { category: 'attainment' })
  certificate: CodeOf<typeof certificates>;
}

const categories = ['identity', 'education', 'attainment', 'attendance', 'follow-up'] as const;

export const attainmentReport: RecordType = {
  key: 'attainment-report',
  version: 1,
  about: 'youth',
  data: AttainmentReport,
  essential: new Set(['identity', 'attainment']),
  routes: [
    ...noticeToOt({ from: 'school', addressed: 'by-residence', categories, connection: [] }),
    walled(
      { from: ['school'], to: ['nav'], addressed: 'by-name' },
      answer(between('school', 'nav'), release, categories),
    ),
  ],
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    school: EXAMPLE_ORG,
    periodFrom: addDays(today, -60),
    periodTo: today,
    attainedGoals: [
      { goal: 'KM1234', attained: 'attained' },
      { goal: 'KM1235', attained: 'partly-attained' },
    ],
    nextStep: 'apprenticeship',
    certificate: 'partial-competence',
  }),
  rules: (data, { today }) => [
    ...inOrder(data, 'periodFrom', 'periodTo'),
    ...near(data, 'periodFrom', today, { back: 2 * YEAR, ahead: 0 }),
    ...near(data, 'periodTo', today, { back: YEAR, ahead: 0 }),
  ],
};
