import 'reflect-metadata';
import fnrvalidator from '@navikt/fnrvalidator';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { addDays, schoolYearOf, type Day } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';
import { errorsIn, places } from './walk.js';

const first = '2026-01-01' as Day;
const fiveYears = Array.from({ length: 5 * 365 + 2 }, (_, days) => addDays(first, days));

describe.each(recordTypes.map((type) => [type.key, type] as const))('the example of %s', (_key, type) => {
  it('is valid on each day of five years', () => {
    const invalid = fiveYears.flatMap((day) => {
      const errors = errorsIn(type, type.example(day), day);
      return errors.length > 0 ? [`${day}: ${JSON.stringify(errors)}`] : [];
    });
    expect(invalid).toEqual([]);
  });

  it('refers to no other record', () => {
    const references = places(type)
      .filter(({ spec }) => spec.kind === 'reference')
      .map(({ path }) =>
        path.reduce<unknown>((at, step) => (at as JsonObject | undefined)?.[step], type.example(first)),
      );
    expect(references.every((reference) => reference === undefined)).toBe(true);
  });

  it('is about a youth of the synthetic population, whose number fits the day of birth, or about no one', () => {
    for (const day of fiveYears.filter((each) => each.endsWith('-01-01'))) {
      const { youth } = type.example(day);
      if (type.about === 'group') {
        expect(youth).toBeUndefined();
        continue;
      }
      const { nationalId, birthDate } = youth as { nationalId: string; birthDate: string };
      expect(fnrvalidator.idnr(nationalId)).toEqual({ status: 'valid', type: 'tnr' });
      const [year, month, dayOfMonth] = birthDate.split('-');
      expect(nationalId.slice(0, 6)).toBe(`${dayOfMonth}${Number(month) + 80}${year?.slice(2)}`);
    }
  });
});

it('covers both ends of five school years', () => {
  const ends = new Set(
    fiveYears.flatMap((day) => Object.values(schoolYearOf(day))).filter((day) => fiveYears.includes(day)),
  );
  expect(ends.size).toBe(10);
});
