import { isDay } from '../common/days.js';
import { isOrgNumber, isUuid } from '../common/ids.js';
import { holdsBirthNumber, judgeBirthNumber, looksLikeBirthNumber } from '../common/birth-number.js';
import type { CodeList } from './code-list.js';
import type { FieldCode } from './field-spec.js';

export type Judge = (value: unknown) => FieldCode | undefined;

/** One line, or more, with no blank first or last. */
export const LINE = '^(?=\\S)(?=[\\s\\S]*\\S$)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]+$';
export const LINES = '^(?=\\S)(?=[\\s\\S]*\\S$)(?:[^\\p{Cc}\\p{Cs}]|\\n)+$';
/** Days of the twentieth and twenty-first century: a far day is a slip of the keyboard. */
export const DAY = '^(19|20)\\d{2}-\\d{2}-\\d{2}$';
/** RFC 3339 in UTC, to the second at the finest. */
export const INSTANT = '^(19|20)\\d{2}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$';
/** Norwegian numbers in eight digits, others as E.164 with the plus sign. */
export const PHONE = '^([2-9]\\d{7}|\\+[1-9]\\d{6,14})$';
export const EMAIL = '^[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}$';
export const LINK = '^https://[A-Za-z0-9.-]{1,253}(:\\d{1,5})?(/[!-~]*)?$';
export const ORG_NUMBER = '^\\d{9}$';
export const MUNICIPALITY = '^(?!0000)\\d{4}$';
export const NATIONAL_ID = '^\\d{11}$';
export const REFERENCE = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

const lengthOf = (text: string): number => Array.from(text).length;
/** Text of a length and shape, in which no birth number may hide. */
export function textJudge(shape: { max: number; pattern: string; loose?: boolean }): Judge {
  const pattern = new RegExp(shape.pattern, 'u');
  const hides = shape.loose ? holdsBirthNumber : looksLikeBirthNumber;
  return (value) => {
    if (typeof value !== 'string') return 'type';
    if (value === '') return 'too-short';
    // A code point is at most two units, so a hostile length is seen without walking it.
    if (value.length > 2 * shape.max || lengthOf(value) > shape.max) return 'too-long';
    if (!pattern.test(value)) return 'format';
    return hides(value) ? 'birth-number' : undefined;
  };
}

/** Text that a predicate knows. */
export const formatJudge =
  (holds: (text: string) => boolean, otherwise: FieldCode = 'format'): Judge =>
  (value) => {
    if (typeof value !== 'string') return 'type';
    return holds(value) ? undefined : otherwise;
  };

export const codeJudge = (list: CodeList): Judge => {
  const codes = new Set<string>(list.codes);
  return formatJudge((text) => codes.has(text), 'code');
};

const nearDay = new RegExp(DAY, 'u');

export const dayJudge: Judge = (value) => {
  if (typeof value !== 'string') return 'type';
  if (!isDay(value)) return 'day';
  return nearDay.test(value) ? undefined : 'range';
};

const instant = new RegExp(INSTANT, 'u');

export const instantJudge: Judge = formatJudge((text) => instant.test(text) && isDay(text.slice(0, 10)));

export const flagJudge: Judge = (value) => (typeof value === 'boolean' ? undefined : 'type');

export const wholeJudge =
  (min: number, max: number): Judge =>
  (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return 'type';
    return value >= min && value <= max ? undefined : 'range';
  };

export const referenceJudge: Judge = formatJudge(isUuid);
export const orgNumberJudge: Judge = formatJudge(isOrgNumber);
const municipality = new RegExp(MUNICIPALITY, 'u');
export const municipalityJudge: Judge = formatJudge((text) => municipality.test(text));

/** Well-formed with right check digits; which population it must be of is a rule with the environment (youth.ts). */
export const nationalIdJudge: Judge = formatJudge((text) => judgeBirthNumber(text) !== 'invalid');
