import { judgeBirthNumber } from '../common/birth-number.js';
import type { Day as CalendarDay } from '../common/days.js';
import { isObject, type JsonObject } from '../common/json.js';
import type { FieldError } from '../common/problems.js';
import { ownList, type CodeOf } from './code-list.js';
import { Code, Day, MunicipalityCode, Name, NationalId } from './fields.js';

/**
 * Address protection in the population register (Folkeregisteret, adressebeskyttelse.graderingsnivaa: fortrolig and
 * strengtFortrolig). That someone has it is itself confidential: no recipient is told.
 */
export const protections = ownList('protection', ['confidential', 'strictly-confidential']);

/** The youth whom a record is about. Age and sex are never read out of the number: from 2032 it tells neither. */
export class Youth {
  @NationalId({ category: 'identity' })
  nationalId: string;

  @Name({ category: 'identity' })
  givenName: string;

  @Name({ category: 'identity' })
  familyName: string;

  @Day({ category: 'identity' })
  birthDate: CalendarDay;

  /** Where the youth lives, which decides who gets the record. Never the street address. */
  @MunicipalityCode({ category: 'identity', optional: true })
  homeMunicipality?: string;

  @Code(protections, { category: 'identity', optional: true, neverDelivered: true })
  protection?: CodeOf<typeof protections>;
}

/** Rules of the common part: the right population for this installation, and a day of birth that has been. */
export function youthRules(
  data: JsonObject,
  context: { readonly today: CalendarDay; readonly people: 'synthetic' | 'real' },
): FieldError[] {
  const { youth } = data;
  if (!isObject(youth)) return [];
  const errors: FieldError[] = [];
  const { nationalId, birthDate } = youth;
  if (judgeBirthNumber(nationalId) !== context.people) {
    const code = context.people === 'synthetic' ? 'synthetic-required' : 'synthetic-refused';
    errors.push({ pointer: '/data/youth/nationalId', code });
  }
  if (typeof birthDate === 'string' && birthDate > context.today) {
    errors.push({ pointer: '/data/youth/birthDate', code: 'range' });
  }
  return errors;
}
