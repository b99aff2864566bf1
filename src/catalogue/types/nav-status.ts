import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { Day, Flag, Format, Part } from '../fields.js';
import { NAV_UNIT } from '../formats.js';
import { answer, releaseUntilConfirmed, walled } from '../grounds.js';
import { NAV_14A, OPPL_9_4 } from '../laws.js';
import { ContactPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { near, notWithout, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/**
 * Whether Nav follows the youth up, and who at Nav does. No support group (innsatsgruppe): OT does not need it, and three of
 * the five tell of reduced capacity for work.
 */
export class NavStatus {
  @Part(() => Youth)
  youth: Youth;

  @Flag({ category: 'follow-up' })
  followedUp: boolean;

  @Format(NAV_UNIT, { category: 'follow-up', optional: true })
  navUnit?: string;

  @Part(() => ContactPerson, { optional: true })
  contactPerson?: ContactPerson;

  @Day({ category: 'follow-up', optional: true })
  nextMeetingOn?: CalendarDay;

  @Flag({ category: 'follow-up', optional: true })
  activityPlan?: boolean;
}

export const navStatus: RecordType = {
  key: 'nav-status',
  version: 1,
  about: 'youth',
  data: NavStatus,
  essential: new Set(['identity', 'follow-up']),
  routes: [
    walled(
      { from: ['nav'], to: ['ot'], addressed: 'by-residence' },
      answer({ sender: NAV_14A, recipient: OPPL_9_4 }, releaseUntilConfirmed, ['identity', 'follow-up']),
    ),
  ],
  retentionDays: 14,
  example: (today) => ({
    youth: exampleYouth(today),
    followedUp: true,
    navUnit: '0501',
    contactPerson: { name: 'Jo Eksempel', workPhone: '61000001' },
    nextMeetingOn: addDays(today, 10),
    activityPlan: true,
  }),
  rules: (data, { today }) => [
    ...near(data, 'nextMeetingOn', today, { back: 0, ahead: YEAR }),
    ...['contactPerson', 'nextMeetingOn', 'activityPlan'].flatMap((name) =>
      notWithout(data.followedUp === true, data, name),
    ),
  ],
};
