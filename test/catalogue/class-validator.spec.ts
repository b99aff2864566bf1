import fc from '../support/properties.js';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { Json } from '../../src/common/json.js';
import type { FieldError } from '../../src/common/problems.js';
import type { FieldSpec } from '../../src/catalogue/field-spec.js';
import { validateData } from '../../src/catalogue/validate.js';
import { validateWithClassValidator } from './class-validator.js';
import { exampleWith, places, rights, today } from './walk.js';
import { wrongKinds, wrongs } from './wrong-values.js';

const context = { today, people: 'synthetic' } as const;
const allWrongs = (spec: FieldSpec): unknown[] =>
  wrongKinds.flatMap((kind) => wrongs(spec, kind).map(({ value }) => value));
const sorted = (errors: readonly FieldError[]): string[] =>
  errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();

/** Both stop at fifty, and need not find the same fifty. */
function expectSame(type: (typeof recordTypes)[number], data: Json): void {
  const [walked, decorated] = [
    validateData(type, data, context),
    validateWithClassValidator(type, data, context),
  ];
  if (decorated.length < 50) expect(sorted(walked)).toEqual(sorted(decorated));
  else expect(walked).toHaveLength(50);
}

it.each(recordTypes.map((type) => [type.key, type] as const))(
  'says of %s what class-validator says by the same decorators, field by field',
  (_, type) => {
    for (const place of places(type)) {
      for (const value of [undefined, ...rights(place.spec), ...allWrongs(place.spec)])
        expectSame(type, exampleWith(place, value));
    }
  },
);

it('says the same of data with several faults at once', () => {
  const anyPlace = fc.constantFrom(...recordTypes).chain((type) =>
    fc.tuple(
      fc.constant(type),
      fc.array(
        fc
          .constantFrom(...places(type))
          .chain((place) =>
            fc.tuple(
              fc.constant(place),
              fc.oneof(
                fc.jsonValue({ maxDepth: 3 }),
                fc.constantFrom(...rights(place.spec), ...allWrongs(place.spec)),
              ),
            ),
          ),
        { minLength: 1, maxLength: 5 },
      ),
      fc.array(fc.string(), { maxLength: 2 }),
    ),
  );
  fc.assert(
    fc.property(anyPlace, ([type, faults, unknown]) => {
      const data = faults.reduce<Record<string, unknown>>(
        (before, [place, value]) => ({ ...before, ...topOf(exampleWith(place, value), place.path[0]) }),
        exampleWith({ type, path: ['youth'], spec: places(type)[0]!.spec }, type.example(today)['youth']),
      );
      for (const key of unknown)
        Object.defineProperty(data, key, { value: 1, enumerable: true, configurable: true, writable: true });
      expectSame(type, data as Json);
    }),
    { numRuns: 600 },
  );
});

const topOf = (data: object, key: string | number | undefined): object => ({
  [String(key)]: Reflect.get(data, String(key)) as unknown,
});
