import type { Day } from '../common/days.js';
import { isObject, pointerStep, type Json, type JsonObject } from '../common/json.js';
import type { FieldError } from '../common/problems.js';
import { fieldsOf, type FieldCode, type FieldSpec, type PartClass } from './field-spec.js';
import type { RecordType } from './record-type.js';
import { youthRules } from './youth.js';

export interface ValidationContext {
  /** The Norwegian calendar day of the judgement. */
  readonly today: Day;
  /** Whose birth numbers this installation takes: the national test population's, or real people's. */
  readonly people: 'synthetic' | 'real';
}

/** More would help no one: whoever has fifty errors has one. */
const MAX_ERRORS = 50;

/**
 * What is wrong with the data of an event: pointers from `/data`, and codes of `fieldCodes`. Empty where nothing is.
 * Rules over more than one field are asked only once every field is right. Never throws, whatever the JSON.
 *
 * It asks what the decorators have registered, without class-validator, which takes most of a millisecond's fifth for one
 * record: every record is validated, so this is the hot path. That both say the same is tested with every type.
 */
export function validateData(type: RecordType, data: Json, context: ValidationContext): FieldError[] {
  if (!isObject(data)) return [{ pointer: '/data', code: 'type' }];
  const errors: FieldError[] = [];
  walk(type.data, data, '/data', errors);
  if (errors.length > 0) return errors.slice(0, MAX_ERRORS);
  const broken = [...youthRules(data, context), ...(type.rules?.(data, context) ?? [])];
  return broken.slice(0, MAX_ERRORS);
}

/** Own keys only: `constructor` in the data is an unknown key like any other, told of at its parent and never by name. */
function walk(part: PartClass, data: JsonObject, pointer: string, errors: FieldError[]): void {
  const fields = fieldsOf(part);
  for (const key in data) {
    if (fields.has(key)) continue;
    errors.push({ pointer, code: 'unknown-field' });
    break;
  }
  for (const [name, spec] of fields) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value !== undefined) judge(spec, value, pointer, errors);
    else if (spec.required) add(errors, pointer, name, 'required');
  }
}

/** @param pointer of the part that the field is in: the field's own is put together only where something is wrong, once in thousands */
function judge(spec: FieldSpec, value: Json, pointer: string, errors: FieldError[]): void {
  const { name, list } = spec;
  if (!list) return judgeOne(spec, value, pointer, name, errors);
  if (!Array.isArray(value)) return add(errors, pointer, name, 'type');
  if (value.length > list.max) return add(errors, pointer, name, 'too-many');
  const tooFew = value.length < list.min;
  if (tooFew) add(errors, pointer, name, 'too-few');
  const before = errors.length;
  const at = pointer + pointerStep(name);
  value.forEach((element, i) => {
    if (!tooFew || (spec.kind === 'part' && isObject(element))) judgeOne(spec, element, at, i, errors);
  });
  const fine = !tooFew && errors.length === before;
  if (fine && spec.kind !== 'part' && new Set(value).size < value.length)
    add(errors, pointer, name, 'duplicate');
}

/** @param key of the value in the field's part, or in its list */
function judgeOne(
  spec: FieldSpec,
  value: Json,
  pointer: string,
  key: string | number,
  errors: FieldError[],
): void {
  if (spec.kind !== 'part') {
    const code = spec.judge(value);
    if (code !== undefined) add(errors, pointer, key, code);
  } else if (isObject(value)) walk(spec.part(), value, pointer + pointerStep(key), errors);
  else add(errors, pointer, key, 'type');
}

const add = (errors: FieldError[], pointer: string, key: string | number, code: FieldCode): void =>
  void errors.push({ pointer: pointer + pointerStep(key), code });
