import canonicalizeModule from 'canonicalize';
import { Problem } from './problems.js';

// The package is CommonJS and exports the function itself; its typings describe an ES module.
const canonicalize = canonicalizeModule as unknown as (input: unknown) => string | undefined;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const MAX_DEPTH = 20;
/**
 * Members of objects in one text, and elements of lists. The largest lawful event has 210 (an attainment report with every field), five hundred of them 105,000;
 * as the examples are, five hundred have 15,000. Beyond it the time that the text takes grows with nothing that anyone needs: 1.5 million
 * empty lists, 4.7 MB, took JSON.parse alone 0.6 s.
 */
const MAX_VALUES = 200_000;
const poison = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads a body as strict JSON. Beyond RFC 8259 it refuses what two readers could read differently, or a database could
 * not keep: bytes that are not UTF-8, a key twice in one object, keys that reach for prototypes, lone surrogates, NUL and
 * other control characters, numbers that are not finite, and nesting beyond 20. What has too many values is not even parsed. Nor is a key that is
 * written with an escape, which no key of ours needs: after a key that is a backslash JSON.parse of Node 24 and 26 reads another such key as a
 * backslash too (nodejs/node issue 63785).
 * @param most how many members and elements it may have
 * @throws Problem malformed-json, too-deep, too-large
 */
export function parseJson(bytes: Uint8Array, most: number = MAX_VALUES): Json {
  const text = decoded(bytes);
  const { members, isPlain, hasEscapedKey } = survey(text, most);
  if (hasEscapedKey) throw new Problem('malformed-json', [{ pointer: '', code: 'escaped-key' }]);
  const value = parsed(text);
  if (membersOf(value, isPlain, 0) < members)
    throw new Problem('malformed-json', [{ pointer: '', code: 'duplicate-key' }]);
  return value;
}

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem('malformed-json', [{ pointer: '', code: 'encoding' }]);
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Problem('malformed-json', [{ pointer: '', code: 'syntax' }]);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const DEL = 0x7f;

/**
 * Of text that may be JSON: how many members its objects are written with, one for each colon outside strings; whether its
 * strings stand there as they are, without escapes, and without the one control character that JSON lets stand so; and whether a colon comes
 * after a string with an escape.
 * @param most how many members or elements: an element has a comma before it, or the bracket of its list
 * @throws Problem too-large
 */
function survey(text: string, most: number): { members: number; isPlain: boolean; hasEscapedKey: boolean } {
  const { length } = text;
  let members = 0;
  let elements = 0;
  let isPlain = true;
  let isEscaped = false;
  let hasEscapedKey = false;
  for (let i = 0; i < length; i += 1) {
    let unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      isEscaped = false;
      for (i += 1; i < length && (unit = text.charCodeAt(i)) !== QUOTE; i += 1) {
        if (unit !== BACKSLASH && unit !== DEL) continue;
        isPlain = false;
        if (unit !== BACKSLASH) continue;
        isEscaped = true;
        i += 1;
      }
    } else if (unit === COLON) {
      members += 1;
      hasEscapedKey ||= isEscaped;
    } else if (unit === COMMA || unit === BRACKET) elements += 1;
  }
  if (members > most || elements > most)
    throw new Problem('too-large', [{ pointer: '', code: 'too-many-values' }]);
  return { members, isPlain, hasEscapedKey };
}

/**
 * How many members the objects in a value have: fewer than were written, where a key stood twice.
 * @param isPlain whether the strings were written as they are, in UTF-8, which has no surrogates, and without control characters
 * @throws Problem malformed-json, too-deep
 */
function membersOf(value: Json, isPlain: boolean, depth: number): number {
  if (typeof value === 'string') {
    if (!isPlain) checkString(value);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Problem('malformed-json', [{ pointer: '', code: 'number' }]);
  } else if (value !== null && typeof value === 'object') {
    if (depth === MAX_DEPTH) throw new Problem('too-deep');
    let members = 0;
    if (Array.isArray(value)) for (const element of value) members += membersOf(element, isPlain, depth + 1);
    else
      for (const key in value) {
        if (poison.has(key)) throw new Problem('malformed-json', [{ pointer: '', code: 'forbidden-key' }]);
        if (!isPlain) checkString(key);
        members += 1 + membersOf(value[key] as Json, isPlain, depth + 1);
      }
    return members;
  }
  return 0;
}

const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function checkString(text: string): void {
  if (!text.isWellFormed() || control.test(text)) {
    throw new Problem('malformed-json', [{ pointer: '', code: 'character' }]);
  }
}

/** Canonical JSON (RFC 8785): the same value always gives the same bytes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** One step of a JSON Pointer (RFC 6901 section 3). */
export const pointerStep = (key: string | number): string =>
  typeof key === 'string' && /[~/]/.test(key)
    ? `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : `/${key}`;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
