import 'reflect-metadata';
import { findType, recordTypes } from '../../src/catalogue/catalogue.js';
import { categoriesOf } from '../../src/catalogue/project.js';
import { validateData } from '../../src/catalogue/validate.js';
import { addDays, type Day } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';

const today = '2026-11-24' as Day;
function errorsOf(key: string, change: JsonObject, day = today): string[] {
  const type = findType(key);
  if (!type) throw new Error(key);
  const data = { ...type.example(day), ...change };
  return validateData(type, data, { today: day, people: 'synthetic' }).map(
    ({ pointer, code }) => `${pointer} ${code}`,
  );
}

describe('a measure grant', () => {
  it('is refused where it is for pupils only, because OT’s funds must not go to them alone', () => {
    expect(errorsOf('measure-grant', { participantCounts: { targetGroup: 0, pupils: 5 } })).toEqual([
      '/data/participantCounts pupils-only',
    ]);
  });
  it('says why where pupils take part too', () => {
    expect(errorsOf('measure-grant', { participantCounts: { targetGroup: 3, pupils: 5 } })).toEqual([]);
  });
  it('names no youth', () => {
    expect(findType('measure-grant')?.about).toBe('group');
    expect(errorsOf('measure-grant', { youth: {} })).toEqual(['/data unknown-field']);
  });
});

describe('an interruption', () => {
  const at = (lastDay: Day): string[] => errorsOf('education-interrupted', { lastDay });
  it('names its clarification conversation, or says why there was none, and not both', () => {
    expect(errorsOf('education-interrupted', { clarification: {} })).toEqual(['/data/clarification one-of']);
    expect(
      errorsOf('education-interrupted', { clarification: { noneBecause: 'did-not-come' } }).filter((each) =>
        each.includes('one-of'),
      ),
    ).toEqual([]);
    expect(
      errorsOf('education-interrupted', { clarification: { heldOn: today, noneBecause: 'moved' } }),
    ).toHaveLength(1);
  });
  it('may be dated back to the beginning of the school year, and no further', () => {
    expect(at('2026-08-01' as Day)).toEqual([]);
    expect(at('2026-07-31' as Day)).toEqual(['/data/lastDay range']);
  });
  it('may be told of up to sixty days ahead', () => {
    expect(at(addDays(today, 60))).toEqual([]);
    expect(at(addDays(today, 61))).toEqual(['/data/lastDay range']);
  });
  it.each(['AP', 'AS', 'LA', 'PM', 'UV'])(
    'with code %s needs no hand-over to OT by default',
    (leavingReason) => {
      expect(findType('education-interrupted')?.handOver?.({ leavingReason })).toBe(false);
    },
  );
  it('with any other code is handed over', () => {
    expect(findType('education-interrupted')?.handOver?.({ leavingReason: 'FV' })).toBe(true);
  });
});

describe('a youth', () => {
  it('is of the synthetic population here, and a real number is refused whoever’s it is', () => {
    const example = findType('referral')?.example(today)['youth'] as JsonObject;
    // Built from its parts, so that no real number stands in the sources: a valid check for a day far back, month not raised.
    const errors = errorsOf('referral', { youth: { ...example, nationalId: ['010100', '50107'].join('') } });
    expect(errors.every((each) => each.startsWith('/data/youth/nationalId '))).toBe(true);
    expect(errors).toHaveLength(1);
  });
});

it('answers all four questions for every category of every route in force today', () => {
  const unanswered: string[] = [];
  for (const type of recordTypes) {
    for (const [i, route] of type.routes.entries()) {
      const categories = Object.entries(route.answers);
      if (categories.length === 0) unanswered.push(`${type.key} route ${i}`);
      for (const [category, periods] of categories) {
        const answers = periods.find(
          ({ validFrom, validTo }) => validFrom <= today && (validTo === null || today <= validTo),
        );
        if (
          !answers?.sender.code ||
          !answers.recipient.code ||
          !answers.confidentiality.by ||
          !answers.special.is
        )
          unanswered.push(`${type.key} route ${i} ${category}`);
      }
      for (const category of type.essential)
        if (!(category in route.answers)) unanswered.push(`${type.key} route ${i}: essential ${category}`);
    }
    for (const category of type.essential)
      if (!categoriesOf(type).has(category)) unanswered.push(`${type.key}: no field of ${category}`);
  }
  expect(unanswered).toEqual([]);
});
