import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { orderedItems, orderLaws, orderPurposes } from '../codes/nav.js';
import { Code, Codes, Day, Format, Part } from '../fields.js';
import { CASE_REFERENCE } from '../formats.js';
import { across, answer, ordered, processing } from '../grounds.js';
import { NAV_4A } from '../laws.js';
import { ContactPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { unless, within, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/**
 * The state part of Nav orders a school or OT to tell what it needs. The municipal part cannot: sosialtjenesteloven § 43 does
 * not lift confidentiality, so it asks as anyone else.
 */
export class InformationOrder {
  @Part(() => Youth)
  youth: Youth;

  @Code(orderLaws, { category: 'case' })
  orderLaw: CodeOf<typeof orderLaws>;

  @Code(orderPurposes, { category: 'case' })
  orderPurpose: CodeOf<typeof orderPurposes>;

  @Codes(orderedItems, { category: 'case' })
  ordered: CodeOf<typeof orderedItems>[];

  @Day({ category: 'case' })
  dueOn: CalendarDay;

  @Format(CASE_REFERENCE, { category: 'case', optional: true })
  caseReference?: string;

  @Part(() => ContactPerson)
  contactPerson: ContactPerson;
}

export const informationOrder: RecordType = {
  key: 'information-order',
  version: 1,
  about: 'youth',
  data: InformationOrder,
  essential: new Set(['identity', 'case']),
  routes: (['school', 'ot'] as const).map((to) => ({
    ...across(
      { from: ['nav'], to: [to], addressed: 'by-name' },
      answer({ sender: NAV_4A, recipient: processing[to] }, ordered, ['identity', 'case', 'follow-up']),
    ),
    statePartOnly: true,
  })),
  retentionDays: 14,
  example: (today) => ({
    youth: exampleYouth(today),
    orderLaw: 'ARBML2004_19',
    orderPurpose: 'assessment',
    ordered: ['enrolment', 'last-day'],
    dueOn: addDays(today, 14),
    caseReference: '2026/1234',
    contactPerson: { name: 'Jo Eksempel', workPhone: '61000001' },
  }),
  rules: (data, { today }) => [
    // Three days is the time to complain (forvaltningsloven § 14): a shorter one would take it away.
    ...unless(within(data.dueOn, addDays(today, 3), addDays(today, YEAR)), 'dueOn', 'range'),
    // Each law orders for its own tasks: folketrygdloven for benefits, arbeidsmarkedsloven for all else.
    ...unless(
      (data.orderLaw === 'FTRL1997_21_4') === (data.orderPurpose === 'benefit'),
      'orderPurpose',
      'not-applicable',
    ),
  ],
};
