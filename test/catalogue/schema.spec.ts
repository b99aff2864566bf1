import 'reflect-metadata';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from '../support/properties.js';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { schemaOf, type View } from '../../src/catalogue/json-schema.js';
import { categoriesOf, project } from '../../src/catalogue/project.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { languages } from '../../src/catalogue/texts.js';
import type { JsonObject } from '../../src/common/json.js';
import type { FieldError } from '../../src/common/problems.js';
import { errorsIn, exampleWith, fieldsOnly, places, right, rights, today, type Place } from './walk.js';
import { SECRET, wrongKinds, wrongs } from './wrong-values.js';

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
/** How many digits there are of which the last tell whether the rest is right. */
const checkDigits = new Map(
  recordTypes.flatMap(places).flatMap(({ spec: { kind, name } }): [string, number][] => {
    if (kind === 'national-id') return [[name, 11]];
    return kind === 'org-number' ? [[name, 9]] : [];
  }),
);

/** Only where the schema has nothing left to say: the right number of digits, or a near day that is to come. */
function isBeyondSchema({ pointer, code }: FieldError, data: JsonObject): boolean {
  if (beyondSchema.has(code)) return true;
  const steps = pointer.split('/').slice(2);
  const value = steps.reduce<unknown>((at, step) => Reflect.get(at as object, step), data);
  const name = steps.findLast((step) => !/^\d+$/.test(step)) ?? '';
  if (code === 'range') return name === 'birthDate' && String(value) > today && String(value) < '2100';
  const digits = checkDigits.get(name);
  return code === 'format' && digits !== undefined && new RegExp(`^\\d{${digits}}$`).test(String(value));
}

describe.each(recordTypes.map((type) => [type.key, type] as const))('the JSON Schema of %s', (_key, type) => {
  const fits = compiled(type, 'sent');
  const fitsDelivered = compiled(type, 'delivered');

  /** What validator and schema say differently of the same data. */
  function disagreement(data: JsonObject): string | undefined {
    const errors = errorsIn(fieldsOnly(type), data);
    const bySchema = fits(data);
    if (bySchema ? errors.every((error) => isBeyondSchema(error, data)) : errors.length > 0) return undefined;
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

  it('takes, as the validator does, no unknown key, in the data or in any part', () => {
    const more = { [SECRET]: 1 };
    const parts = places(type).filter(({ spec }) => spec.kind === 'part');
    const changed = parts.map((place) => {
      const part = right(place.spec);
      return exampleWith(
        place,
        Array.isArray(part)
          ? part.map((each: object) => ({ ...each, ...more }))
          : { ...(part as object), ...more },
      );
    });
    for (const data of [{ ...type.example(today), ...more }, ...changed]) {
      expect(errorsIn(fieldsOnly(type), data).map(({ code }) => code)).toContain('unknown-field');
      for (const view of [fits, fitsDelivered]) {
        expect(view(data)).toBe(false);
        expect(view.errors?.map(({ keyword }) => keyword)).toContain('additionalProperties');
      }
    }
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
