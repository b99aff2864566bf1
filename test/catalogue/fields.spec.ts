import 'reflect-metadata';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { fieldsOf, type FieldSpec, type LeafSpec, type PartClass } from '../../src/catalogue/field-spec.js';
import { schemaOf } from '../../src/catalogue/json-schema.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { syntheticNationalId } from '../../src/catalogue/synthetic.js';
import { validateData } from '../../src/catalogue/validate.js';
import type { Day } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';

const today = '2026-11-24' as Day;
const context = { today, people: 'synthetic' } as const;
const SECRET = 'Hemmelig9';
/** Verdicts of a field itself; the others are rules over several fields. */
const ofField = new Set([
  'required',
  'type',
  'too-short',
  'too-long',
  'too-few',
  'too-many',
  'duplicate',
  'format',
  'code',
  'day',
  'birth-number',
]);

type Path = readonly (string | number)[];
interface Place {
  readonly type: RecordType;
  readonly path: Path;
  readonly spec: FieldSpec;
}
const pointerOf = (path: Path): string => ['/data', ...path].join('/');

/** Every field of every part of every type, with the place where one stands. */
function places(type: RecordType): Place[] {
  const walk = (part: PartClass, at: Path): Place[] =>
    [...fieldsOf(part).values()].flatMap((spec) => {
      const path = [...at, spec.name];
      const here = { type, path, spec };
      return spec.kind === 'part' ? [here, ...walk(spec.part(), spec.list ? [...path, 0] : path)] : [here];
    });
  return walk(type.data, []);
}
const all = recordTypes.flatMap(places);

const rightLeaf: Record<LeafSpec['kind'], (spec: LeafSpec) => unknown> = {
  text: () => 'Jeg vil bli tømrer',
  name: () => 'Åse Ødegård-O’Brien',
  format: ({ pattern }) =>
    ['KM1234', 'BABAT1----', 'NOR1260', 'BABAT', 'VG1', 'A1', '12345', '2026-2027', '1234', 'abc'].find(
      (text) => new RegExp(pattern ?? '', 'u').test(text),
    ),
  code: ({ codes }) => codes?.codes[0],
  day: () => today,
  instant: () => '2026-11-24T10:00:00Z',
  flag: () => true,
  whole: ({ min }) => min,
  reference: () => '01a20ccb-3816-732a-941d-5d57bec778b4',
  'org-number': () => '310200018',
  municipality: () => '0501',
  phone: () => '+4790000000',
  email: () => 'ronja@example.no',
  link: () => 'https://example.no/m?x=1',
  'national-id': () => syntheticNationalId('2009-03-14' as Day),
};
function right(spec: FieldSpec): unknown {
  const one =
    spec.kind === 'part'
      ? Object.fromEntries([...fieldsOf(spec.part()).values()].map((inner) => [inner.name, right(inner)]))
      : rightLeaf[spec.kind](spec);
  if (!spec.list) return one;
  return spec.kind === 'code'
    ? (spec.codes?.codes ?? []).slice(0, Math.max(1, spec.list.min))
    : Array.from({ length: Math.max(1, spec.list.min) }, () => one);
}

/** Values that no field of this kind takes. */
function wrong(spec: FieldSpec): unknown[] {
  const one: unknown[] = [null, {}, [[]], { [SECRET]: 1 }];
  // An empty part is right where nothing in it must be there.
  if (spec.kind === 'part' && ![...fieldsOf(spec.part()).values()].some((inner) => inner.required))
    one.splice(1, 1);
  if (spec.kind === 'part') one.push(SECRET, 7, true);
  else {
    if (spec.kind !== 'flag') one.push(true);
    if (spec.kind !== 'whole') one.push(7, -1.5);
    if (spec.kind === 'flag') one.push('true', 1);
    if (spec.kind === 'whole') one.push('1', 1.5, (spec.min ?? 0) - 1, (spec.max ?? 0) + 1, 1e300);
    if (spec.kind !== 'flag' && spec.kind !== 'whole')
      one.push('', '\u0000', `${SECRET}\u0007`, '\ud800', SECRET.repeat(200));
    if (spec.kind === 'code') one.push(SECRET, 'toString', '__proto__');
    if (spec.kind === 'day') one.push('2026-02-30', '24.11.2026', '2026-11-24T00:00:00Z', '26-11-24');
    if (spec.kind === 'instant') one.push('2026-11-24', '2026-11-24T25:00:00Z', '2026-11-24 10:00');
    if (
      ['reference', 'org-number', 'municipality', 'national-id', 'phone', 'email', 'link'].includes(spec.kind)
    )
      one.push(SECRET);
    if (spec.kind === 'national-id') one.push('12345678901', '01010750160'.slice(0, 10));
    if (spec.kind === 'link') one.push('http://example.no', 'javascript:alert(1)');
  }
  if (!spec.list) return [...one, [right(spec)]];
  const good = (right({ ...spec, list: { min: 1, max: 1 } }) as unknown[])[0];
  return [
    ...one.filter((value) => !Array.isArray(value)).map((value) => [value]),
    good,
    null,
    ...(spec.list.min > 0 ? [[]] : []),
    Array.from({ length: spec.list.max + 1 }, () => good),
    ...(spec.kind === 'part' ? [] : [[good, good]]),
  ];
}

