import { isObject, type Json, type JsonObject } from '../common/json.js';
import type { DataCategory } from './data-categories.js';
import { fieldsOf, type FieldSpec, type PartClass } from './field-spec.js';
import type { RecordType } from './record-type.js';

/**
 * The data with only the fields of these categories. A part of which nothing is left vanishes; what no one is to get
 * (address protection) never comes along.
 */
export function project(
  type: RecordType,
  data: JsonObject,
  categories: ReadonlySet<DataCategory>,
): JsonObject {
  return projectPart(type.data, data, categories) ?? {};
}

function projectPart(
  part: PartClass,
  data: Json | undefined,
  categories: ReadonlySet<DataCategory>,
): JsonObject | undefined {
  if (!isObject(data)) return undefined;
  const kept: JsonObject = {};
  for (const [name, spec] of fieldsOf(part)) {
    const value = Object.hasOwn(data, name) ? projectField(spec, data[name], categories) : undefined;
    if (value !== undefined) kept[name] = value;
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

function projectField(
  spec: FieldSpec,
  value: Json | undefined,
  categories: ReadonlySet<DataCategory>,
): Json | undefined {
  if (spec.kind !== 'part') return categories.has(spec.category) && !spec.neverDelivered ? value : undefined;
  if (!Array.isArray(value)) return projectPart(spec.part(), value, categories);
  const kept = value.map((element) => projectPart(spec.part(), element, categories)).filter(isObject);
  return kept.length > 0 ? kept : undefined;
}

const known = new WeakMap<PartClass, ReadonlySet<DataCategory>>();

/** The categories that the type's fields have, in alphabetical order: read from its class, never from what a record holds. */
export const categoriesOf = (type: RecordType): ReadonlySet<DataCategory> => categoriesOfPart(type.data);

/** The categories of a part's fields, those of its own parts included. */
export function categoriesOfPart(part: PartClass): ReadonlySet<DataCategory> {
  const found = known.get(part) ?? new Set([...fieldsOf(part).values()].flatMap(categoriesOfField).sort());
  known.set(part, found);
  return found;
}

/** The categories that a field tells of. */
export function categoriesOfField(spec: FieldSpec): readonly DataCategory[] {
  return spec.kind === 'part' ? [...categoriesOfPart(spec.part())] : [spec.category];
}
