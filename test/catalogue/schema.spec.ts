import 'reflect-metadata';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { schemaOf, type View } from '../../src/catalogue/json-schema.js';
import { categoriesOf, project } from '../../src/catalogue/project.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { languages } from '../../src/catalogue/texts.js';
import type { JsonObject } from '../../src/common/json.js';
import { errorsIn, exampleWith, fieldsOnly, places, right, rights, today, type Place } from './walk.js';
import { wrongKinds, wrongs } from './wrong-values.js';

function compiled(type: RecordType, view: View): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['x-stafett-category', 'x-stafett-categories', 'x-stafett-labels', 'x-stafett-source']);
  return ajv.compile(schemaOf(type, today, view));
}

/** All choices of some elements, the empty one included. */
const choices = <T>(of: readonly T[]): T[][] =>
  of.reduce<T[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);

/** Check digits, hidden birth numbers, the right population and the calendar are beyond JSON Schema. */
const beyondSchema = new Set(['birth-number', 'synthetic-required']);
const checkDigits = new Set(
  recordTypes
    .flatMap(places)
    .filter(({ spec }) => spec.kind === 'national-id' || spec.kind === 'org-number')
    .map(({ spec }) => spec.name),
);
function isBeyondSchema({ pointer, code }: { pointer: string; code: string }): boolean {
  if (beyondSchema.has(code) || (code === 'range' && pointer.endsWith('/birthDate'))) return true;
  return code === 'format' && checkDigits.has(pointer.split('/').at(-1) ?? '');
}

describe.each(recordTypes.map((type) => [type.key, type] as const))('the JSON Schema of %s', (_key, type) => {
  const fits = compiled(type, 'sent');
  const fitsDelivered = compiled(type, 'delivered');

  /** What validator and schema say differently of the same data. */
  function disagreement(data: JsonObject): string | undefined {
    const errors = errorsIn(fieldsOnly(type), data);
    const bySchema = fits(data);
    if (bySchema ? errors.every(isBeyondSchema) : errors.length > 0) return undefined;
    return `schema: ${bySchema}, validator: ${JSON.stringify(errors)}`;
  }

  it('compiles in strict mode and takes its example', () => {
    const { examples } = schemaOf(type, today, 'sent') as { examples: unknown[] };
    expect(examples).toEqual([type.example(today)]);
    expect(fits(examples[0])).toBe(true);
  });

  it('has the same shape in every language', () => {
    const worded = new Set(['title', 'description', 'x-stafett-labels']);
    const shape = (language: (typeof languages)[number]): string =>
      JSON.stringify(schemaOf(type, today, 'sent', language), (key, value: unknown) =>
        worded.has(key) ? typeof value : value,
      );
    expect(shape('nb')).toEqual(shape('en'));
    expect(shape('nn')).toEqual(shape('en'));
  });

  it('takes, as delivered, what is left when any of the categories that are not essential are withheld', () => {
    const full = Object.fromEntries(
      places(type)
        .filter(({ path }) => path.length === 1)
        .map(({ spec }) => [spec.name, right(spec)]),
    ) as JsonObject;
    const others = [...categoriesOf(type)].filter((category) => !type.essential.has(category));
    for (const kept of choices(others)) {
      const delivered = project(type, full, new Set<DataCategory>([...type.essential, ...kept]));
      expect(fitsDelivered(delivered) || fitsDelivered.errors).toBe(true);
    }
  });

  it('does not take, as delivered, data without an essential category', () => {
    for (const category of type.essential) {
      const left = new Set([...categoriesOf(type)].filter((each) => each !== category));
      expect(fitsDelivered(project(type, type.example(today), left))).toBe(false);
    }
  });

  it('agrees with the validator on every right and every wrong value of every field', () => {
    const split = places(type).flatMap((place) => {
      const values = [
        undefined,
        ...rights(place.spec),
        ...wrongKinds.flatMap((kind) => wrongs(place.spec, kind).map(({ value }) => value)),
      ];
      return values.flatMap((value) => {
        const said = disagreement(exampleWith(place, value));
        return said
          ? [`${place.path.join('/')} = ${String(JSON.stringify(value)).slice(0, 60)}: ${said}`]
          : [];
      });
    });
    expect(split).toEqual([]);
  });

  it('agrees with the validator on examples changed at random', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.stringMatching(/^[A-Za-z0-9+/.:@-]{0,40}$/),
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      text,
      fc.integer(),
      fc.date({ noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10)),
    );
    const change = fc.oneof(
      fc.record({ place: fc.constantFrom(...places(type)), value }),
      fc.constantFrom(...places(type)).chain((place) =>
        fc.record({
          place: fc.constant<Place>(place),
          value: fc.constantFrom(...rights(place.spec), undefined),
        }),
      ),
    );
    fc.assert(
      fc.property(change, ({ place, value: given }) => {
        expect(disagreement(exampleWith(place, given))).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});

it('tells no recipient that the hub knows of address protection', () => {
  for (const type of recordTypes) {
    expect(JSON.stringify(schemaOf(type, today, 'delivered'))).not.toContain('"protection"');
    if (type.about === 'group') continue;
    const data = type.example(today);
    Object.assign(data['youth'] as JsonObject, { protection: 'confidential' });
    expect(errorsIn(type, data)).toEqual([]);
    expect(project(type, data, categoriesOf(type))['youth']).not.toHaveProperty('protection');
  }
});
