import fc from 'fast-check';
import { v1, v4, v7 } from 'uuid';
import { syntheticNationalId } from '../../src/catalogue/synthetic.js';
import { holdsBirthNumber, looksLikeBirthNumber } from '../../src/common/birth-number.js';
import type { Day } from '../../src/common/days.js';

const number = syntheticNationalId('2009-03-14' as Day);
/** The number in groups of these sizes, with this between them. */
function grouped(sizes: readonly number[], between: string): string {
  let at = 0;
  return sizes.map((size) => number.slice(at, (at += size))).join(between);
}
/** The number in another script's digits, of which this is the zero. */
const inScript = (zero: number): string =>
  [...number].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');

const betweenSixAndFive = [
  '',
  ' ',
  '  ',
  '.',
  '-',
  '/',
  '_',
  ':',
  ', ',
  ' – ',
  '\u00a0',
  '\u202f',
  '\u2011',
  '\n',
];

it.each(betweenSixAndFive.map((between) => [JSON.stringify(between), between]))(
  'six and five digits with %s between them are seen, with and without check digits that are right',
  (_shown, between) => {
    expect(looksLikeBirthNumber(`ring ${grouped([6, 5], between)} i dag`)).toBe(true);
    const mistyped = number.slice(0, 10) + String((Number(number[10]) + 1) % 10);
    expect(looksLikeBirthNumber(mistyped.slice(0, 6) + between + mistyped.slice(6))).toBe(true);
  },
);

it.each([
  ['full-width', 0xff10],
  ['Arabic-Indic', 0x660],
  ['Persian', 0x6f0],
  ['Devanagari', 0x966],
  ['mathematical bold', 0x1d7ce],
  ['mathematical monospace', 0x1d7f6],
  ['segmented', 0x1fbf0],
])('%s digits are digits', (_name, zero) => {
  expect(looksLikeBirthNumber(inScript(zero))).toBe(true);
});

it('superscript and circled digits are digits', () => {
  expect(looksLikeBirthNumber([...number].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join(''))).toBe(true);
  expect(looksLikeBirthNumber([...number].map((digit) => [...'⓪①②③④⑤⑥⑦⑧⑨'][Number(digit)]).join(''))).toBe(
    true,
  );
});

it.each(['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u0332', '\ufe0f', '\u{e0020}'])(
  'what is not seen between the digits does not hide them: %j',
  (hidden) => {
    expect(looksLikeBirthNumber([...number].join(hidden))).toBe(true);
  },
);

it.each([
  ['day, month, year and number', [2, 2, 2, 5]],
  ['day, month, year, serial and check digits', [2, 2, 2, 3, 2]],
  ['serial and check digits apart', [6, 3, 2]],
])('the groups in which people write it are seen: %s', (_what, sizes) => {
  for (const between of [' ', '.', '-', '/', ' - ']) {
    expect(looksLikeBirthNumber(grouped(sizes, between))).toBe(true);
    expect(looksLikeBirthNumber(`kl. 10 ${grouped(sizes, between)} 14`)).toBe(true);
  }
});

it('any other groups are seen where the check digits are right, also in links', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 11, maxLength: 11 }),
      fc.constantFrom(' ', '-', '.', '/', '_', ' / '),
      (wanted, between) => {
        const sizes: number[] = [];
        for (const size of wanted) sizes.push(Math.min(size, 11 - sizes.reduce((sum, s) => sum + s, 0)));
        const text = grouped(
          sizes.filter((size) => size > 0),
          between,
        );
        expect(looksLikeBirthNumber(text)).toBe(true);
        expect(holdsBirthNumber(`https://skole.no/elev/${text}/plan`)).toBe(true);
      },
    ),
  ));

it.each([`00000000-0000-0000-0000-0${number}`, `00${number}`])(
  'zeros before it do not hide it, nor does the shape of a UUID that is none: %s',
  (text) => {
    expect(looksLikeBirthNumber(text)).toBe(true);
  },
);

const instant = fc
  .record({
    at: fc.date({ min: new Date('2001-01-01'), max: new Date('2039-12-31'), noInvalidDate: true }),
    digits: fc.integer({ min: 0, max: 9 }),
    fraction: fc.integer({ min: 0, max: 999_999_999 }),
    offset: fc.constantFrom('Z', '+01:00', '+02:00', '-03:30', '+05:45'),
  })
  .map(({ at, digits, fraction, offset }) => {
    const part = String(fraction).padStart(9, '0').slice(0, digits);
    return `${at.toISOString().slice(0, 19)}${part && `.${part}`}${offset}`;
  });

it('no instant of RFC 3339 is taken for one, however fine', () =>
  fc.assert(
    fc.property(instant, (text) => {
      expect(looksLikeBirthNumber(text)).toBe(false);
      expect(looksLikeBirthNumber(text.replace('T', ' '))).toBe(false);
    }),
    { numRuns: 5_000 },
  ));

it('no UUID is taken for one, in either case', () => {
  for (let i = 0; i < 5_000; i += 1)
    for (const id of [v1(), v4(), v7()]) {
      expect(looksLikeBirthNumber(`urn:uuid:${id}`)).toBe(false);
      expect(looksLikeBirthNumber(id.toUpperCase())).toBe(false);
    }
});

it.each([
  'Møtt 12.08.2026 kl. 10.15–11.45, 120 dager igjen',
  'Fravær 12.08.2026 – 101 timer',
  'Skoleåret 2025/2026, Vg1, 140 timer',
  'Tlf. 22 08 12 34, 408 12 345, +47 412 34 567',
  'Org.nr. 912 345 678, konto 1234.56.78901',
  'Karakterer: 1, 2, 0, 1, 0, 9, 5, 4, 3, 2, 1, 4, 4, 3, 2',
  '2026-08-12 10:15:09.123456 +02:00',
  'urn:no:stafett:org:912345678',
  'a'.repeat(5_000),
  '1 '.repeat(5_000),
  '⅒½¼①',
])('what schools write is not taken for one: %.50s', (text) => {
  expect(looksLikeBirthNumber(text)).toBe(false);
});

it('a text as long as any the hub reads is looked through in a moment', () => {
  for (const piece of ['1', '1 ', '12 ', '0', '１', '123456 ', '123456-1234 ', '\u0332', '1\u200b']) {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    const begun = performance.now();
    looksLikeBirthNumber(text);
    holdsBirthNumber(text);
    expect(performance.now() - begun).toBeLessThan(2_000);
  }
});
