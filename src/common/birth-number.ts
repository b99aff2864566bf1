import fnrvalidator from '@navikt/fnrvalidator';

const synthetic = new Set(['tnr', 'dnr-and-tnr']);

/** What `@navikt/fnrvalidator` says of a text: is it a birth or D-number, and of the national test population (month + 80)? */
export function judgeBirthNumber(text: unknown): 'real' | 'synthetic' | 'invalid' {
  if (typeof text !== 'string' || !/^\d{11}$/.test(text)) return 'invalid';
  const result = fnrvalidator.idnr(text);
  if (result.status !== 'valid') return 'invalid';
  if (synthetic.has(result.type)) return 'synthetic';
  // H-numbers (month + 40) are a health service's own auxiliary numbers, not issued by the population register.
  return result.type === 'fnr' || result.type === 'dnr' ? 'real' : 'invalid';
}

/** UUIDs with a version and variant of RFC 9562: a random one has a run of eleven digits once in some thousands. */
const uuids = /\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/gi;
/** Instants of RFC 3339, with a fraction of nine digits at most. */
const instants = /\b\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(?!\d) ?([Zz]|[+-]\d{2}:\d{2})?/g;
/** Six and five digits, or none between: whatever stands there, it is no other number's usual form. */
const sixAndFive = /(?<!\d)0*(\d{2})(\d{2})\d{2}[^\p{L}\p{N}]{0,3}\d{5}(?!\d)/gu;
/** What parts the groups of one number; times of day have colon and plus, and lists comma, semicolon, tab and new lines. */
const BETWEEN = String.raw`[^\p{L}\p{N}:+,;\t\n]`;
/** Day, month, year, serial and check digits. Two and nine digits are left out: coordinates are written so. */
const inParts = new RegExp(
  String.raw`(?<!\d)(\d{2})B(?!\d{8})(\d{2})B\d{2}B\d{3}B\d{2}(?!\d)`.replaceAll('B', `${BETWEEN}{0,3}`),
  'gu',
);
/** Groups of any size up to six: what stands in nines or eights is a fraction of a second or a telephone number. */
const groups = new RegExp(String.raw`(?<!\d)\d{1,6}(?:${BETWEEN}{1,3}\d{1,6})+(?!\d)`, 'gu');

/**
 * Whether a text holds what can be a birth number: eleven digits, in a row or in the groups in which people write them, of
 * which the first four can be a birth date's day and month, with the additions in use: day + 40 (D-number), month + 40, + 65
 * and + 80 (help and test numbers). Check digits are not asked for: a mistyped number is still someone's. In groups of any
 * other size they are asked for, or every second list of numbers would be one. Digits of every script count, and what is
 * not seen between them does not.
 */
export function looksLikeBirthNumber(text: string): boolean {
  const plain = inPlainDigits(text);
  if (plain === undefined) return false;
  for (const [, day, month] of plain.matchAll(sixAndFive)) if (isDayAndMonth(day, month)) return true;
  for (const [, day, month] of plain.matchAll(inParts)) if (isDayAndMonth(day, month)) return true;
  return inGroups(plain);
}

/** The same by check digits alone: for phones and links, where long runs are usual. */
export function holdsBirthNumber(text: string): boolean {
  const plain = inPlainDigits(text);
  if (plain === undefined) return false;
  const runs = plain.matchAll(/(?<!\d)\d{11}(?!\d)/g);
  return [...runs].some(([run]) => judgeBirthNumber(run) !== 'invalid') || inGroups(plain);
}

function isDayAndMonth(day: string | undefined, month: string | undefined): boolean {
  const d = Number(day) % 40;
  const m = Number(month);
  return d >= 1 && d <= 31 && [0, 40, 65, 80].some((add) => m - add >= 1 && m - add <= 12);
}

/** Whether neighbouring groups of digits make eleven together that are a birth number by their check digits. */
function inGroups(plain: string): boolean {
  for (const [found] of plain.matchAll(groups)) {
    const parts = found.match(/\d+/g) ?? [];
    for (let from = 0; from < parts.length; from += 1) {
      let digits = '';
      for (let i = from; i < parts.length && digits.length < 11; i += 1) digits += parts[i];
      if (judgeBirthNumber(digits) !== 'invalid') return true;
    }
  }
  return false;
}

/** Every script's digits as 0 to 9, without marks, what is not seen, UUIDs and instants; undefined where no eleven digits are left. */
function inPlainDigits(text: string): string | undefined {
  if (!mayHoldEleven(text)) return undefined;
  const plain = (beyondLatin.test(text) ? fold(text) : text).replace(uuids, ' x ').replace(instants, ' x ');
  return mayHoldEleven(plain) ? plain : undefined;
}

const beyondLatin = /[^\u0000-\u00a9]/;

const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/gu, '')
    .replace(/(?![0-9])\p{Nd}/gu, (digit) => String(valueOf(digit)));

/** The value of a decimal digit of any script: each script has its ten in a row, from zero (The Unicode Standard, section 4.6). */
function valueOf(digit: string): number {
  const at = digit.codePointAt(0)!;
  let zero = at;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (at - zero) % 10;
}

/** Most texts have fewer digits, and need no search. One character beyond Latin may stand for three, as one tenth does. */
function mayHoldEleven(text: string): boolean {
  let left = 11;
  for (let i = 0; i < text.length && left > 0; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) left -= 1;
    else if (code >= 0x250 || (code >= 0xb2 && code <= 0xbe)) left -= 3;
  }
  return left <= 0;
}
