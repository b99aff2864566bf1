import canonicalizeModule from 'canonicalize';
import { Problem } from './problems.js';

// The package is CommonJS and exports the function itself; its typings describe an ES module.
const canonicalize = canonicalizeModule as unknown as (input: unknown) => string | undefined;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const MAX_DEPTH = 20;
const poison = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads a body as strict JSON. Beyond RFC 8259 it refuses what two readers could read differently, or a database could
 * not keep: bytes that are not UTF-8, a key twice in one object, keys that reach for prototypes, lone surrogates, NUL and
 * other control characters, numbers that are not finite, and nesting beyond 20.
 * @throws Problem malformed-json, too-deep
 */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  let value: Json;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new Problem('malformed-json', [
      { pointer: '', code: cause instanceof SyntaxError ? 'syntax' : 'encoding' },
    ]);
  }
  checkStructure(text);
  checkValues(value);
  return value;
}

/** Walks text that JSON.parse has taken, so only brackets, strings and colons need to be told apart. */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let lastString = '';
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case 0x7b:
      case 0x5b:
        open.push(text[i] === '{' ? new Set() : undefined);
        if (open.length > MAX_DEPTH) throw new Problem('too-deep');
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        break;
      case 0x22: {
        const start = i;
        for (i += 1; text.charCodeAt(i) !== 0x22; i += 1) if (text.charCodeAt(i) === 0x5c) i += 1;
        lastString = text.slice(start, i + 1);
        break;
      }
      case 0x3a: {
        const key = lastString.includes('\\') ? (JSON.parse(lastString) as string) : lastString.slice(1, -1);
        const seen = open.at(-1);
        if (seen?.has(key)) throw new Problem('malformed-json', [{ pointer: '', code: 'duplicate-key' }]);
        if (poison.has(key)) throw new Problem('malformed-json', [{ pointer: '', code: 'forbidden-key' }]);
        seen?.add(key);
        break;
      }
    }
  }
}

/** The depth is bounded by now, so recursion is safe. */
function checkValues(value: Json): void {
  if (typeof value === 'string') checkString(value);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Problem('malformed-json', [{ pointer: '', code: 'number' }]);
  } else if (Array.isArray(value)) value.forEach(checkValues);
  else if (value !== null && typeof value === 'object') {
    for (const key in value) {
      checkString(key);
      checkValues(value[key] as Json);
    }
  }
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

/** One step of a JSON Pointer (RFC 6901 section 3). Asked for every field of every record, of which next to none has such a name. */
export const pointerStep = (key: string | number): string =>
  typeof key === 'string' && /[~/]/.test(key)
    ? `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : `/${key}`;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
