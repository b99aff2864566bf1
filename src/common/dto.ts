import { createParamDecorator, Param, Query, type ExecutionContext } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { HubRequest } from './access.js';
import { looksLikeBirthNumber } from './birth-number.js';
import { fieldErrors, propertiesOf } from './dto-errors.js';
import { isUuid } from './ids.js';
import { isObject, parseJson, pointerStep } from './json.js';
import { Problem, type FieldError } from './problems.js';

type Class<T> = new () => T;

/** More would help no one. */
const MAX_ERRORS = 50;
const MAX_DEPTH = 20;
/** Bytes of a body. The largest that any class allows, 500 transfers by their UUIDs, has 20 kB. */
const MAX_BYTES = 64_000;
/** The longest list that any class allows. */
const MAX_ELEMENTS = 500;
/**
 * No class has a quarter as many properties. class-transformer looks for each key among all keys of its object: 200,000 took 20 s.
 */
const MAX_MEMBERS = 100;
const poison = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a value as an instance of a class, whose class-validator decorators are the only description. Unknown fields,
 * lists for objects, and keys that reach for prototypes are refused; nothing is converted.
 * @param base JSON Pointer of the value in the request: `/body` or `/query`
 * @throws Problem invalid-request with pointers and codes; an unknown field is told of at its parent, without its name
 */
export function parseDto<T extends object>(Dto: Class<T>, value: unknown, base: string): T {
  if (!isObject(value)) throw new Problem('invalid-request', [{ pointer: base, code: 'type' }]);
  refuse(poisoned(value, base, 0));
  const instance = plainToInstance(Dto, value, { enableImplicitConversion: false });
  const shape = shapeErrors(value, instance, base);
  refuse(shape);
  const found = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: true },
  });
  refuse(fieldErrors(found, base));
  return instance;
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw new Problem('invalid-request', errors.slice(0, MAX_ERRORS));
}

/**
 * What class-transformer must not even see: keys that it passes over in silence, or calls what they hold, and more members, elements or
 * depth than any class allows, on which it and class-validator would spend their time.
 */
function poisoned(value: unknown, pointer: string, depth: number): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth > MAX_DEPTH) return [{ pointer, code: 'too-deep' }];
  const entries = Object.entries(value);
  if (Array.isArray(value)) {
    if (entries.length > MAX_ELEMENTS) return [{ pointer, code: 'too-many' }];
  } else if (entries.length > MAX_MEMBERS || entries.some(([key]) => poison.has(key)))
    return [{ pointer, code: 'unknown-field' }];
  return entries.flatMap(([key, inner]) => poisoned(inner, pointer + pointerStep(key), depth + 1));
}

/**
 * What class-validator would let pass: own keys that a class has no validator for but a prototype does (`toString`); a list where the class says
 * one object, or in a list, as no class has lists of lists, whose elements it would validate one by one; and null, which IsOptional takes for
 * nothing though no property of a request is declared to hold it. Each is told once, and no more than are told at all.
 */
function shapeErrors(plain: unknown, instance: unknown, base: string): FieldError[] {
  const found = new Map<string, FieldError>();
  const tell = (pointer: string, code: string): unknown => found.set(`${code} ${pointer}`, { pointer, code });
  const look = (value: unknown, read: unknown, pointer: string): void => {
    if (Array.isArray(value) && Array.isArray(read)) {
      for (const [i, inner] of value.entries()) {
        const at = pointer + pointerStep(i);
        if (inner === null || Array.isArray(inner)) tell(at, 'type');
        else look(inner, read[i], at);
      }
      return;
    }
    if (!isObject(value) || typeof read !== 'object' || read === null) return;
    const Class = read.constructor as Class<object>;
    if (Class === Object) return;
    const properties = propertiesOf(Class);
    for (const [key, inner] of Object.entries(value)) {
      if (found.size >= MAX_ERRORS) return;
      const at = pointer + pointerStep(key);
      if (!properties.has(key)) tell(pointer, 'unknown-field');
      else if (inner === null) tell(at, 'type');
      else if (Array.isArray(inner) && isOneObject(Class, key)) tell(at, 'type');
      else look(inner, Reflect.get(read, key), at);
    }
  };
  look(plain, instance, base);
  return [...found.values()];
}

