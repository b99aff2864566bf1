import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { findByEventType, findType, recordTypes } from '../../src/catalogue/catalogue.js';
import { checkCatalogue } from '../../src/catalogue/check-catalogue.js';
import { dataCategories } from '../../src/catalogue/data-categories.js';
import { categoriesOf, project } from '../../src/catalogue/project.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { places, today } from './walk.js';

const keys = recordTypes.map(({ key }) => key);

it('holds the record types of version 1, each in a file of its name', () => {
  const files = readdirSync(new URL('../../src/catalogue/types', import.meta.url)).map((file) =>
    file.replace('.ts', ''),
  );
  expect([...keys].sort()).toEqual(files.sort());
  expect(keys).toHaveLength(21);
});

it('finds a type by its key and by its event type, and nothing on a prototype', () => {
  for (const type of recordTypes) {
    expect(findType(type.key)).toBe(type);
    expect(findByEventType(`no.stafett.${type.key}.v1`)).toBe(type);
  }
  for (const key of ['constructor', '__proto__', 'no.stafett.referral.v2', '']) {
    expect(findType(key)).toBeUndefined();
    expect(findByEventType(key)).toBeUndefined();
  }
});

it('keeps a body after hand-over for thirty days, with Nav for fourteen, of a grant for a year, of an application for its season', () => {
  const days = new Map(recordTypes.map(({ key, retentionDays }) => [key, retentionDays]));
  const fourteen = [
    'referral',
    'referral-response',
    'nav-status',
    'measure',
    'information-order',
    'information-order-answer',
    'meeting',
  ];
  const others: Record<string, number> = { 'measure-grant': 365, 'application-guidance': 366 };
  for (const key of keys) expect(days.get(key)).toBe(others[key] ?? (fourteen.includes(key) ? 14 : 30));
  const season = recordTypes.filter(({ retentionEndsOn }) => retentionEndsOn !== undefined);
  expect(season.map(({ key, retentionEndsOn }) => `${key} ${retentionEndsOn}`)).toEqual([
    'application-guidance 11-01',
  ]);
});

it('cannot do without knowing who the youth is', () => {
  for (const type of recordTypes) expect(type.essential.has('identity')).toBe(type.about === 'youth');
});

it('has no category that no field has', () => {
  const used = new Set(recordTypes.flatMap((type) => [...categoriesOf(type)]));
  expect(dataCategories.filter((category) => !used.has(category))).toEqual([]);
});

describe('a code list', () => {
  const lists = recordTypes
    .flatMap(places)
    .flatMap(({ spec }) => (spec.kind !== 'part' && spec.codes ? [spec.codes] : []));

  it('says who sets it and in which version, and has each code once', () => {
    for (const { source, version, codes } of lists) {
      expect(source).not.toBe('');
      expect(version).not.toBe('');
      expect(new Set(codes).size).toBe(codes.length);
    }
  });

  it('has a name of its own', () => {
    const byKey = new Map(lists.map((list) => [list.key, list]));
    for (const list of lists) expect(byKey.get(list.key)).toBe(list);
  });

  it.each([
    ['leaving-reason', 'Utdanningsdirektoratet, Registreringshåndbok, felt B06', '2023-05-02'],
    ['ot-status', 'Utdanningsdirektoratet, Kodeverk for oppfølgingstjenesten (OT)', '2021-04'],
    ['measure-code', 'Nav, navikt/mulighetsrommet, common/domain/.../model/Tiltakskoder.kt', 'f67c93ab'],
    [
      'health-measure-code',
      'Nav, navikt/mulighetsrommet, common/domain/.../model/Tiltakskoder.kt',
      'f67c93ab',
    ],
    ['intake-code', 'VIGO OT (Novari IKS)', 'OTTO handbook'],
  ])('of others, such as %s, names its source and version', (key, source, version) => {
    expect(lists.find((list) => list.key === key)).toMatchObject({ source, version });
  });

  it('never names another service, a benefit, or a reason of health', () => {
    const codes = lists.filter(({ key }) => key !== 'health-measure-code').flatMap((list) => list.codes);
    expect(
      codes.filter((code) =>
        /nurse|ppt|bup|child-welfare|health|econom|sick|OTSY|OTBA|OTMI|OTNO|OTIF|declined-by-nav/i.test(code),
      ),
    ).toEqual([]);
  });

  it('of measures puts every code that tells of health apart', () => {
    const told = lists.find(({ key }) => key === 'measure-code')?.codes ?? [];
    const health = lists.find(({ key }) => key === 'health-measure-code')?.codes ?? [];
    expect(health).toEqual([
      'INDIVIDUELL_JOBBSTOTTE_UNG',
      'ARBEIDSRETTET_REHABILITERING',
      'ARBEIDSFORBEREDENDE_TRENING',
      'AVKLARING',
      'VARIG',
    ]);
    expect(told.filter((code) => health.includes(code))).toEqual([]);
  });
});

describe('a catalogue that contradicts itself does not start', () => {
  const referral = findType('referral') as RecordType;
  const [route] = referral.routes;
  if (!route) throw new Error('no route');

  it.each<readonly [fault: string, type: Partial<RecordType>]>([
    ['has no route', { routes: [] }],
    ['is about a youth or not, but not both', { about: 'group' }],
    ['no field has the essential category economy', { essential: new Set(['economy']) }],
    ['answers wish, which is no type', { answersTypes: ['wish'] }],
    ['names the field wish, which it has not', { sameEventBy: ['wish'] }],
    ['route 1 overlaps an earlier one', { routes: [route, route] }],
    ['route 0 has no answers for the essential identity', { routes: [{ ...route, answers: {} }] }],
    ['route 0 goes to an asker, but nothing asks', { routes: [{ ...route, addressed: 'to-asker' }] }],
  ])('where a type %s', (fault, change) => {
    expect(() => checkCatalogue([{ ...referral, ...change }])).toThrow(`referral: ${fault}`);
  });

  it('where a key stands twice', () => {
    expect(() => checkCatalogue([referral, referral])).toThrow('two record types have the same key');
  });
});

it('withholds by category, and leaves no empty parts behind', () => {
  const referral = findType('referral') as RecordType;
  const data = referral.example(today);
  expect(project(referral, data, new Set(['identity']))).toEqual({ youth: data['youth'] });
  expect(project(referral, data, new Set())).toEqual({});
  expect(project(referral, data, categoriesOf(referral))).toEqual(data);
});
