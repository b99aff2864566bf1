import type { Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { absenceBands, educationLevels } from '../codes/education.js';
import { orderOutcomes } from '../codes/nav.js';
import { Code, Day, Flag, Part } from '../fields.js';
import { across, answer, ordered, processing } from '../grounds.js';
import { NAV_4A } from '../laws.js';
import { AnsweringPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { near, notWithout, unless, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';
import { DAYS_AHEAD } from './education-interrupted.js';

/** What a named person answers to an order: what was ordered and no more, or that the agency has complained. */
export class InformationOrderAnswer {
  @Part(() => Youth)
  youth: Youth;

  @Code(orderOutcomes, { category: 'case' })
  orderOutcome: CodeOf<typeof orderOutcomes>;

  @Part(() => AnsweringPerson)
  answeredBy: AnsweringPerson;

  @Flag({ category: 'education', optional: true })
  enrolled?: boolean;

  @Day({ category: 'education', optional: true })
  lastDay?: CalendarDay;

  @Code(absenceBands, { category: 'attendance', optional: true })
  absenceBand?: CodeOf<typeof absenceBands>;

  @Code(educationLevels, { category: 'education', optional: true })
  educationLevel?: CodeOf<typeof educationLevels>;

  @Flag({ category: 'follow-up', optional: true })
  followedUp?: boolean;
}

const answers = ['enrolled', 'lastDay', 'absenceBand', 'educationLevel', 'followedUp'] as const;

export const informationOrderAnswer: RecordType = {
  key: 'information-order-answer',
  version: 1,
  about: 'youth',
  data: InformationOrderAnswer,
  essential: new Set(['identity', 'case']),
  routes: (['school', 'ot'] as const).map((from) => ({
    ...across(
      { from: [from], to: ['nav'], addressed: 'to-asker' },
      answer({ sender: processing[from], recipient: NAV_4A }, ordered, [
        'identity',
        'case',
        'education',
        'attendance',
        'follow-up',
      ]),
    ),
    manual: true,
  })),
  retentionDays: 14,
  answersTypes: ['information-order'],
  example: (today) => ({
    youth: exampleYouth(today),
    orderOutcome: 'answered',
    answeredBy: { name: 'Siri Eksempel', workPhone: '61000000' },
    enrolled: false,
    educationLevel: 'vg1',
  }),
  rules: (data, { today }) => {
    const answered = data.orderOutcome === 'answered';
    return [
      ...unless(!answered || answers.some((name) => data[name] !== undefined), 'orderOutcome', 'one-of'),
      ...answers.flatMap((name) => notWithout(answered, data, name)),
      ...near(data, 'lastDay', today, { back: 10 * YEAR, ahead: DAYS_AHEAD }),
    ];
  },
};
