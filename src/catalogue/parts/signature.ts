import type { Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { signerRoles } from '../codes/follow-up.js';
import { Code, Day } from '../fields.js';

/** Who has signed, and when. The signed paper stays with the agency. */
export class Signature {
  @Code(signerRoles, { category: 'follow-up' })
  role: CodeOf<typeof signerRoles>;

  @Day({ category: 'follow-up' })
  signedOn: CalendarDay;
}
