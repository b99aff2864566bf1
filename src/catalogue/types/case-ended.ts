import type { Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { caseEndings } from '../codes/follow-up.js';
import { Code, Day, Part } from '../fields.js';
import { answer, between, internal, release, walled, within as inside } from '../grounds.js';
import type { RecordType, Route } from '../record-type.js';
import { near, YEAR } from '../rules.js';
import { exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** OT's case about a youth has ended, to those who had a part in it. */
export class CaseEnded {
  @Part(() => Youth)
  youth: Youth;

  @Day({ category: 'follow-up' })
  endedOn: CalendarDay;

  /** `no-right` tells of a residence permit: the reason stays within the county authority. */
  @Code(caseEndings, { category: 'case' })
  caseEnding: CodeOf<typeof caseEndings>;
}

/** To others it is said that the case has ended, and not why. */
const outward = (to: 'nav' | 'municipality' | 'career-centre'): Route =>
  walled(
    { from: ['ot'], to: [to], addressed: 'by-name' },
    answer(between('ot', to), release, ['identity', 'follow-up']),
  );

export const caseEnded: RecordType = {
  key: 'case-ended',
  version: 1,
  about: 'youth',
  data: CaseEnded,
  essential: new Set(['identity', 'follow-up']),
  routes: [
    ...(['county', 'ot'] as const).map((to) =>
      inside(
        { from: ['ot'], to: [to], addressed: 'by-name' },
        answer(between('ot', to), internal, ['identity', 'follow-up', 'case']),
      ),
    ),
    outward('nav'),
    outward('municipality'),
    outward('career-centre'),
  ],
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    endedOn: recentDay(today, 1),
    caseEnding: 'back-in-education',
  }),
  rules: (data, { today }) => near(data, 'endedOn', today, { back: YEAR, ahead: 0 }),
};
