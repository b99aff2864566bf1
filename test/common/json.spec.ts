import fc from '../support/properties.js';
import { parseJson, type Json } from '../../src/common/json.js';
import { Problem } from '../../src/common/problems.js';

const MAX_DEPTH = 20;

/** A value as its text is written: keys may stand twice, and any character may be an escape. */
type Written =
  | { readonly is: 'leaf'; readonly text: string }
  | { readonly is: 'list'; readonly of: readonly Written[] }
  | {
      readonly is: 'object';
      readonly of: readonly (readonly [key: string, escaped: boolean, of: Written])[];
    };

const escape = (text: string): string =>
  `"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
const quoted = (text: string, escaped: boolean): string => (escaped ? escape(text) : JSON.stringify(text));

/** Few keys, so that many stand twice; and all that could be taken for structure. */
const word = fc.constantFrom('a', 'b', 'ab', '', ':', '"', '\\', '{', '\\":', 'a:b', 'æ', '\u2028');
/** Most as they are, without escapes. */
const key = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'ab', '', ':', '{', 'æ', '\u2028'), fc.constant(false)),
  },
  { weight: 1, arbitrary: fc.tuple(word, fc.boolean()) },
);
const leaf = fc.oneof(
  fc.tuple(word, fc.boolean()).map(([text, escaped]) => quoted(text, escaped)),
  fc.constantFrom('1', '-0.5', '1e3', 'true', 'null', '"x : y"', '""'),
);
const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 4 },
    leaf.map((text): Written => ({ is: 'leaf', text })),
    fc.array(tie('written'), { maxLength: 4 }).map((of): Written => ({ is: 'list', of })),
    fc
      .array(
        fc.tuple(key, tie('written')).map(([[name, escaped], of]) => [name, escaped, of] as const),
        { maxLength: 4 },
      )
      .map((of): Written => ({ is: 'object', of })),
  ),
}));

const textOf = (value: Written, space: string): string => {
  if (value.is === 'leaf') return value.text;
  if (value.is === 'list') return `[${value.of.map((one) => textOf(one, space)).join(`,${space}`)}]`;
  return `{${value.of
    .map(([key, escaped, one]) => `${quoted(key, escaped)}${space}:${space}${textOf(one, space)}`)
    .join(`,${space}`)}}`;
};

const hasTwice = (value: Written): boolean => {
  if (value.is === 'leaf') return false;
  if (value.is === 'list') return value.of.some(hasTwice);
  return (
    new Set(value.of.map(([key]) => key)).size < value.of.length ||
    value.of.some(([, , one]) => hasTwice(one))
  );
};

const hasEscapedKey = (value: Written): boolean =>
  value.is === 'list'
    ? value.of.some(hasEscapedKey)
    : value.is === 'object' &&
      value.of.some(
        ([key, escaped, one]) => (escaped && key !== '') || /["\\]/.test(key) || hasEscapedKey(one),
      );

/** What it says of a text: the value, or the code of the problem and of its only error. */
function read(text: string | Uint8Array): { value: Json } | { refused: (string | undefined)[] } {
  try {
    return { value: parseJson(typeof text === 'string' ? Buffer.from(text) : text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refused: [error.code, error.errors[0]?.code] };
  }
}

it('reads what JSON.parse reads, and refuses what has a key twice in one object, or one with an escape', () => {
  fc.assert(
    fc.property(written, fc.constantFrom('', ' ', '\n\t'), (value, space) => {
      const text = textOf(value, space);
      if (hasEscapedKey(value)) expect(read(text)).toEqual({ refused: ['malformed-json', 'escaped-key'] });
      else if (hasTwice(value)) expect(read(text)).toEqual({ refused: ['malformed-json', 'duplicate-key'] });
      else expect(read(text)).toEqual({ value: JSON.parse(text) as Json });
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ['a key twice', '{"a":1,"a":1}', 'duplicate-key'],
  ['a key by an escape', '{"a":1,"\\u0061":1}', 'escaped-key'],
  ['a key with an escaped quote, and space after it', '{"a\\"" \n :1}', 'escaped-key'],
  ['a key twice far within', '[{"x":[{"y":{"a":1,"b":2,"a":3}}]}]', 'duplicate-key'],
  ['__proto__', '{"a":{"__proto__":{}}}', 'forbidden-key'],
  ['__proto__ by an escape', '{"__\\u0070roto__":1}', 'escaped-key'],
  ['constructor', '{"constructor":1}', 'forbidden-key'],
  ['prototype', '{"a":[{"prototype":1}]}', 'forbidden-key'],
  ['a number that is not finite', '{"a":1e999}', 'number'],
  ['a lone surrogate', '{"a":"\\ud800"}', 'character'],
  ['a lone surrogate in a key', '{"\\udfff":1}', 'escaped-key'],
  ['NUL', '"\\u0000"', 'character'],
  ['a control character by its short escape', '["\\b"]', 'character'],
  ['DEL as it is', '{"a":"\u007f"}', 'character'],
  ['DEL as it is, in a key', '{"\u007f":1}', 'character'],
  ['no JSON', '{"a":}', 'syntax'],
  ['nothing', '', 'syntax'],
])('refuses %s', (_, text, code) => {
  expect(read(text)).toEqual({ refused: ['malformed-json', code] });
});

it('refuses what is not UTF-8, surrogates written as such included', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0xc0, 0xa2],
  ])
    expect(read(Uint8Array.from(bytes))).toEqual({ refused: ['malformed-json', 'encoding'] });
});

it('takes tabs, line breaks and pairs of surrogates by their escapes', () => {
  expect(read('["\\t\\n\\r","\\ud83d\\ude00"]')).toEqual({ value: ['\t\n\r', '😀'] });
});

it.each(['[', '{"a":'])('takes %s twenty deep, and not deeper', (open) => {
  const close = open === '[' ? ']' : '}';
  const deep = (times: number): string => open.repeat(times) + '1' + close.repeat(times);
  expect(read(deep(MAX_DEPTH))).toHaveProperty('value');
  for (const times of [MAX_DEPTH + 1, 100_000])
    expect(read(deep(times))).toEqual({ refused: ['too-deep', undefined] });
});

it.each([
  ['elements', '1', '[', ']'],
  ['lists', '[]', '[', ']'],
  ['objects', '{}', '[', ']'],
  ['lists in lists', '[[[1]]]', '[', ']'],
  ['members', 'key', '{', '}'],
  ['objects in objects', 'key {"a":{"a":{"a":1}}}', '{', '}'],
])('refuses more %s than it may have, and does not count what stands in strings', (_, one, open, close) => {
  const text = (count: number): Buffer =>
    Buffer.from(
      open +
        Array.from({ length: count }, (_none, i) =>
          one.startsWith('key') ? `"k${i}":${one.slice(4) || 1}` : one,
        ).join(',') +
        close,
    );
  const refused = (count: number): unknown => {
    try {
      parseJson(text(count), 1000);
      return undefined;
    } catch (error) {
      return error instanceof Problem ? [error.code, error.errors] : error;
    }
  };
  expect(refused(240)).toBeUndefined();
  expect(refused(1001)).toEqual(['too-large', [{ pointer: '', code: 'too-many-values' }]]);
  expect(parseJson(Buffer.from(JSON.stringify(['[,:"\\'.repeat(5000)])), 10)).toHaveLength(1);
});

it('does not parse what has too many values', () => {
  expect(read(`[${'[],'.repeat(300_000)}`)).toEqual({ refused: ['too-large', 'too-many-values'] });
});
