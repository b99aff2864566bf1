import { getMetadataStorage, type ValidationError } from 'class-validator';
import { pointerStep } from './json.js';
import type { FieldError } from './problems.js';

/** Short codes for class-validator's constraints, the same words as the catalogue's. Others go by their own name. */
const codes: Readonly<Record<string, string>> = {
  isDefined: 'required',
  isNotEmpty: 'required',
  isString: 'type',
  isInt: 'type',
  isNumber: 'type',
  isBoolean: 'type',
  isArray: 'type',
  isObject: 'type',
  nestedValidation: 'type',
  unknownValue: 'type',
  minLength: 'too-short',
  maxLength: 'too-long',
  isLength: 'length',
  arrayMinSize: 'too-few',
  arrayMaxSize: 'too-many',
  arrayNotEmpty: 'too-few',
  arrayUnique: 'duplicate',
  min: 'range',
  max: 'range',
  isPositive: 'range',
  isIn: 'code',
  isEnum: 'code',
  equals: 'code',
  matches: 'format',
  isUuid: 'format',
};
const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, '');

const codeOf = (constraint: string): string =>
  codes[constraint] ?? (/^is[A-Z]/.test(constraint) ? 'format' : kebab(constraint));

/** Pointers and codes of what class-validator found: never a value or the text of a message, which may quote one. */
export function fieldErrors(errors: readonly ValidationError[], base: string): FieldError[] {
  return errors.flatMap(({ property, constraints = {}, children = [], value }) => {
    const names = Object.keys(constraints);
    if (names.includes('whitelistValidation')) return [{ pointer: base, code: 'unknown-field' }];
    const pointer = base + pointerStep(property);
    const found = value === undefined && names.length > 0 ? ['required'] : names.map(codeOf);
    const first = ['required', 'type'].find((code) => found.includes(code));
    const told = first ? [first] : [...new Set(found)];
    return [...told.map((code) => ({ pointer, code })), ...fieldErrors(children, pointer)];
  });
}

const known = new WeakMap<object, ReadonlySet<string>>();

/** The properties of a class that have a validator: all that a request may give. */
export function propertiesOf(Dto: abstract new () => unknown): ReadonlySet<string> {
  let names = known.get(Dto);
  if (!names) {
    const storage = getMetadataStorage();
    names = new Set(
      storage.getTargetValidationMetadatas(Dto, '', true, false).map((rule) => rule.propertyName),
    );
    known.set(Dto, names);
  }
  return names;
}
