import { addDays, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { adaptations, permissionGivers } from '../codes/education.js';
import { Code, Codes, Day, Flag, OrgNumberField, Part, Whole } from '../fields.js';
import { answer, collected, permission, special, walled } from '../grounds.js';
import { OPPL_25_1_1, OPPL_25_1_3, OPPL_25_1_5 } from '../laws.js';
import { Contact } from '../parts/contact.js';
import type { RecordType } from '../record-type.js';
import { near, onlyWhen, YEAR } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth } from '../synthetic.js';
import { Youth } from '../youth.js';

/** A lower secondary school's answer when the county collects what it needs about a pupil (opplæringslova § 25-1). */
export class TransitionInformation {
  @Part(() => Youth)
  youth: Youth;

  /** The county collects: there is no free push. */
  @Day({ category: 'education' })
  requestedOn: CalendarDay;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Whole({ category: 'education', min: 0, max: 30 })
  subjectsWithoutMark: number;

  /** As lower secondary school counts absence: whole days, and single hours besides. In all, never by subject. */
  @Whole({ category: 'attendance', optional: true, min: 0, max: 366 })
  absenceDays?: number;

  @Whole({ category: 'attendance', optional: true, min: 0, max: 2000 })
  absenceHours?: number;

  @Flag({ category: 'education' })
  applied: boolean;

  @Codes(adaptations, { category: 'adaptation', optional: true })
  adaptations?: CodeOf<typeof adaptations>[];

  /** Whose permission there is to tell of adaptations: the youth's own from 15 (§ 24-5). */
  @Code(permissionGivers, { category: 'adaptation', optional: true })
  permittedBy?: CodeOf<typeof permissionGivers>;

  @Part(() => Contact, { optional: true })
  contact?: Contact;
}

const parties = { sender: OPPL_25_1_1, recipient: OPPL_25_1_3 };

export const transitionInformation: RecordType = {
  key: 'transition-information',
  version: 1,
  about: 'youth',
  data: TransitionInformation,
  essential: new Set(['identity', 'education']),
  // By name: it answers the county that asked. The ground is the same where the county is the municipality too, as in Oslo.
  routes: [
    walled(
      { from: ['municipality'], to: ['county', 'ot'], addressed: 'by-name' },
      {
        ...answer(parties, collected, ['identity', 'contact', 'education', 'attendance']),
        ...answer(parties, permission, ['adaptation'], special(OPPL_25_1_5)),
      },
    ),
  ],
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    requestedOn: addDays(today, -14),
    school: EXAMPLE_ORG,
    subjectsWithoutMark: 2,
    absenceDays: 31,
    absenceHours: 12,
    applied: false,
    contact: { phone: '90000000' },
  }),
  rules: (data, { today }) => [
    ...near(data, 'requestedOn', today, { back: YEAR, ahead: 0 }),
    ...onlyWhen(data.adaptations !== undefined, data, 'permittedBy'),
  ],
};
