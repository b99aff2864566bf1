import type { Day } from '../common/days.js';
import type { JsonObject } from '../common/json.js';
import type { DataCategory } from './data-categories.js';
import { fieldsOf, type FieldSpec, type LeafKind, type LeafSpec, type PartClass } from './field-spec.js';
import { categoriesOfPart } from './project.js';
import type { RecordType } from './record-type.js';
import { textsIn, type Language, type Texts } from './texts.js';

/** What a sender may send, or what a recipient may get: there, what is not essential may be withheld. */
export const views = ['sent', 'delivered'] as const;
export type View = (typeof views)[number];

interface Reading {
  readonly texts: Texts;
  readonly view: View;
  readonly essential: ReadonlySet<DataCategory>;
}

/** JSON Schema 2020-12 of a type's data. `examples[0]` of the sent view is valid on the given day. */
export function schemaOf(type: RecordType, today: Day, view: View, language: Language = 'en'): JsonObject {
  const texts = textsIn(language);
  const { title, help } = texts.type(type.key);
  const example = type.example(today);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:stafett:record-type:${type.key}:v${type.version}:${view}`,
    title,
    description: help,
    ...objectOf(type.data, { texts, view, essential: type.essential }),
    ...(view === 'sent' && { examples: [example] }),
  };
}

function objectOf(part: PartClass, reading: Reading): JsonObject {
  const fields = [...fieldsOf(part).values()].filter((spec) => reading.view === 'sent' || !isHidden(spec));
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((spec) => [spec.name, fieldOf(spec, reading)])),
    required: fields.filter((spec) => isRequired(spec, reading)).map(({ name }) => name),
    additionalProperties: false,
  };
}

const isHidden = (spec: FieldSpec): boolean => spec.kind !== 'part' && spec.neverDelivered === true;

/** Delivered, a field must be there only where it is required and its category cannot be withheld. */
function isRequired(spec: FieldSpec, { view, essential }: Reading): boolean {
  if (!spec.required || view === 'sent') return spec.required;
  if (spec.kind !== 'part') return essential.has(spec.category);
  return [...fieldsOf(spec.part()).values()].some(
    (inner) => inner.required && inner.kind !== 'part' && essential.has(inner.category),
  );
}

function fieldOf(spec: FieldSpec, reading: Reading): JsonObject {
  const { title, help } = reading.texts.field(spec.name);
  const categories = spec.kind === 'part' ? [...categoriesOfPart(spec.part())] : [];
  const value = spec.kind === 'part' ? objectOf(spec.part(), reading) : leafOf(spec, reading.texts);
  return {
    title,
    description: help,
    ...(spec.list ? listOf(spec, value) : value),
    ...(spec.kind === 'part'
      ? { 'x-stafett-categories': categories }
      : { 'x-stafett-category': spec.category }),
  };
}

function listOf(spec: FieldSpec, items: JsonObject): JsonObject {
  const { min, max } = spec.list ?? { min: 0, max: 0 };
  return {
    type: 'array',
    items,
    minItems: min,
    maxItems: max,
    ...(spec.kind !== 'part' && { uniqueItems: true }),
  };
}

const formats: Partial<Record<LeafKind, string>> = { day: 'date', instant: 'date-time', reference: 'uuid' };

function leafOf(spec: LeafSpec, texts: Texts): JsonObject {
  if (spec.kind === 'flag') return { type: 'boolean' };
  if (spec.kind === 'whole') return { type: 'integer', ...some({ minimum: spec.min, maximum: spec.max }) };
  const { minLength, maxLength, pattern } = spec;
  return {
    type: 'string',
    ...some({ minLength, maxLength, pattern, format: formats[spec.kind] }),
    ...(spec.codes && {
      enum: [...spec.codes.codes],
      'x-stafett-labels': Object.fromEntries(
        spec.codes.codes.map((code) => [code, texts.code(spec.codes?.key ?? '', code)]),
      ),
      'x-stafett-source': { list: spec.codes.key, source: spec.codes.source, version: spec.codes.version },
    }),
  };
}

/** The members that are set. */
function some(members: Readonly<Record<string, string | number | undefined>>): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept;
}
