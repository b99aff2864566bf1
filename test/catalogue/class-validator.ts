import { validateSync, type ValidationError } from 'class-validator';
import { isObject, pointerStep, type Json, type JsonObject } from '../../src/common/json.js';
import type { FieldError } from '../../src/common/problems.js';
import { CONSTRAINT, judgeElement } from '../../src/catalogue/fields.js';
import { fieldsOf, type FieldCode, type FieldSpec, type PartClass } from '../../src/catalogue/field-spec.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import type { ValidationContext } from '../../src/catalogue/validate.js';
import { youthRules } from '../../src/catalogue/youth.js';

/** More would help no one: whoever has fifty errors has one. */
const MAX_ERRORS = 50;

/**
 * What class-validator itself says of the data of an event, by the same decorators: the measure for `validateData`, which walks
 * the fields without it.
 */
export function validateWithClassValidator(
  type: RecordType,
  data: Json,
  context: ValidationContext,
): FieldError[] {
  if (!isObject(data)) return [{ pointer: '/data', code: 'type' }];
  const findings = new Findings();
  const instance = toInstance(type.data, data, '/data', findings);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  gather(type.data, errors, instance, '/data', findings);
  if (findings.errors.length > 0) return findings.errors.slice(0, MAX_ERRORS);
  const broken = [...youthRules(data, context), ...(type.rules?.(data, context) ?? [])];
  return broken.slice(0, MAX_ERRORS);
}

/** Errors as they are found; a pointer that has its verdict gets no second one. */
class Findings {
  readonly errors: FieldError[] = [];
  private readonly judged = new Set<string>();

  add(pointer: string, code: FieldCode): void {
    if (this.judged.has(pointer)) return;
    this.judged.add(pointer);
    this.errors.push({ pointer, code });
  }

  /** An unknown key is told of at its parent, which may have another verdict of its own. */
  unknown(parent: string): void {
    this.errors.push({ pointer: parent, code: 'unknown-field' });
  }
}

/**
 * An instance of a class with the fields that the class has, and nothing else: own keys only, so that `constructor` or
 * `__proto__` in the data are unknown keys like any other (class-validator's own whitelist looks them up on a plain
 * object, and finds them). Lists that are too long are cut off here, before anything walks them.
 */
function toInstance(part: PartClass, data: JsonObject, pointer: string, findings: Findings): object {
  const fields = fieldsOf(part);
  const instance = new part();
  if (Object.keys(data).some((key) => !fields.has(key))) findings.unknown(pointer);
  for (const [name, spec] of fields) {
    if (!Object.hasOwn(data, name)) continue;
    Reflect.set(instance, name, toValue(spec, data[name], pointer + pointerStep(name), findings));
  }
  return instance;
}

function toValue(spec: FieldSpec, value: Json | undefined, pointer: string, findings: Findings): unknown {
  if (spec.list && Array.isArray(value)) {
    if (value.length <= spec.list.max) {
      return value.map((element, i) => toPart(spec, element, pointer + pointerStep(i), findings));
    }
    findings.add(pointer, 'too-many');
    return [];
  }
  return spec.list ? value : toPart(spec, value, pointer, findings);
}

function toPart(spec: FieldSpec, value: Json | undefined, pointer: string, findings: Findings): unknown {
  if (spec.kind !== 'part' || value === undefined || !isObject(value)) {
    // Arrays are never handed on: class-validator would walk them as if they were lists of parts.
    return spec.kind === 'part' && Array.isArray(value) ? false : value;
  }
  return toInstance(spec.part(), value, pointer, findings);
}

/** class-validator's tree of errors as pointers and codes. */
function gather(
  part: PartClass,
  errors: readonly ValidationError[],
  instance: object,
  pointer: string,
  findings: Findings,
): void {
  const fields = fieldsOf(part);
  for (const error of errors) {
    const spec = fields.get(error.property);
    if (!spec) {
      findings.unknown(pointer);
      continue;
    }
    const at = pointer + pointerStep(error.property);
    const value: unknown = Reflect.get(instance, error.property);
    const code = error.constraints?.[CONSTRAINT];
    if (code !== undefined) gatherField(spec, value, code as FieldCode, at, findings);
    if (spec.kind === 'part') gatherParts(spec, error.children ?? [], value, at, findings);
  }
}

function gatherField(spec: FieldSpec, value: unknown, code: FieldCode, at: string, findings: Findings): void {
  if (!spec.list || !Array.isArray(value) || code !== 'type') {
    findings.add(at, code);
    return;
  }
  value.forEach((element, i) => {
    const wrong = judgeElement(spec, element);
    if (wrong !== undefined) findings.add(at + pointerStep(i), wrong);
  });
}

function gatherParts(
  spec: Extract<FieldSpec, { kind: 'part' }>,
  children: readonly ValidationError[],
  value: unknown,
  at: string,
  findings: Findings,
): void {
  if (!spec.list) {
    if (value instanceof spec.part()) gather(spec.part(), children, value, at, findings);
    return;
  }
  if (!Array.isArray(value)) return;
  for (const child of children) {
    const element: unknown = value[Number(child.property)];
    if (!(element instanceof spec.part())) continue;
    gather(spec.part(), child.children ?? [], element, at + pointerStep(child.property), findings);
  }
}
