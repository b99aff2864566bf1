import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import type { CodeList } from './code-list.js';
import type { DataCategory } from './data-categories.js';
import {
  register,
  type FieldCode,
  type FieldSpec,
  type LeafSpec,
  type ListSize,
  type PartClass,
} from './field-spec.js';
import * as judges from './judges.js';

/**
 * One decorator per kind of field. Each registers what the field is (for JSON Schema, projection and texts) and has
 * class-validator apply the same judgement, so that the class is the only description of its type.
 */
export interface FieldOptions {
  readonly category: DataCategory;
  readonly optional?: true;
  /** The hub uses it, and gives it to no one. */
  readonly neverDelivered?: true;
}

/** The name of the one constraint that class-validator reports per field; its message is our code. */
export const CONSTRAINT = 'field';

type Shape = Omit<LeafSpec, 'name' | 'required' | 'category'>;

function field(shape: Shape, options: FieldOptions): PropertyDecorator {
  return (target, key) => {
    const { category, neverDelivered = false } = options;
    describe(target, key, {
      ...shape,
      name: String(key),
      required: !options.optional,
      category,
      neverDelivered,
    });
  };
}

function describe(target: object, key: string | symbol, spec: FieldSpec): void {
  register(target, spec);
  const judge = (value: unknown): FieldCode | undefined => judgeField(spec, value);
  const name = CONSTRAINT;
  const validator = {
    validate: (value: unknown) => judge(value) === undefined,
    defaultMessage: (args?: { value: unknown }) => judge(args?.value) ?? '',
  };
  if (!spec.required) ValidateIf((_, value: unknown) => value !== undefined)(target, key);
  ValidateBy({ name, validator })(target, key);
  if (spec.kind === 'part') ValidateNested()(target, key);
}

/** What is wrong with a field as a whole. A list is `type` where the pointer must go to one of its elements. */
function judgeField(spec: FieldSpec, value: unknown): FieldCode | undefined {
  if (value === undefined) return 'required';
  if (!spec.list) return judgeElement(spec, value);
  if (!Array.isArray(value)) return 'type';
  if (value.length < spec.list.min) return 'too-few';
  if (value.length > spec.list.max) return 'too-many';
  if (value.some((element) => judgeElement(spec, element) !== undefined)) return 'type';
  if (spec.kind !== 'part' && new Set(value).size < value.length) return 'duplicate';
  return undefined;
}

/** What is wrong with one value of a field. */
export function judgeElement(spec: FieldSpec, value: unknown): FieldCode | undefined {
  if (spec.kind !== 'part') return spec.judge(value);
  return value instanceof spec.part() ? undefined : 'type';
}

/** The one free text that a type may have. Its label says "what the youth wants, in words he or she has seen". */
export function FreeText(options: FieldOptions): PropertyDecorator {
  const judge = judges.textJudge({ max: 300, pattern: judges.LINES });
  return field({ kind: 'text', minLength: 1, maxLength: 300, pattern: judges.LINES, judge }, options);
}

/** The name of a person or a place, on one line. */
export function Name(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const { max = 100 } = options;
  const judge = judges.textJudge({ max, pattern: judges.LINE });
  return field({ kind: 'name', minLength: 1, maxLength: max, pattern: judges.LINE, judge }, options);
}

/** Text of a fixed shape that others define: a subject code, a programme area. `pattern` is anchored. */
export function Format(
  pattern: string,
  options: FieldOptions & { readonly list?: ListSize },
): PropertyDecorator {
  const judge = judges.textJudge({ max: 40, pattern });
  const { list } = options;
  return field(
    { kind: 'format', minLength: 1, maxLength: 40, pattern, judge, ...(list && { list }) },
    options,
  );
}

export function Code(codes: CodeList, options: FieldOptions): PropertyDecorator {
  return field({ kind: 'code', codes, judge: judges.codeJudge(codes) }, options);
}

/** Different codes of a list, at least one unless told. */
export function Codes(codes: CodeList, options: FieldOptions & { readonly min?: number }): PropertyDecorator {
  const list = { min: options.min ?? 1, max: codes.codes.length };
  return field({ kind: 'code', codes, list, judge: judges.codeJudge(codes) }, options);
}

/** A calendar day, `YYYY-MM-DD`. */
export const Day = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'day', pattern: judges.DAY, judge: judges.dayJudge }, options);

/** A point in time, RFC 3339 in UTC. */
export const Instant = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'instant', pattern: judges.INSTANT, judge: judges.instantJudge }, options);

export const Flag = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'flag', judge: judges.flagJudge }, options);

export function Whole(
  options: FieldOptions & { readonly min: number; readonly max: number },
): PropertyDecorator {
  const { min, max } = options;
  return field({ kind: 'whole', min, max, judge: judges.wholeJudge(min, max) }, options);
}

/** The id of a record that this hub has given out. */
export const Reference = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'reference', pattern: judges.REFERENCE, judge: judges.referenceJudge }, options);

export const OrgNumberField = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'org-number', pattern: judges.ORG_NUMBER, judge: judges.orgNumberJudge }, options);

/** A municipality number of Statistics Norway's list (Klass 131). Whether it is one today, the directory knows. */
export const MunicipalityCode = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'municipality', pattern: judges.MUNICIPALITY, judge: judges.municipalityJudge }, options);

const loose = (kind: 'phone' | 'email' | 'link', max: number, pattern: string, options: FieldOptions) =>
  field(
    { kind, minLength: 1, maxLength: max, pattern, judge: judges.textJudge({ max, pattern, loose: true }) },
    options,
  );

export const Phone = (options: FieldOptions): PropertyDecorator => loose('phone', 16, judges.PHONE, options);
export const Email = (options: FieldOptions): PropertyDecorator => loose('email', 200, judges.EMAIL, options);
/** An https address, to join a meeting by video. */
export const Link = (options: FieldOptions): PropertyDecorator => loose('link', 1000, judges.LINK, options);

/** A birth number or D-number. Only `youth.nationalId` may be one. */
export const NationalId = (options: FieldOptions): PropertyDecorator =>
  field({ kind: 'national-id', pattern: judges.NATIONAL_ID, judge: judges.nationalIdJudge }, options);

/** A part with fields of its own. */
export function Part(part: () => PartClass, options: { readonly optional?: true } = {}): PropertyDecorator {
  return (target, key) =>
    describe(target, key, { kind: 'part', name: String(key), required: !options.optional, part });
}

/** A list of parts. */
export function Parts(
  part: () => PartClass,
  options: ListSize & { readonly optional?: true },
): PropertyDecorator {
  const { min, max } = options;
  return (target, key) =>
    describe(target, key, {
      kind: 'part',
      name: String(key),
      required: !options.optional,
      part,
      list: { min, max },
    });
}
