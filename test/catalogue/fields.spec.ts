import 'reflect-metadata';
import fc from '../support/properties.js';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { FieldError } from '../../src/common/problems.js';
import { errorsIn, exampleWith, fieldsOnly, nationalId, places, pointerOf, rights } from './walk.js';
import { SECRET, wrongKinds, wrongs } from './wrong-values.js';

const all = recordTypes.flatMap(places);

it('finds every field of the 21 types', () => {
  expect(recordTypes).toHaveLength(21);
  expect(all.length).toBeGreaterThan(250);
});

it.each(wrongKinds)('has a field somewhere that can be given %s', (kind) => {
  expect(all.some(({ spec }) => wrongs(spec, kind).length > 0)).toBe(true);
});

const show = (path: string, value: unknown, errors: FieldError[]): string =>
  `${path} = ${String(JSON.stringify(value)).slice(0, 80)}: ${JSON.stringify(errors)}`;

describe.each(recordTypes.map((type) => [type.key, type] as const))('%s', (_key, type) => {
  const own = places(type);
  const bare = fieldsOnly(type);

  it('takes every right value of every field', () => {
    const refused = own.flatMap((place) =>
      rights(place.spec).flatMap((value) => {
        const errors = errorsIn(bare, exampleWith(place, value));
        return errors.length > 0 ? [show(pointerOf(place.path), value, errors)] : [];
      }),
    );
    expect(refused).toEqual([]);
  });

  it('asks for every required field, and for no other', () => {
    for (const place of own) {
      const errors = errorsIn(bare, exampleWith(place, undefined));
      const asked = place.spec.required ? [{ pointer: pointerOf(place.path), code: 'required' }] : [];
      expect(errors).toEqual(asked);
    }
  });

  const possible = wrongKinds.filter((kind) => own.some(({ spec }) => wrongs(spec, kind).length > 0));
  it.each(possible)('refuses %s with one error, which points to the field and does not repeat it', (kind) => {
    const otherwise: string[] = [];
    for (const place of own) {
      for (const { value, code, at = '' } of wrongs(place.spec, kind)) {
        const errors = errorsIn(type, exampleWith(place, value));
        const expected = JSON.stringify([{ pointer: pointerOf(place.path) + at, code }]);
        if (JSON.stringify(errors) !== expected) otherwise.push(show(pointerOf(place.path), value, errors));
      }
    }
    expect(otherwise).toEqual([]);
  });
});

it('never throws and never repeats what it was given, whatever the JSON', () => {
  const known = JSON.stringify(recordTypes.map((type) => places(type).map(({ path }) => path)));
  fc.assert(
    fc.property(fc.constantFrom(...recordTypes), fc.jsonValue({ maxDepth: 4 }), (type, value) => {
      const errors = errorsIn(type, value);
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) {
        expect(Object.keys(error).sort()).toEqual(['code', 'pointer']);
        for (const step of error.pointer.split('/').slice(2)) expect(known).toContain(`"${step}"`);
      }
    }),
    { numRuns: 300 },
  );
});

it('ends a long list of errors at fifty', () => {
  const agreement = recordTypes.find(({ key }) => key === 'attainment-report');
  if (!agreement) throw new Error('no such type');
  const attainedGoals = Array.from({ length: 60 }, () => ({ goal: SECRET, attained: nationalId }));
  expect(errorsIn(agreement, { attainedGoals })).toHaveLength(50);
});
