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
    write: (into, at, value) => into.write(value as string, at),
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
    write: (into, at, value) => into.writeInt32BE(value as number, at) - at,
  },
};

/**
 * Which values of a statement are arrays that can go in binary: where its text casts a parameter to `uuid[]`, `text[]`, `bytea[]` or
 * `int[]`. Groups of hundreds of rows travel as a dozen arrays; as text each element is quoted, bytes double in hexadecimal, and the
 * server parses all of it again.
 * @returns by the value's place from 0
 */
export function arraysOf(text: string): ReadonlyMap<number, EncodeArray> {
  const found = new Map<number, EncodeArray>();
  for (const [, place, type] of text.matchAll(/\$(\d+)::(uuid|text|bytea|int)\[\]/g)) {
    const element = elements[type as string] as Element;
    found.set(Number(place) - 1, (values) => encode(element, values));
  }
  return found;
}

function encode({ oid, most, write }: Element, values: readonly unknown[]): Buffer | undefined {
  let room = HEAD;
  let nulls = 0;
  for (const each of values) {
    const value = each ?? null;
    const own = value === null ? 0 : most(value);
    if (own < 0) return undefined;
    if (value === null) nulls = 1;
    room += 4 + own;
  }
  const into = Buffer.allocUnsafe(room);
  into.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  into.writeInt32BE(nulls, 4);
  into.writeInt32BE(oid, 8);
  // An empty array has no dimension.
  if (values.length === 0) return into.subarray(0, HEAD - 8);
  into.writeInt32BE(values.length, 12);
  into.writeInt32BE(1, 16);
  let at = HEAD;
  for (const each of values) {
    const value = each ?? null;
    const written = value === null ? 0 : write(into, at + 4, value);
    if (written < 0) return undefined;
    into.writeInt32BE(value === null ? -1 : written, at);
    at += 4 + written;
  }
  return into.subarray(0, at);
}

const NONE = 255;
const nibbles = new Uint8Array(256).fill(NONE);
for (let i = 0; i < 16; i += 1) {
  nibbles[i.toString(16).charCodeAt(0)] = i;
  nibbles[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}
const hyphens = new Set([8, 13, 18, 23]);
/** Where in a UUID's text (RFC 9562 section 4) each byte begins. */
const places = Array.from({ length: 36 }, (_, i) => i)
  .filter((i) => !hyphens.has(i))
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
