import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { missingThings, outcomes } from '../codes/follow-up.js';
import { Code, Codes, Day, OrgNumberField, Part, Whole } from '../fields.js';
import { connection, connectionToNav } from '../grounds.js';
import { ContactPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { pairs, routesOfPair } from '../referral-routes.js';
import { near, notWithout, onlyWhen, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** What became of a referral. Nav cannot decline a youth, so no answer says so (shared/domain.md 9.2). */
export class ReferralResponse {
  @Part(() => Youth)
  youth: Youth;

  @Code(outcomes, { category: 'follow-up' })
  outcome: CodeOf<typeof outcomes>;

  @Part(() => ContactPerson, { optional: true })
  contactPerson?: ContactPerson;

  @Day({ category: 'follow-up', optional: true })
  firstMeetingOn?: CalendarDay;

  /** How many times contact was tried. */
  @Whole({ category: 'follow-up', optional: true, min: 1, max: 50 })
  attempts?: number;

  /** The unit that the referral was passed on to. */
  @OrgNumberField({ category: 'follow-up', optional: true })
  forwardedTo?: string;

  @Codes(missingThings, { category: 'follow-up', optional: true })
  missing?: CodeOf<typeof missingThings>[];
}

export const referralResponse: RecordType = {
  key: 'referral-response',
  version: 1,
  about: 'youth',
  data: ReferralResponse,
  essential: new Set(['identity', 'follow-up']),
  // No release can be had from a youth who was not reached or has said no, and an answer that cannot be sent drops the youth.
  // It tells only the connection and what furthers the giver's own task, to the one who told of the youth: fvl § 13 b nr. 5.
  routes: pairs.flatMap(([from, to]) =>
    routesOfPair({
      from,
      to,
      addressed: 'to-asker',
      categories: ['identity', 'follow-up'],
      outside: from === 'nav' ? connectionToNav : connection,
    }),
  ),
  retentionDays: 14,
  answersTypes: ['referral'],
  forwardsField: 'forwardedTo',
  example: (today) => ({
    youth: exampleYouth(today),
    outcome: 'taken',
    contactPerson: { name: 'Jo Eksempel', workPhone: '61000001' },
    firstMeetingOn: addDays(today, 7),
  }),
  rules: (data, { today }) => {
    const is = (outcome: string): boolean => data.outcome === outcome;
    return [
      ...(is('taken') ? onlyWhen(true, data, 'contactPerson') : []),
      ...notWithout(is('taken') || is('already-followed-up'), data, 'contactPerson'),
      ...onlyWhen(is('taken'), data, 'firstMeetingOn'),
      ...near(data, 'firstMeetingOn', today, { back: 30, ahead: YEAR }),
      ...onlyWhen(is('not-reached'), data, 'attempts'),
      ...onlyWhen(is('wrong-office'), data, 'forwardedTo'),
      ...onlyWhen(is('returned'), data, 'missing'),
    ];
  },
};
