import type { FieldCode, FieldSpec, LeafSpec } from '../../src/catalogue/field-spec.js';
import { distinct, elements, nationalId } from './walk.js';

/** In every text below that may be long or odd: no error may ever hold it. */
export const SECRET = 'Hemmelig9';

/** A value that a field does not take; `at` is the step below the field that the pointer must go to. */
export interface Wrong {
  readonly value: unknown;
  readonly code: FieldCode;
  readonly at?: string;
}

const wrong = (code: FieldCode, ...values: unknown[]): Wrong[] => values.map((value) => ({ value, code }));

type Leaves = (spec: LeafSpec) => Wrong[];

const controls = ['\u0000', '\u0007', '\r', '\u001b', '\u007f', '\u0085'];
const lineBreaks = ['\n', '\u2028', '\u2029'];

const isText = ({ maxLength }: LeafSpec): boolean => maxLength !== undefined;
/** What each kind says of a text that it does not take. */
const ofText: Partial<Record<LeafSpec['kind'], FieldCode>> = {
  code: 'code',
  day: 'day',
  flag: 'type',
  whole: 'type',
};

const leafKinds: Readonly<Record<string, Leaves>> = {
  'a value of another type': ({ kind }) => [
    ...wrong('type', {}, [], [[]], { [SECRET]: SECRET }),
    ...(kind === 'flag' ? wrong('type', 'true', 0, 1) : wrong('type', true, false)),
    ...(kind === 'whole' ? wrong('type', '1', 1.5, -0.1) : wrong('type', 7, -1.5, 1e300)),
  ],
  null: () => wrong('type', null),
  'a text that is too long': (spec) => {
    if (!isText(spec)) return wrong(ofText[spec.kind] ?? 'format', SECRET.repeat(200));
    return wrong('too-long', 'a'.repeat((spec.maxLength ?? 0) + 1), SECRET.repeat(100_000));
  },
  'an empty text': (spec) => wrong(isText(spec) ? 'too-short' : (ofText[spec.kind] ?? 'format'), ''),
  'a code that is not on the list': ({ kind, codes }) => {
    if (kind !== 'code' || !codes) return [];
    const [first = ''] = codes.codes;
    return wrong('code', SECRET, `${first} `, ` ${first}`, `${first}\n`, 'toString', '__proto__');
  },
  'a day that does not exist, or is written otherwise': ({ kind }) =>
    kind === 'day'
      ? wrong(
          'day',
          '2026-02-30',
          '2027-02-29',
          '24.11.2026',
          '2026-11-24T00:00:00Z',
          '26-11-24',
          ' 2026-11-24',
          '2026-11-24\n',
          '2026-1-24',
          '2026-13-01',
          '2026-00-10',
          '２０２６-11-24',
        )
      : [],
  'a far day': ({ kind }) => (kind === 'day' ? wrong('range', '1899-12-31', '2100-01-01', '9999-12-31') : []),
  'an instant that does not exist, or is written otherwise': ({ kind }) =>
    kind === 'instant'
      ? wrong(
          'format',
          '2026-11-24',
          '2026-11-24T25:00:00Z',
          '2026-11-24T10:00:00+01:00',
          '2026-02-30T10:00:00Z',
          '2026-11-24 10:00:00Z',
          '2126-11-24T10:00:00Z',
          '2026-11-24T10:00:60Z',
          '2026-11-24T24:00:00Z',
          '2026-11-24T10:00:00.5Z',
          '2026-11-24t10:00:00z',
          '2026-11-24T10:00:00Z\n',
        )
      : [],
  'a number out of range': ({ kind, min = 0, max = 0 }) =>
    kind === 'whole' ? wrong('range', min - 1, max + 1, -1e300, 1e300) : [],
  'a text of another shape': (spec) => {
    const odd = [...controls.map((control) => `${SECRET}${control}x`), '\ud800', ` ${SECRET}`, `${SECRET}\t`];
    // A free text has lines; a name, and all that is short, has one.
    if (spec.kind !== 'text') odd.push(...lineBreaks.map((lineBreak) => `${SECRET}${lineBreak}x`));
    if (isText(spec)) return wrong('format', ...odd.map((text) => text.slice(0, 15)));
    return ['code', 'day', 'flag', 'whole'].includes(spec.kind) ? [] : wrong('format', ...odd);
  },
  'a right text with something after or before it': (spec) => {
    if (['flag', 'whole', 'code', 'day', 'instant'].includes(spec.kind)) return [];
    const [text] = elements(spec, 1);
    return wrong(
      'format',
      ...['\n', '\r\n', '\u0000', ' '].map((end) => `${String(text).slice(0, 30)}${end}`),
    );
  },
  'what only looks like it': ({ kind }) => wrong('format', ...(lookalikes[kind] ?? [])),
  'a text in which a birth number hides': ({ kind, pattern = '' }) => {
    const texts: Partial<Record<LeafSpec['kind'], string>> = {
      text: `ring ${nationalId.slice(0, 6)} ${nationalId.slice(6)}`,
      name: nationalId,
      phone: `+${nationalId}`,
      email: `${nationalId}@example.no`,
      link: `https://example.no/${nationalId}`,
      format: nationalId,
    };
    const text = texts[kind];
    return text !== undefined && new RegExp(pattern, 'u').test(text) ? wrong('birth-number', text) : [];
  },
};

