import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import * as codes from '../codes/follow-up.js';
import { Code, Codes, Day, FreeText, Part, Parts, Whole } from '../fields.js';
import { answer, between, release, walled } from '../grounds.js';
import { Signature } from '../parts/signature.js';
import type { RecordType } from '../record-type.js';
import { near, partsOf, signedBy, underAge, unless, within, YEAR } from '../rules.js';
import { exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** One thing to be done. */
export class Activity {
  @Code(codes.activities, { category: 'follow-up' })
  activity: CodeOf<typeof codes.activities>;

  @Code(codes.responsibles, { category: 'follow-up' })
  responsible: CodeOf<typeof codes.responsibles>;

  @Day({ category: 'follow-up', optional: true })
  dueOn?: CalendarDay;

  @Code(codes.progresses, { category: 'follow-up' })
  progress: CodeOf<typeof codes.progresses>;
}

/** A copy of what the youth and OT have agreed, to one who has a part in it. Each copy needs the youth's yes. */
export class FollowUpAgreement {
  @Part(() => Youth)
  youth: Youth;

  @Codes(codes.agreementGoals, { category: 'follow-up' })
  goals: CodeOf<typeof codes.agreementGoals>[];

  @Parts(() => Activity, { min: 1, max: 20 })
  activities: Activity[];

  @Whole({ category: 'follow-up', optional: true, min: 1, max: 26 })
  weeksBetweenMeetings?: number;

  @Day({ category: 'follow-up' })
  agreedOn: CalendarDay;

  @Day({ category: 'follow-up' })
  reviewOn: CalendarDay;

  @Parts(() => Signature, { min: 2, max: 6 })
  signatures: Signature[];

  @FreeText({ category: 'own-words', optional: true })
  youthWants?: string;
}

const categories = ['identity', 'follow-up', 'own-words'] as const;

export const followUpAgreement: RecordType = {
  key: 'follow-up-agreement',
  version: 1,
  about: 'youth',
  data: FollowUpAgreement,
  essential: new Set(['identity', 'follow-up']),
  routes: (['school', 'nav', 'municipality', 'career-centre'] as const).map((to) =>
    walled({ from: ['ot'], to: [to], addressed: 'by-name' }, answer(between('ot', to), release, categories)),
  ),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    goals: ['clarify-choice', 'work-training'],
    activities: [{ activity: 'guidance', responsible: 'ot', dueOn: addDays(today, 14), progress: 'planned' }],
    weeksBetweenMeetings: 2,
    agreedOn: recentDay(today, 1),
    reviewOn: addDays(today, 90),
    signatures: [
      { role: 'youth', signedOn: recentDay(today, 1) },
      { role: 'guardian', signedOn: recentDay(today, 1) },
      { role: 'ot', signedOn: recentDay(today, 1) },
    ],
  }),
  rules: (data, { today }) => [
    // Under 18 a guardian signs beside the youth (shared/domain.md 6.13), never in the youth's place.
    ...unless(
      signedBy(data, 'youth') &&
        signedBy(data, 'ot') &&
        (signedBy(data, 'guardian') || !underAge(data, data.agreedOn)),
      'signatures',
      'required',
    ),
    ...partsOf(data, 'signatures').flatMap(({ signedOn }, i) =>
      unless(within(signedOn, undefined, today), `signatures/${i}/signedOn`, 'range'),
    ),
    ...near(data, 'agreedOn', today, { back: YEAR, ahead: 0 }),
    ...near(data, 'reviewOn', today, { back: 0, ahead: YEAR }),
    ...partsOf(data, 'activities').flatMap((activity, i) =>
      near(activity, 'dueOn', today, { back: YEAR, ahead: 2 * YEAR }, `activities/${i}/`),
    ),
  ],
};
