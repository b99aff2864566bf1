import { addDays, schoolYearOf, type Day } from '../common/days.js';
import type { JsonObject } from '../common/json.js';

const k1Weights = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const k2Weights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/** A modulus-11 check digit, or undefined where there is none and the number is not given out. */
function checkDigit(digits: string, weights: readonly number[]): number | undefined {
  const sum = weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  const digit = (11 - (sum % 11)) % 11;
  return digit === 10 ? undefined : digit;
}

/**
 * A birth number of the national test population (Skatteetaten, Tenor: the month plus 80) for a day of birth.
 * @param serial at which individual number to begin looking, 500 to 999 (people born 2000 to 2039)
 */
export function syntheticNationalId(birthDate: Day, serial = 500): string {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  const date = day + String(Number(month) + 80) + year.slice(2);
  for (let number = serial; number <= 999; number += 1) {
    const first = checkDigit(date + number, k1Weights);
    if (first === undefined) continue;
    const second = checkDigit(`${date}${number}${first}`, k2Weights);
    if (second !== undefined) return `${date}${number}${first}${second}`;
  }
  throw new Error('no individual number is left from this serial on');
}

/** The youth of every example: seventeen years old by the year, of the test population, of no municipality in particular. */
export function exampleYouth(today: Day): JsonObject {
  const birthDate = `${Number(today.slice(0, 4)) - 17}-03-14` as Day;
  return {
    nationalId: syntheticNationalId(birthDate),
    givenName: 'Ronja',
    familyName: 'Testheim',
    birthDate,
  };
}

/** Days before today, but not before the school year began. */
export function recentDay(today: Day, daysAgo: number): Day {
  const { first } = schoolYearOf(today);
  const day = addDays(today, -daysAgo);
  return day < first ? first : day;
}

/** An organisation number of the synthetic range (it begins with 3), of no agency in the directory. */
export const EXAMPLE_ORG = '312345676';
