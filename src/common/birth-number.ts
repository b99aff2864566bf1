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

const uuids = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/g;
const elevenDigits = /(?<!\d)(\d{2})(\d{2})\d{2}[ .\u00a0-]?\d{5}(?!\d)/g;

/**
 * Whether a text holds a run of eleven digits (a break after the sixth allowed) whose first four can be a birth date's day
 * and month, with the additions in use: day + 40 (D-number), month + 40, + 65 and + 80 (help and test numbers). UUIDs are
 * passed over: a random one has such a run once in some thousands. Check digits are not asked for: a mistyped number is
 * still someone's.
 */
export function looksLikeBirthNumber(text: string): boolean {
  if (!hasElevenDigits(text)) return false;
  for (const [, day, month] of text.replace(uuids, ' ').matchAll(elevenDigits)) {
    const d = Number(day) % 40;
    const m = Number(month);
    if (d >= 1 && d <= 31 && [0, 40, 65, 80].some((add) => m - add >= 1 && m - add <= 12)) return true;
  }
  return false;
}

/** Most texts have fewer digits, and need no search. */
function hasElevenDigits(text: string): boolean {
  let left = 11;
  for (let i = 0; i < text.length && left > 0; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) left -= 1;
  }
  return left === 0;
}
