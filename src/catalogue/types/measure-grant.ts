import { addDays, type Day as CalendarDay } from '../../common/days.js';
import type { JsonObject } from '../../common/json.js';
import type { FieldError } from '../../common/problems.js';
import { type CodeOf } from '../code-list.js';
import { costKinds, grantPurposes, mixedReasons } from '../codes/nav.js';
import { Code, Codes, Day, OrgNumberField, Part, Whole } from '../fields.js';
import { answer, impersonal } from '../grounds.js';
import { OPPL_25_1_1, OPPL_9_4 } from '../laws.js';
import type { RecordType, RuleContext } from '../record-type.js';
import { inOrder, near, onlyWhen, partOf, sum, wrong, YEAR } from '../rules.js';
import { EXAMPLE_ORG, recentDay } from '../synthetic.js';

/** A billion øre: ten million kroner, more than any OT area has in a year. */
const MOST_ORE = 1_000_000_000;

/** How many of each group take part. Numbers, never persons. */
export class ParticipantCounts {
  @Whole({ category: 'economy', min: 0, max: 1000 })
  targetGroup: number;

  @Whole({ category: 'economy', min: 0, max: 1000 })
  pupils: number;
}

/** A coordinator grants measure funds. They may be seen with the school's own, but not go to enrolled pupils alone. */
export class MeasureGrant {
  /** The OT unit whose funds they are. */
  @OrgNumberField({ category: 'economy' })
  otUnit: string;

  /** In øre. */
  @Whole({ category: 'economy', min: 1, max: MOST_ORE })
  amount: number;

  /** What the school puts in itself, in øre. */
  @Whole({ category: 'economy', min: 0, max: MOST_ORE })
  schoolShare: number;

  @Code(grantPurposes, { category: 'economy' })
  grantPurpose: CodeOf<typeof grantPurposes>;

  @Codes(costKinds, { category: 'economy' })
  costKinds: CodeOf<typeof costKinds>[];

  @Part(() => ParticipantCounts)
  participantCounts: ParticipantCounts;

  /** Why pupils take part together with the target group. */
  @Code(mixedReasons, { category: 'economy', optional: true })
  mixedBecause?: CodeOf<typeof mixedReasons>;

  @Day({ category: 'economy' })
  decidedOn: CalendarDay;

  @Day({ category: 'economy' })
  startsOn: CalendarDay;

  @Day({ category: 'economy' })
  endsOn: CalendarDay;
}

export const measureGrant: RecordType = {
  key: 'measure-grant',
  version: 1,
  about: 'group',
  data: MeasureGrant,
  essential: new Set(['economy']),
  // An economy record inside the county; it names no one, so a private school may get it on the same ground.
  routes: [
    {
      from: ['ot'],
      to: ['school', 'county', 'career-centre'],
      controllers: 'any',
      counties: 'same',
      addressed: 'by-name',
      answers: answer({ sender: OPPL_9_4, recipient: OPPL_25_1_1 }, impersonal, ['economy']),
    },
  ],
  retentionDays: 365,
  example: (today) => ({
    otUnit: EXAMPLE_ORG,
    amount: 4_500_000,
    schoolShare: 1_000_000,
    grantPurpose: 'combined-training',
    costKinds: ['teaching', 'transport'],
    participantCounts: { targetGroup: 6, pupils: 2 },
    mixedBecause: 'shared-offer',
    decidedOn: recentDay(today, 1),
    startsOn: addDays(today, 7),
    endsOn: addDays(today, 120),
  }),
  rules: judge,
};

function judge(data: JsonObject, { today }: RuleContext): FieldError[] {
  const { targetGroup, pupils } = partOf(data, 'participantCounts');
  const inOrderAndTime = [
    ...inOrder(data, 'startsOn', 'endsOn'),
    ...near(data, 'decidedOn', today, { back: YEAR, ahead: 0 }),
    ...near(data, 'startsOn', today, { back: YEAR, ahead: 2 * YEAR }),
    ...near(data, 'endsOn', today, { back: YEAR, ahead: 4 * YEAR }),
  ];
  if (sum(targetGroup, pupils) === 0) return [wrong('participantCounts', 'too-few'), ...inOrderAndTime];
  if (sum(targetGroup) === 0) return [wrong('participantCounts', 'pupils-only'), ...inOrderAndTime];
  return [...onlyWhen(sum(pupils) > 0, data, 'mixedBecause'), ...inOrderAndTime];
}
