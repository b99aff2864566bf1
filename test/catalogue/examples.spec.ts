import 'reflect-metadata';
import type { Day } from '../../src/common/days.js';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { validateData } from '../../src/catalogue/validate.js';

const days = ['2026-11-24', '2028-02-29', '2027-07-31', '2027-08-01', '2026-12-31', '2027-01-01'] as Day[];

describe('the examples', () => {
  it.each(recordTypes.flatMap((type) => days.map((day) => [type.key, day, type] as const)))(
    '%s is valid on %s',
    (_key, today, type) => {
      expect(validateData(type, type.example(today), { today, people: 'synthetic' })).toEqual([]);
    },
  );
});
