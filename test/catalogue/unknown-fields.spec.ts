import 'reflect-metadata';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { Json, JsonObject } from '../../src/common/json.js';
import { errorsIn, exampleWith, nationalId, places, pointerOf, right, today } from './walk.js';

const keys = [
  'Hemmelig9',
  nationalId,
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'a/b~c',
  '',
];

/** A copy with one more own key, as JSON.parse makes it: also where the key is `__proto__`. */
function plus(part: unknown, key: string, value: Json = { polluted: true }): JsonObject {
  const copy: JsonObject = { ...(part as JsonObject) };
  Object.defineProperty(copy, key, { value, enumerable: true });
  return copy;
}

describe.each(recordTypes.map((type) => [type.key, type] as const))('%s', (_key, type) => {
  it.each(keys)('points to the parent of the unknown key "%s", and does not name it', (key) => {
    const root = errorsIn(type, plus(type.example(today), key));
    expect(root).toEqual([{ pointer: '/data', code: 'unknown-field' }]);
    for (const place of places(type).filter(({ spec }) => spec.kind === 'part')) {
      const part = right(place.spec);
      const changed = Array.isArray(part) ? part.with(0, plus(part[0], key)) : plus(part, key);
      const pointer = pointerOf(place.path) + (Array.isArray(part) ? '/0' : '');
      expect(errorsIn(type, exampleWith(place, changed))).toEqual([{ pointer, code: 'unknown-field' }]);
    }
  });

  it('says it once, however many keys there are', () => {
    const data = keys.reduce<JsonObject>((more, key) => plus(more, key), type.example(today));
    expect(errorsIn(type, data)).toEqual([{ pointer: '/data', code: 'unknown-field' }]);
  });

  it('finds no field of its own on a prototype', () => {
    const errors = errorsIn(type, Object.create(type.example(today)) as Json);
    expect(errors).toContainEqual({ pointer: expect.any(String), code: 'required' });
  });
});

it('leaves no trace on the prototype of all objects', () => {
  const [type] = recordTypes;
  if (!type) throw new Error('no types');
  errorsIn(type, JSON.parse('{"__proto__": {"polluted": true}, "youth": {"__proto__": {"polluted": true}}}'));
  expect({}).not.toHaveProperty('polluted');
});
