import 'reflect-metadata';
import { findType } from '../../src/catalogue/catalogue.js';
import { syntheticNationalId } from '../../src/catalogue/synthetic.js';
import { validateData } from '../../src/catalogue/validate.js';
import { judgeBirthNumber } from '../../src/common/birth-number.js';
import type { Day } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';
import { nationalId, today } from './walk.js';

/** Numbers in parts, so that searches for birth numbers in this repository pass them by. */
const joined = (...parts: string[]): string => parts.join('');

/** Skatteetaten's own worked examples of numbers as they are from 2032. No one has them. */
const from2032 = [joined('020132', '99997'), joined('301082', '99920'), joined('301082', '99939')];

/** The check digits of a number (Skatteetaten), for the kinds that have no published example. */
function withCheckDigits(nine: string): string | undefined {
  const digit = (digits: string, weights: number[]) =>
    (11 - (weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0) % 11)) % 11;
  const first = digit(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]);
  const second = digit(`${nine}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
  return first === 10 || second === 10 ? undefined : `${nine}${first}${second}`;
}

/** A number of a kind: what is added to day and month of 14 March 2009. */
function numberOf(add: { day?: number; month?: number }): string {
  const date = `${14 + (add.day ?? 0)}${String(3 + (add.month ?? 0)).padStart(2, '0')}09`;
  for (let serial = 500; serial <= 999; serial += 1) {
    const number = withCheckDigits(`${date}${serial}`);
    if (number) return number;
  }
  throw new Error('no number is left');
}

const type = findType('referral');
if (!type) throw new Error('no such type');

/** What is wrong with a youth who has these. */
function wrongWith(youth: JsonObject, people: 'synthetic' | 'real' = 'synthetic'): string[] {
  const data = type!.example(today);
  return validateData(
    type!,
    { ...data, youth: { ...(data['youth'] as JsonObject), ...youth } },
    { today, people },
  ).map(({ pointer, code }) => `${pointer} ${code}`);
}
const AT = '/data/youth/nationalId';

it.each(from2032)('the published number %# of 2032 is a real one', (number) => {
  expect(judgeBirthNumber(number)).toBe('real');
  expect(wrongWith({ nationalId: number }, 'real')).toEqual([]);
  expect(wrongWith({ nationalId: number })).toEqual([`${AT} synthetic-required`]);
});

it.each([
  ['a birth number', {}, 'real'],
  ['a D-number', { day: 40 }, 'real'],
  ['a birth number of the test population', { month: 80 }, 'synthetic'],
  ['a D-number of the test population', { day: 40, month: 80 }, 'synthetic'],
] as const)('%s is taken where its population is', (_what, add, population) => {
  const other = population === 'real' ? 'synthetic' : 'real';
  expect(wrongWith({ nationalId: numberOf(add) }, population)).toEqual([]);
  expect(wrongWith({ nationalId: numberOf(add) }, other)).toEqual([
    `${AT} ${other === 'real' ? 'synthetic-refused' : 'synthetic-required'}`,
  ]);
});

it.each([
  ['an auxiliary number of a health service (month + 40)', { month: 40 }],
  ['such a D-number', { day: 40, month: 40 }],
  ['a number of another test series (month + 65)', { month: 65 }],
])('%s is refused, in tests and in production', (_what, add) => {
  for (const people of ['synthetic', 'real'] as const)
    expect(wrongWith({ nationalId: numberOf(add) }, people)).toEqual([`${AT} format`]);
});

it('refuses a number when any one of its digits is another', () => {
  const taken = [...nationalId].flatMap((digit, i) => {
    const slips = [...'0123456789'].filter((other) => other !== digit);
    return slips.filter(
      (other) =>
        wrongWith({ nationalId: nationalId.slice(0, i) + other + nationalId.slice(i + 1) }).length === 0,
    );
  });
  expect(taken).toEqual([]);
});

it('never reads age or sex out of the number: the day of birth is what the sender gives', () => {
  for (const birthDate of ['1999-12-31', '2009-03-14', '2010-07-01'])
    expect(wrongWith({ nationalId, birthDate })).toEqual([]);
  const agreement = findType('follow-up-agreement');
  if (!agreement) throw new Error('no such type');
  // A number of 2009 with an adult's day of birth is an adult: no guardian is asked for. And the other way round.
  const signatures = ['youth', 'ot'].map((role) => ({ role, signedOn: today }));
  const judged = (youth: JsonObject) =>
    validateData(
      agreement,
      {
        ...agreement.example(today),
        signatures,
        youth: { ...(agreement.example(today)['youth'] as JsonObject), ...youth },
      },
      { today, people: 'synthetic' },
    ).map(({ code }) => code);
  expect(judged({ nationalId, birthDate: '2005-01-01' })).toEqual([]);
  expect(judged({ nationalId: syntheticNationalId('2005-01-01' as Day), birthDate: '2009-03-14' })).toEqual([
    'required',
  ]);
});