const typeOf = (Class: Class<object>, key: string): unknown =>
  Reflect.getMetadata('design:type', Class.prototype as object, key);

function isOneObject(Class: Class<object>, key: string): boolean {
  const type = typeOf(Class, key);
  return typeof type === 'function' && type !== Array && type !== Object;
}

/** `application/json`, with no parameter but `charset=utf-8` (RFC 8259 section 11 has none; clients add it). */
const jsonType = /^application\/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?$/i;

/** @throws Problem unsupported-media-type, too-large, malformed-json, too-deep */
export function readJsonBody({ headers, body }: HubRequest): unknown {
  const type = headers['content-type'];
  if (typeof type !== 'string' || !jsonType.test(type.trim())) throw new Problem('unsupported-media-type');
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  if (bytes.length > MAX_BYTES) throw new Problem('too-large');
  return parseJson(bytes);
}

/** @throws Problem birth-number-in-attribute, invalid-request */
export function readQuery<T extends object>(Dto: Class<T>, query: unknown): T {
  const given = Object.entries(isObject(query) ? query : {}) as [string, string | string[]][];
  const errors: FieldError[] = [];
  const plain: Record<string, unknown> = {};
  for (const [key, value] of given) {
    if ([key, value].flat().some(looksLikeBirthNumber)) throw new Problem('birth-number-in-attribute');
    if (!propertiesOf(Dto).has(key)) errors.push({ pointer: '/query', code: 'unknown-field' });
    else plain[key] = fromText(typeOf(Dto, key), value, `/query${pointerStep(key)}`, errors);
  }
  refuse(errors);
  return parseDto(Dto, plain, '/query');
}

const wholeNumber = /^(0|[1-9]\d{0,14})$/;
const control = /[\u0000-\u001f\u007f]/;

/** Texts of a query as the property's type has them: a number is decimal digits and nothing else. */
function fromText(type: unknown, value: string | string[], pointer: string, errors: FieldError[]): unknown {
  const wrong = (code: string): undefined => void errors.push({ pointer, code });
  if ([value].flat().some((text) => control.test(text))) return wrong('format');
  if (type === Array) return [value].flat();
  if (Array.isArray(value)) return wrong('repeated');
  if (type === Number) return wholeNumber.test(value) ? Number(value) : wrong('format');
  if (type === Boolean) return value === 'true' || (value === 'false' ? false : wrong('format'));
  return value;
}

const bodyOf = createParamDecorator(<T extends object>(Dto: Class<T>, context: ExecutionContext): T =>
  parseDto(Dto, readJsonBody(context.switchToHttp().getRequest<HubRequest>()), '/body'),
);

/** The body, strict JSON, as an instance of the class; the OpenAPI document tells of it too. */
export const JsonBody =
  (Dto: Class<object>): ParameterDecorator =>
  (target, key, index) => {
    bodyOf(Dto)(target, key, index);
    if (key !== undefined)
      ApiBody({ type: Dto })(target, key, Object.getOwnPropertyDescriptor(target, key) ?? {});
  };

/** The query as an instance of the class. Properties must be declared `string`, `number`, `boolean` or a list of strings. */
export const QueryOf = (Dto: Class<object>): ParameterDecorator =>
  Query({ transform: (query: unknown) => readQuery(Dto, query) });

/** An id in the path. What cannot be an id is simply not found, and no part of it is repeated. */
export const UuidParam = (name: string): ParameterDecorator =>
  Param(name, {
    transform: (id: unknown): string => {
      if (!isUuid(id)) throw new Problem('not-found');
      return id;
    },
  });
