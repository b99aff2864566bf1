import type { Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { rightsLeft } from '../codes/education.js';
import { sharedOtStatuses } from '../codes/follow-up.js';
import { Code, Day, Flag, Format, Part } from '../fields.js';
import { PROGRAMME_AREA } from '../formats.js';
import { across, answer, between, connection, internal, release, within as inside } from '../grounds.js';
import { Contact, ContactPerson } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { inOrder, near, YEAR } from '../rules.js';
import { exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** A youth has moved: the OT unit of the new home takes the case over. `youth.homeMunicipality` is the new one. */
export class CaseMoved {
  @Part(() => Youth)
  youth: Youth;

  @Day({ category: 'case' })
  movedOn: CalendarDay;

  @Code(sharedOtStatuses, { category: 'case' })
  otStatus: CodeOf<typeof sharedOtStatuses>;

  /** The first day of the status. */
  @Day({ category: 'case', optional: true })
  otStatusFrom?: CalendarDay;

  @Day({ category: 'case', optional: true })
  outsideSince?: CalendarDay;

  @Code(rightsLeft, { category: 'education' })
  rightLeft: CodeOf<typeof rightsLeft>;

  @Format(PROGRAMME_AREA, { category: 'education', optional: true })
  programmeArea?: string;

  @Flag({ category: 'follow-up', optional: true })
  agreementInForce?: boolean;

  @Part(() => ContactPerson, { optional: true })
  contactPerson?: ContactPerson;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

const ends = { from: ['ot'], to: ['ot'], addressed: 'by-residence' } as const;
const parties = between('ot', 'ot');

export const caseMoved: RecordType = {
  key: 'case-moved',
  version: 1,
  about: 'youth',
  data: CaseMoved,
  essential: new Set(['identity', 'case']),
  // domain.md 7, row 6: to another county on a move by fvl § 13 b nr. 5. That is that there is a case; the rest needs a yes.
  routes: [
    inside(ends, answer(parties, internal, ['identity', 'case', 'education', 'follow-up', 'contact'])),
    across(ends, {
      ...answer(parties, connection, ['identity', 'case']),
      ...answer(parties, release, ['education', 'follow-up', 'contact']),
    }),
  ],
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    movedOn: recentDay(today, 3),
    otStatus: 'OTOV',
    otStatusFrom: recentDay(today, 30),
    rightLeft: 'yes',
    agreementInForce: false,
    contactPerson: { name: 'Siri Eksempel', workPhone: '61000000' },
    contact: { phone: '90000000' },
  }),
  rules: (data, { today }) => [
    ...near(data, 'movedOn', today, { back: YEAR, ahead: 60 }),
    ...near(data, 'otStatusFrom', today, { back: 10 * YEAR, ahead: 0 }),
    ...near(data, 'outsideSince', today, { back: 10 * YEAR, ahead: 0 }),
    ...inOrder(data, 'outsideSince', 'movedOn'),
  ],
};
