import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { financiers } from '../codes/nav.js';
import type { DataCategory } from '../data-categories.js';
import { Codes, Day, Format, Name, OrgNumberField, Part, Parts, Whole } from '../fields.js';
import { COMPETENCE_GOAL, PROGRAMME_AREA } from '../formats.js';
import { across, answer, between, internal, release, walled, within as inside } from '../grounds.js';
import { Signature } from '../parts/signature.js';
import type { RecordType, Route } from '../record-type.js';
import { inOrder, near, partsOf, signedBy, sum, unless, within, YEAR } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** Part training with curriculum goals, part work training that Nav pays for: OT status OTKO. */
export class CombinedTrainingAgreement {
  @Part(() => Youth)
  youth: Youth;

  @Format(PROGRAMME_AREA, { category: 'education' })
  programmeArea: string;

  @Format(COMPETENCE_GOAL, { category: 'attainment', optional: true, list: { min: 1, max: 60 } })
  competenceGoals?: string[];

  @Whole({ category: 'measure', min: 0, max: 5 })
  daysAtSchool: number;

  @Whole({ category: 'measure', min: 1, max: 5 })
  daysAtWork: number;

  @OrgNumberField({ category: 'measure' })
  workplace: string;

  @Name({ category: 'measure', optional: true })
  mentor?: string;

  @Day({ category: 'measure' })
  startsOn: CalendarDay;

  @Day({ category: 'measure' })
  endsOn: CalendarDay;

  @Codes(financiers, { category: 'economy' })
  financedBy: CodeOf<typeof financiers>[];

  @Parts(() => Signature, { min: 2, max: 6 })
  signatures: Signature[];
}

const categories: readonly DataCategory[] = [
  'identity',
  'education',
  'attainment',
  'measure',
  'economy',
  'follow-up',
];
const makers = ['school', 'ot', 'nav'] as const;

function routes(): Route[] {
  return makers.flatMap((from) =>
    makers
      .filter((to) => to !== from)
      .flatMap((to) => {
        const ends = { from: [from], to: [to], addressed: 'by-name' } as const;
        const released = answer(between(from, to), release, categories);
        if (from === 'nav' || to === 'nav') return [walled(ends, released)];
        return [inside(ends, answer(between(from, to), internal, categories)), across(ends, released)];
      }),
  );
}

export const combinedTrainingAgreement: RecordType = {
  key: 'combined-training-agreement',
  version: 1,
  about: 'youth',
  data: CombinedTrainingAgreement,
  essential: new Set(['identity', 'education', 'measure']),
  routes: routes(),
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    programmeArea: 'HSHEA2----',
    competenceGoals: ['KM1234', 'KM1235'],
    daysAtSchool: 2,
    daysAtWork: 3,
    workplace: EXAMPLE_ORG,
    startsOn: addDays(today, 7),
    endsOn: addDays(today, 180),
    financedBy: ['nav', 'county'],
    signatures: [
      { role: 'youth', signedOn: recentDay(today, 1) },
      { role: 'school', signedOn: recentDay(today, 1) },
    ],
  }),
  rules: (data, { today }) => [
    ...unless(sum(data.daysAtSchool, data.daysAtWork) <= 5, 'daysAtWork', 'range'),
    ...inOrder(data, 'startsOn', 'endsOn'),
    ...near(data, 'startsOn', today, { back: YEAR, ahead: YEAR }),
    ...near(data, 'endsOn', today, { back: YEAR, ahead: 4 * YEAR }),
    // Nav and the employer may sign later: Nav decides on the measure once it has the agreement.
    ...unless(signedBy(data, 'youth') && signedBy(data, 'school', 'ot'), 'signatures', 'required'),
    ...partsOf(data, 'signatures').flatMap(({ signedOn }, i) =>
      unless(within(signedOn, undefined, today), `signatures/${i}/signedOn`, 'range'),
    ),
  ],
};
