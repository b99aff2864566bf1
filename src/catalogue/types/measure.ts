import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import * as codes from '../codes/nav.js';
import { Code, Day, OrgNumberField, Part, Whole } from '../fields.js';
import { answer, between, release, releaseUntilConfirmed, special, walled } from '../grounds.js';
import { GDPR_9_2A } from '../laws.js';
import type { RecordType, Route } from '../record-type.js';
import { inOrder, near, notWithout, unless, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** A measure of Nav's begins, changes or ends. The group by default; the exact code only where the release names it. */
export class Measure {
  @Part(() => Youth)
  youth: Youth;

  @Code(codes.measureGroups, { category: 'measure' })
  measureGroup: codes.MeasureGroup;

  @Code(codes.measureStatuses, { category: 'measure' })
  measureStatus: CodeOf<typeof codes.measureStatuses>;

  @Day({ category: 'measure' })
  startsOn: CalendarDay;

  @Day({ category: 'measure', optional: true })
  endsOn?: CalendarDay;

  @Whole({ category: 'measure', optional: true, min: 1, max: 7 })
  daysPerWeek?: number;

  @Whole({ category: 'measure', optional: true, min: 0, max: 100 })
  positionPercent?: number;

  /** Who runs the measure can tell what it is. */
  @OrgNumberField({ category: 'measure-detail', optional: true })
  provider?: string;

  @Code(codes.measureCodes, { category: 'measure-detail', optional: true })
  measureCode?: CodeOf<typeof codes.measureCodes>;

  @Code(codes.healthMeasureCodes, { category: 'health', optional: true })
  healthMeasureCode?: CodeOf<typeof codes.healthMeasureCodes>;
}

const toward = (to: 'ot' | 'school', addressed: Route['addressed']): Route =>
  walled(
    { from: ['nav'], to: [to], addressed },
    {
      ...answer(between('nav', to), releaseUntilConfirmed, ['identity', 'measure']),
      ...(to === 'ot' && answer(between('nav', to), release, ['measure-detail'])),
      ...(to === 'ot' && answer(between('nav', to), release, ['health'], special(GDPR_9_2A))),
    },
  );

export const measure: RecordType = {
  key: 'measure',
  version: 1,
  about: 'youth',
  data: Measure,
  essential: new Set(['identity', 'measure']),
  // A school gets it only where it takes part in the measure (a combined training agreement), and never the detail.
  routes: [toward('ot', 'by-residence'), toward('school', 'by-name')],
  retentionDays: 14,
  example: (today) => ({
    youth: exampleYouth(today),
    measureGroup: 'work-training',
    measureStatus: 'takes-part',
    startsOn: addDays(today, -7),
    endsOn: addDays(today, 83),
    daysPerWeek: 3,
    positionPercent: 60,
  }),
  rules: (data, { today }) => [
    ...near(data, 'startsOn', today, { back: 5 * YEAR, ahead: YEAR }),
    ...near(data, 'endsOn', today, { back: 5 * YEAR, ahead: 5 * YEAR }),
    ...inOrder(data, 'startsOn', 'endsOn'),
    // A hospital or clinic that runs a measure tells of health as plainly as the code does.
    ...notWithout(data.healthMeasureCode === undefined, data, 'provider'),
    ...unless(
      data.measureCode === undefined || data.healthMeasureCode === undefined,
      'measureCode',
      'one-of',
    ),
    ...(['measureCode', 'healthMeasureCode'] as const).flatMap((name) =>
      unless(
        data[name] === undefined || codes.groupOfMeasure(data[name]) === data.measureGroup,
        name,
        'one-of',
      ),
    ),
  ],
};
