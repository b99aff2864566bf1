import { addDays } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { invitees } from '../codes/follow-up.js';
import { Codes, Instant, Link, Name, Part, Whole } from '../fields.js';
import { ContactPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { pairs, routesOfPair } from '../referral-routes.js';
import { unless, within } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** An invitation: time, place or link, and who. Nothing of what it is to be about. */
export class Meeting {
  @Part(() => Youth)
  youth: Youth;

  @Instant({ category: 'follow-up' })
  startsAt: string;

  @Whole({ category: 'follow-up', optional: true, min: 10, max: 480 })
  minutes?: number;

  @Name({ category: 'follow-up', optional: true, max: 120 })
  place?: string;

  @Link({ category: 'follow-up', optional: true })
  link?: string;

  @Codes(invitees, { category: 'follow-up' })
  invited: CodeOf<typeof invitees>[];

  @Part(() => ContactPerson)
  contactPerson: ContactPerson;
}

export const meeting: RecordType = {
  key: 'meeting',
  version: 1,
  about: 'youth',
  data: Meeting,
  essential: new Set(['identity', 'follow-up']),
  routes: pairs.flatMap(([from, to]) =>
    routesOfPair({ from, to, addressed: 'by-name', categories: ['identity', 'follow-up'] }),
  ),
  retentionDays: 14,
  example: (today) => ({
    youth: exampleYouth(today),
    startsAt: `${addDays(today, 7)}T09:00:00Z`,
    minutes: 45,
    place: 'Karrieresenteret, møterom 2',
    invited: ['youth', 'ot', 'nav'],
    contactPerson: { name: 'Siri Eksempel', workPhone: '61000000' },
  }),
  rules: (data, { today }) => [
    // A day's grace: the day in Norway and the instant in UTC may differ.
    ...unless(within(data.startsAt, addDays(today, -1), addDays(today, 366)), 'startsAt', 'range'),
    ...unless(data.place !== undefined || data.link !== undefined, 'place', 'required'),
  ],
};
