/** One array of a statement's values as PostgreSQL's binary format has it; undefined where it holds what this cannot write. */
export type EncodeArray = (values: readonly unknown[]) => Buffer | undefined;

/** An element that is there, as bytes. */
interface Element {
  /** pg_type.oid of PostgreSQL's built-in types. */
  readonly oid: number;
  /** @returns how many bytes it takes at the most, or -1 where the value is not of this type */
  most(value: unknown): number;
  /** @returns how many bytes were written, or -1 where the value cannot be */
  write(into: Buffer, at: number, value: unknown): number;
}

/** Dimensions, whether there are nulls, the elements' type, and of the one dimension its length and first index (array_recv in arrayfuncs.c). */
const HEAD = 20;

const elements: Readonly<Record<string, Element>> = {
  uuid: {
    oid: 2950,
    most: (value) => (typeof value === 'string' && value.length === 36 ? 16 : -1),
    write: writeUuid,
  },
  text: {
    oid: 25,
    // A UTF-16 unit is at most three bytes of UTF-8.
    most: (value) => (typeof value === 'string' ? value.length * 3 : -1),
    write: writeText,
  },
  bytea: {
    oid: 17,
    most: (value) => (value instanceof Uint8Array ? value.length : -1),
    write: (into, at, value) => {
      into.set(value as Uint8Array, at);
      return (value as Uint8Array).length;
    },
  },
  int: {
    oid: 23,
    most: (value) => (typeof value === 'number' && value === (value | 0) ? 4 : -1),
    write: (into, at, value) => putInt32(into, at, value as number),
  },
  boolean: {
    oid: 16,
    most: (value) => (typeof value === 'boolean' ? 1 : -1),
    write: (into, at, value) => {
      into[at] = value ? 1 : 0;
      return 1;
    },
  },
  // Few transfers are held, or notices: what is there goes as text, and columns of nulls do not.
  timestamptz: { oid: 1184, most: () => -1, write: () => -1 },
  jsonb: { oid: 3802, most: () => -1, write: () => -1 },
};

const cast = new RegExp(String.raw`\$(\d+)::(${Object.keys(elements).join('|')})\[\]`, 'g');

/**
 * Which values of a statement are arrays that can go in binary: where its text casts a parameter to an array of one of `elements`. Groups of hundreds of rows travel as a dozen arrays; as text each element is quoted, bytes double in hexadecimal, and the
 * server parses all of it again.
 * @returns by the value's place from 0
 */
export function arraysOf(text: string): ReadonlyMap<number, EncodeArray> {
  const found = new Map<number, EncodeArray>();
  for (const [, place, type] of text.matchAll(cast)) {
    const element = elements[type as string] as Element;
    found.set(Number(place) - 1, (values) => encode(element, values));
  }
  return found;
}

/** What a row has in common with the one before it, as most rows of a group do, is copied. */
function encode({ oid, most, write }: Element, values: readonly unknown[]): Buffer | undefined {
  let room = HEAD;
  let nulls = 0;
  let last: unknown;
  let size = 0;
  for (const value of values) {
    room += 4;
    if (value === null || value === undefined) nulls = 1;
    else {
      if (value !== last) size = most(value);
      if (size < 0) return undefined;
      last = value;
      room += size;
    }
  }
  const into = Buffer.allocUnsafe(room);
  putInt32(into, 0, values.length === 0 ? 0 : 1);
  putInt32(into, 4, nulls);
  putInt32(into, 8, oid);
  // An empty array has no dimension.
  if (values.length === 0) return into.subarray(0, HEAD - 8);
  putInt32(into, 12, values.length);
  putInt32(into, 16, 1);
  let at = HEAD;
  let from = 0;
  last = undefined;
  for (const value of values) {
    const isNull = value === null || value === undefined;
    const to = at + 4;
    if (isNull) putInt32(into, at, -1);
    else {
      if (value === last) into.copyWithin(to, from, from + size);
      else size = write(into, to, value);
      if (size < 0) return undefined;
      putInt32(into, at, size);
      [last, from] = [value, to];
    }
    at = isNull ? to : to + size;
  }
  return into.subarray(0, at);
}

/** Big-endian, as the wire has it; Node's own checks its arguments each time. @returns how many bytes it takes */
function putInt32(into: Buffer, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return 4;
}

/** UTF-16 units up to which ASCII is written faster here than by a call into Node: 40 ns instead of 100. */
const SHORT = 64;

function writeText(into: Buffer, at: number, value: unknown): number {
  const text = value as string;
  if (text.length > SHORT) return into.write(text, at);
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return into.write(text, at);
    into[at + i] = unit;
  }
  return text.length;
}

const NONE = 255;
const nibbles = new Uint8Array(256).fill(NONE);
for (let i = 0; i < 16; i += 1) {
  nibbles[i.toString(16).charCodeAt(0)] = i;
  nibbles[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}
const hyphens = [8, 13, 18, 23];
/** Where in a UUID's text (RFC 9562 section 4) each byte begins. */
const places = Array.from({ length: 36 }, (_, i) => i)
  .filter((i) => !hyphens.includes(i))
  .filter((_, i) => i % 2 === 0);

function writeUuid(into: Buffer, at: number, value: unknown): number {
  const text = value as string;
  let wrong = 0;
  for (let i = 0; i < 16; i += 1) {
    const place = places[i] as number;
    const high = nibbles[text.charCodeAt(place)] ?? NONE;
    const low = nibbles[text.charCodeAt(place + 1)] ?? NONE;
    wrong |= high | low;
    into[at + i] = (high << 4) | low;
  }
  for (const place of hyphens) if (text.charCodeAt(place) !== 0x2d) wrong = NONE;
  return wrong < 16 ? 16 : -1;
}
