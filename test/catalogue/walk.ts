import { fieldsOf, type FieldSpec, type LeafSpec, type PartClass } from '../../src/catalogue/field-spec.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { syntheticNationalId } from '../../src/catalogue/synthetic.js';
import { validateData } from '../../src/catalogue/validate.js';
import type { Day } from '../../src/common/days.js';
import type { Json, JsonObject } from '../../src/common/json.js';
import type { FieldError } from '../../src/common/problems.js';

export const today = '2026-11-24' as Day;
export const nationalId = syntheticNationalId('2009-03-14' as Day);

type Path = readonly (string | number)[];

/** A field of a type, and where one stands in its data: a list's fields are looked at in its first element. */
export interface Place {
  readonly type: RecordType;
  readonly path: Path;
  readonly spec: FieldSpec;
}

export const pointerOf = (path: Path): string => ['/data', ...path].join('/');

/** Every field of every part of a type, read from the field metadata: a new field is tested without being named here. */
export function places(type: RecordType): Place[] {
  const walk = (part: PartClass, at: Path): Place[] =>
    [...fieldsOf(part).values()].flatMap((spec) => {
      const path = [...at, spec.name];
      const here = { type, path, spec };
      return spec.kind === 'part' ? [here, ...walk(spec.part(), spec.list ? [...path, 0] : path)] : [here];
    });
  return walk(type.data, []);
}

const formats = ['HSHEA2----', 'NOR1261', 'KM1234', '0501', 'nb', '2026/1234', 'E-2041.7:b_3'];

function formatted({ pattern = '' }: LeafSpec): string[] {
  const fitting = formats.filter((text) => new RegExp(pattern, 'u').test(text));
  if (fitting.length === 0) throw new Error(`no text of the test has the format ${pattern}`);
  return fitting;
}

/** An address of the greatest length that a field takes. */
const longEmail = (length: number): string => {
  const [local, end] = ['r'.repeat(64), '.example.no'];
  return `${local}@${`${'e'.repeat(60)}.`.repeat(2)}${'e'.repeat(length - local.length - end.length - 123)}${end}`;
};

/** Right values of each kind, at the edges of what is right where it has edges. */
const rightLeaves: Record<LeafSpec['kind'], (spec: LeafSpec) => unknown[]> = {
  text: ({ maxLength = 0 }) => ['Jeg vil bli tømrer.\nEller snekker.', '😀'.repeat(maxLength)],
  name: ({ maxLength = 0 }) => ['Åse Ødegård-O’Brien', 'Å', 'a'.repeat(maxLength)],
  format: formatted,
  code: ({ codes }) => [...(codes?.codes ?? [])],
  day: ({ name }) => [today, '1900-01-01', ...(name === 'birthDate' ? [] : ['2099-12-31'])],
  instant: () => ['2026-11-24T10:00:00Z', '2028-02-29T23:59:59Z'],
  flag: () => [true, false],
  whole: ({ min, max }) => [min, max],
  reference: () => ['01a20ccb-3816-732a-941d-5d57bec778b4'],
  'org-number': () => ['310200018'],
  municipality: () => ['0501', '9999'],
  phone: () => ['90000000', '20000000', '+4790000000', '+1234567', '+123456789012345'],
  email: ({ maxLength = 0 }) => [
    'ronja@example.no',
    `${'r'.repeat(64)}@${'e.'.repeat(8)}no`,
    longEmail(maxLength),
  ],
  link: ({ maxLength = 0 }) => ['https://example.no/m?x=1', 'https://example.no'.padEnd(maxLength, '/')],
  'national-id': () => [nationalId],
};

function rightElement(spec: FieldSpec): unknown {
  if (spec.kind !== 'part') return rightLeaves[spec.kind](spec)[0];
  return Object.fromEntries([...fieldsOf(spec.part()).values()].map((inner) => [inner.name, right(inner)]));
}

/** As many right elements as asked for, all the same. */
export const elements = (spec: FieldSpec, count: number): unknown[] =>
  Array.from({ length: count }, () => rightElement(spec));

/** One right value of a field. */
export const right = (spec: FieldSpec): unknown =>
  spec.list ? elements(spec, Math.max(1, spec.list.min)) : rightElement(spec);

/** Different texts of a format that a list may have. */
export function distinct({ pattern = '' }: LeafSpec, count: number): string[] {
  const shapes = [(i: number) => `NOR${1000 + i}`, (i: number) => `KM${i + 1}`];
  const shape = shapes.find((make) => new RegExp(pattern, 'u').test(make(0)));
  if (!shape) throw new Error(`no text of the test has the format ${pattern}`);
  return Array.from({ length: count }, (_, i) => shape(i));
}

/** All right values of a field that the tests know. */
export function rights(spec: FieldSpec): unknown[] {
  if (spec.kind === 'part')
    return spec.list ? [elements(spec, spec.list.min), elements(spec, spec.list.max)] : [right(spec)];
  const each = rightLeaves[spec.kind](spec);
  if (!spec.list) return each;
  const most = spec.kind === 'code' ? each : distinct(spec, spec.list.max);
  return [...each.map((value) => [value]), most];
}

/** The example with a value at a place; undefined takes the field away. Parts that the example lacks are made on the way. */
export function exampleWith({ type, path }: Place, value: unknown): JsonObject {
  const data = structuredClone(type.example(today)) as Record<string, unknown>;
  let part: PartClass = type.data;
  let at = data;
  for (const step of path.slice(0, -1)) {
    const spec = typeof step === 'string' ? fieldsOf(part).get(step) : undefined;
    if (spec?.kind === 'part') {
      at[step] ??= right(spec);
      part = spec.part();
    }
    at = at[step] as Record<string, unknown>;
  }
  const last = String(path.at(-1));
  if (value === undefined) delete at[last];
  else at[last] = value;
  return data as JsonObject;
}

/** What is wrong with data in the synthetic population. */
export const errorsIn = (type: RecordType, data: unknown, day = today): FieldError[] =>
  validateData(type, data as Json, { today: day, people: 'synthetic' });

/** A type without its rules over several fields: what is left is the fields themselves. */
export const fieldsOnly = (type: RecordType): RecordType => ({ ...type, rules: () => [] });
