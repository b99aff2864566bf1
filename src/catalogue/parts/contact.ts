import { type CodeOf } from '../code-list.js';
import { contactChannels } from '../codes/follow-up.js';
import { Code, Email, Flag, Format, Name, Phone } from '../fields.js';

/** How the youth is best reached. */
export class Contact {
  @Phone({ category: 'contact', optional: true })
  phone?: string;

  @Email({ category: 'contact', optional: true })
  email?: string;

  @Code(contactChannels, { category: 'contact', optional: true })
  channel?: CodeOf<typeof contactChannels>;

  /** ISO 639: two or three letters. */
  @Format('^[a-z]{2,3}$', { category: 'contact', optional: true })
  language?: string;

  @Flag({ category: 'contact', optional: true })
  interpreter?: boolean;
}

/** The person at the agency who knows the matter: work contact, never private. */
export class ContactPerson {
  @Name({ category: 'follow-up' })
  name: string;

  @Phone({ category: 'follow-up' })
  workPhone: string;
}

/** The named person who answers an information order. */
export class AnsweringPerson {
  @Name({ category: 'case' })
  name: string;

  @Phone({ category: 'case' })
  workPhone: string;
}