/** The example with a value at a place; the parts on the way are made where the example leaves them out. */
function exampleWith({ type, path }: Place, value: unknown): JsonObject {
  const data = structuredClone(type.example(today)) as Record<string, unknown>;
  let part: PartClass = type.data;
  let at: Record<string, unknown> = data;
  for (const step of path.slice(0, -1)) {
    if (typeof step === 'number') {
      at = at[step] as Record<string, unknown>;
      continue;
    }
    const spec = fieldsOf(part).get(step);
    if (!spec || spec.kind !== 'part') throw new Error('no such part');
    at[step] ??= right(spec);
    at = at[step] as Record<string, unknown>;
    part = spec.part();
  }
  const last = String(path.at(-1));
  if (value === undefined) delete at[last];
  else at[last] = value;
  return data as JsonObject;
}

it('finds every field of the 21 types', () => {
  expect(recordTypes).toHaveLength(21);
  expect(all.length).toBeGreaterThan(250);
});

describe.each(recordTypes.map((type) => [type.key, type] as const))('%s', (_key, type) => {
  const own = places(type);

  it('takes the right value of every field', () => {
    const refused = own.flatMap((place) => {
      // Types have rules over the fields of a part: there the example is right.
      const value =
        place.spec.kind === 'part'
          ? (type.example(today)[place.spec.name] ?? right(place.spec))
          : right(place.spec);
      const errors = validateData(type, exampleWith(place, value), context);
      const pointer = pointerOf(place.path);
      return errors
        .filter((error) => error.pointer.startsWith(pointer) && ofField.has(error.code))
        .map((error) => `${pointer}: ${error.code} at ${error.pointer}`);
    });
    expect(refused).toEqual([]);
  });

  it('refuses each wrong value of every field with a pointer to it, and never repeats the value', () => {
    const taken: string[] = [];
    for (const place of own) {
      const pointer = pointerOf(place.path);
      for (const value of wrong(place.spec)) {
        const errors = validateData(type, exampleWith(place, value), context);
        if (!errors.some((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`)))
          taken.push(`${pointer} = ${JSON.stringify(value)?.slice(0, 60)}: ${JSON.stringify(errors)}`);
        if (JSON.stringify(errors).includes(SECRET)) taken.push(`${pointer} repeats the value`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('asks for every required field', () => {
    const missed = own
      .filter(({ spec }) => spec.required)
      .filter(
        (place) =>
          !validateData(type, exampleWith(place, undefined), context).some(
            (error) => error.pointer === pointerOf(place.path),
          ),
      );
    expect(missed.map(({ path }) => pointerOf(path))).toEqual([]);
  });

  it('points to the parent of an unknown key, whatever it is called', () => {
    for (const place of own.filter(({ spec }) => spec.kind === 'part' && !spec.list)) {
      for (const key of [SECRET, '__proto__', 'constructor', 'toString', '12108012345']) {
        const part = { ...(right(place.spec) as object) };
        Object.defineProperty(part, key, { value: 1, enumerable: true });
        const errors = validateData(type, exampleWith(place, part), context);
        expect(errors).toContainEqual({ pointer: pointerOf(place.path), code: 'unknown-field' });
        expect(JSON.stringify(errors)).not.toContain(key);
      }
    }
  });

  it('has a JSON Schema that compiles, takes its example and agrees with the validator on what it can express', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addVocabulary(['x-stafett-category', 'x-stafett-categories', 'x-stafett-labels', 'x-stafett-source']);
    const schema = schemaOf(type, today, 'sent', 'en');
    const fits = ajv.compile(schema);
    expect(fits((schema['examples'] as unknown[])[0])).toBe(true);
    const bySchema: string[] = [];
    for (const place of own)
      for (const value of wrong(place.spec)) {
        const data = exampleWith(place, value);
        // What the schema refuses, the validator must refuse too: whoever checks against the schema is never surprised.
        if (!fits(data) && validateData(type, data, context).length === 0)
          bySchema.push(`${pointerOf(place.path)} = ${JSON.stringify(value)}`);
      }
    expect(bySchema).toEqual([]);
    ajv.compile(schemaOf(type, today, 'delivered', 'nb'));
  });
});

it('never throws and never repeats what it was given, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.constantFrom(...recordTypes), fc.jsonValue({ maxDepth: 4 }), (type, value) => {
      const errors = validateData(type, value as never, context);
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) expect(Object.keys(error).sort()).toEqual(['code', 'pointer']);
    }),
    { numRuns: 300 },
  );
});
