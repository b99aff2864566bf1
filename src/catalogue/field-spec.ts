import type { CodeList } from './code-list.js';
import type { DataCategory } from './data-categories.js';

/** What is wrong with a field: a closed list, so that senders can branch on it. None of them ever carries a value. */
export const fieldCodes = [
  'required',
  'unknown-field',
  'type',
  'too-short',
  'too-long',
  'too-few',
  'too-many',
  'duplicate',
  'format',
  'code',
  'day',
  'range',
  'birth-number',
  'synthetic-required',
  'synthetic-refused',
  'one-of',
  'not-applicable',
  'order',
  'pupils-only',
] as const;
export type FieldCode = (typeof fieldCodes)[number];

export type PartClass = new () => object;

export const leafKinds = [
  'text',
  'name',
  'format',
  'code',
  'day',
  'instant',
  'flag',
  'whole',
  'reference',
  'org-number',
  'municipality',
  'phone',
  'email',
  'link',
  'national-id',
] as const;
export type LeafKind = (typeof leafKinds)[number];

/** How many elements a list may have, both ends included. */
export interface ListSize {
  readonly min: number;
  readonly max: number;
}

interface AnyField {
  readonly name: string;
  readonly required: boolean;
  /** Set where the field is a list of such values. */
  readonly list?: ListSize;
}

/** A field that holds a value, or a list of values. */
export interface LeafSpec extends AnyField {
  readonly kind: LeafKind;
  readonly category: DataCategory;
  /** Lengths are in Unicode code points, as JSON Schema counts. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** An anchored ECMA-262 expression, read with the flag `u`. */
  readonly pattern?: string;
  readonly codes?: CodeList;
  /** The hub uses it, and gives it to no one. */
  readonly neverDelivered?: boolean;
  /** What is wrong with one value (an element where the field is a list); undefined where nothing is. */
  readonly judge: (value: unknown) => FieldCode | undefined;
}

/** A field that holds a part with fields of its own, or a list of such. The part's fields carry the categories. */
export interface PartSpec extends AnyField {
  readonly kind: 'part';
  readonly part: () => PartClass;
}

export type FieldSpec = LeafSpec | PartSpec;

const registry = new WeakMap<object, Map<string, FieldSpec>>();

/** Called by the decorators of fields.ts while a class is defined. */
export function register(target: object, spec: FieldSpec): void {
  const fields = registry.get(target.constructor) ?? new Map<string, FieldSpec>();
  if (fields.has(spec.name)) throw new Error(`${target.constructor.name}.${spec.name} is described twice`);
  registry.set(target.constructor, fields.set(spec.name, spec));
}

const none: ReadonlyMap<string, FieldSpec> = new Map();

/** The fields of a class by name, in the order they are written. */
export function fieldsOf(part: PartClass): ReadonlyMap<string, FieldSpec> {
  return registry.get(part) ?? none;
}
