import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { educationLevels } from '../codes/education.js';
import { asks, guidanceTopics, sharedOtStatuses, urgencies } from '../codes/follow-up.js';
import type { DataCategory } from '../data-categories.js';
import { Code, Codes, Day, FreeText, Part } from '../fields.js';
import { releaseUntilConfirmed } from '../grounds.js';
import { Contact, ContactPerson } from '../parts/contact.js';
import type { RecordType, Route } from '../record-type.js';
import { pairs, routesOfPair, type Referrer } from '../referral-routes.js';
import { holds, near, notWithout, YEAR } from '../rules.js';
import { exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** One agency asks another to do something with a youth, who knows of it. Never a reason of health or money. */
export class Referral {
  @Part(() => Youth)
  youth: Youth;

  @Codes(asks, { category: 'follow-up' })
  asks: CodeOf<typeof asks>[];

  @Codes(guidanceTopics, { category: 'follow-up', optional: true })
  topics?: CodeOf<typeof guidanceTopics>[];

  @Code(urgencies, { category: 'follow-up', optional: true })
  urgency?: CodeOf<typeof urgencies>;

  @Day({ category: 'follow-up' })
  youthInformedOn: CalendarDay;

  @Part(() => ContactPerson)
  contactPerson: ContactPerson;

  @Code(educationLevels, { category: 'education', optional: true })
  educationLevel?: CodeOf<typeof educationLevels>;

  /** Only from OT, and never to a school: after the pupil has left, the school needs no code (shared/domain.md 9.4). */
  @Code(sharedOtStatuses, { category: 'case', optional: true })
  otStatus?: CodeOf<typeof sharedOtStatuses>;

  @FreeText({ category: 'own-words', optional: true })
  youthWants?: string;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

const common: readonly DataCategory[] = ['identity', 'contact', 'education', 'follow-up', 'own-words'];

/** Residence decides where OT and Nav turn to each other, and where others turn to OT; all else is a choice of the youth's. */
function addressed(from: Referrer, to: Referrer): Route['addressed'] {
  return to === 'ot' || (from === 'ot' && to === 'nav') ? 'by-residence' : 'by-name';
}

export const referral: RecordType = {
  key: 'referral',
  version: 1,
  about: 'youth',
  data: Referral,
  essential: new Set(['identity', 'follow-up']),
  routes: pairs.flatMap(([from, to]) =>
    routesOfPair({
      from,
      to,
      addressed: addressed(from, to),
      ...(from === 'ot' && to === 'nav' && { outside: releaseUntilConfirmed }),
      categories: from === 'ot' && to !== 'school' ? [...common, 'case'] : common,
    }),
  ),
  retentionDays: 14,
  example: (today) => ({
    youth: exampleYouth(today),
    asks: ['contact-youth', 'work-training-place'],
    urgency: 'ordinary',
    youthInformedOn: addDays(today, -1),
    contactPerson: { name: 'Siri Eksempel', workPhone: '61000000' },
    educationLevel: 'vg1',
    contact: { phone: '90000000', channel: 'sms', language: 'nb', interpreter: false },
  }),
  rules: (data, { today }) => [
    ...near(data, 'youthInformedOn', today, { back: YEAR, ahead: 0 }),
    ...notWithout(holds(data.asks, 'guidance'), data, 'topics'),
  ],
};