const lookalikes: Partial<Record<LeafSpec['kind'], string[]>> = {
  'national-id': ['12345678901', nationalId.slice(1), `${nationalId}0`, nationalId.replace(/^(.{6})/, '$1 ')],
  'org-number': ['310200019', '31020001', '310 200 018', 'NO310200018', '３１０２００018'],
  municipality: ['0000', '501', '05010', 'O501', '０５01', '-501', '05.1'],
  reference: ['01a20ccb3816732a941d5d57bec778b4', '{01a20ccb-3816-732a-941d-5d57bec778b4}', '1'],
  phone: ['1234', '12345678', '004790000000', '9000 0000', '+0790000000', '+123456', '+4790000000 '],
  email: ['ronja', 'ronja@', '@example.no', 'ronja@example', 'a b@example.no'],
  link: [
    'http://example.no',
    'javascript:alert(1)',
    'https://a b',
    '//example.no',
    'https://a@b.no/',
    'https://é.no',
  ],
};

function inList(spec: FieldSpec, { value, code }: Wrong): Wrong[] {
  // A list in a list would be a value of another type in either place.
  const rest = elements(spec, Math.max(0, (spec.list?.min ?? 0) - 1));
  return [{ value: [value, ...rest], code, at: '/0' }];
}

const partKinds: Readonly<Record<string, Wrong[]>> = {
  'a value of another type': wrong('type', SECRET, 7, true, [], [[]], [{}]),
  null: wrong('type', null),
};

const listKinds: Readonly<Record<string, (spec: FieldSpec) => Wrong[]>> = {
  'what is no list': (spec) =>
    wrong('type', elements(spec, 1)[0], null, SECRET, 7, { 0: elements(spec, 1)[0] }),
  'a list that is too short': (spec) =>
    (spec.list?.min ?? 0) > 0 ? wrong('too-few', [], elements(spec, (spec.list?.min ?? 0) - 1)) : [],
  'a list that is too long': (spec) =>
    wrong(
      'too-many',
      elements(spec, (spec.list?.max ?? 0) + 1),
      // All different, or a schema would refuse them for being the same.
      ...(spec.kind === 'format' ? [distinct(spec, (spec.list?.max ?? 0) + 1)] : []),
      Array.from({ length: 50_000 }, () => SECRET),
      // Not walked, or each of these would be an error of its own.
      Array.from({ length: 50_000 }, () => ({ [SECRET]: 1 })),
    ),
  'a list with a value twice': (spec) => (spec.kind === 'part' ? [] : wrong('duplicate', elements(spec, 2))),
};

export const wrongKinds = [
  ...new Set([...Object.keys(leafKinds), ...Object.keys(partKinds), ...Object.keys(listKinds)]),
];

/** The wrong values of one kind for a field; none where a field cannot be wrong in this way. */
export function wrongs(spec: FieldSpec, kind: string): Wrong[] {
  const each = spec.kind === 'part' ? (partKinds[kind] ?? []) : (leafKinds[kind]?.(spec) ?? []);
  if (!spec.list) return each;
  return [...each.flatMap((one) => inList(spec, one)), ...(listKinds[kind]?.(spec) ?? [])];
}
