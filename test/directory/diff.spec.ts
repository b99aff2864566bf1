import fc from '../support/properties.js';
import type { Day } from '../../src/common/days.js';
import type { OrgNumber } from '../../src/common/ids.js';
import { agenciesToRecheck } from '../../src/directory/directory.changes.js';
import {
  apply,
  diff,
  stateOfFile,
  stateOfRows,
  type AgencyValue,
  type AreaValue,
  type ControllerValue,
  type DirectoryState,
  type RegionValue,
  type TeamValue,
} from '../../src/directory/directory.diff.js';
import { opplandWith, rowsOf, first } from './examples.js';

const few = fc.constantFrom('310000019', '310000027', '310000035', '310000043') as fc.Arbitrary<OrgNumber>;
const name = fc.constantFrom('A', 'B');
const county = fc.constantFrom('04', '05');
const day = fc.constantFrom('2026-01-01', '2026-06-30') as fc.Arbitrary<Day>;

/** Any directory over few keys, so that two of them meet in most. */
const states = (active: fc.Arbitrary<boolean>): fc.Arbitrary<DirectoryState> => {
  const mapOf = <V>(
    value: fc.Arbitrary<V>,
    key: (value: V) => string,
  ): fc.Arbitrary<ReadonlyMap<string, V>> =>
    fc
      .uniqueArray(value, { selector: key, maxLength: 4 })
      .map((values) => new Map(values.map((each) => [key(each), each])));
  const agreement = fc.option(day);
  const controller: fc.Arbitrary<ControllerValue> = fc.record({
    orgNumber: few,
    name,
    kind: fc.constantFrom('municipality' as const, 'private-school' as const),
    agreementFrom: agreement,
    agreementTo: agreement,
    active,
  });
  const region: fc.Arbitrary<RegionValue> = fc.record({ county, code: name, name, active });
  const agency: fc.Arbitrary<AgencyValue> = fc.record({
    orgNumber: few,
    kind: fc.constantFrom('school' as const, 'nav' as const),
    name,
    unitCode: fc.option(name),
    county,
    municipality: fc.option(fc.constantFrom('0501', '0401')),
    region: fc.constant(null),
    controller: few,
    secondController: fc.option(few),
    coordinator: fc.option(name),
    active,
  });
  const team: fc.Arbitrary<TeamValue> = fc.record({
    county,
    code: name,
    name,
    ot: few,
    members: fc.uniqueArray(few).map((members) => members.sort()),
    active,
  });
  const area: fc.Arbitrary<AreaValue> = fc.record({
    municipality: fc.constantFrom('0501', '0502', '0401'),
    kind: fc.constantFrom('ot' as const, 'nav' as const),
    agency: few,
    county,
  });
  return fc.record({
    controller: mapOf(controller, (each) => each.orgNumber),
    region: mapOf(region, (each) => `${each.county}/${each.code}`),
    agency: mapOf(agency, (each) => each.orgNumber),
    team: mapOf(team, (each) => `${each.county}/${each.code}`),
    'service-area': mapOf(area, (each) => `${each.municipality}/${each.kind}`),
  });
};

const before = states(fc.boolean());
const wanted = states(fc.constant(true));
const activeOf = (state: DirectoryState): unknown =>
  Object.fromEntries(
    Object.entries(state).map(([entity, map]: [string, ReadonlyMap<string, object>]) => [
      entity,
      [...map]
        .filter(([, value]) => !('active' in value) || value.active)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );

describe('the difference between a directory and a file', () => {
  it('leads from any directory to what is wanted, and then there is none', () => {
    fc.assert(
      fc.property(before, wanted, (a, b) => {
        const after = apply(a, diff(a, b));
        expect(activeOf(after)).toEqual(activeOf(b));
        expect(diff(after, b)).toEqual([]);
      }),
    );
  });

  it('deletes no controller, region, agency or team, and changes nothing else of what it deactivates', () => {
    fc.assert(
      fc.property(before, wanted, (a, b) => {
        const after = apply(a, diff(a, b));
        for (const entity of ['controller', 'region', 'agency', 'team'] as const) {
          for (const [key, value] of a[entity] as ReadonlyMap<string, object>) {
            expect(after[entity].has(key)).toBe(true);
            if (!b[entity].has(key)) expect(after[entity].get(key)).toEqual({ ...value, active: false });
          }
        }
      }),
    );
  });

  it('is empty for the same file again, also through the tables', () => {
    const state = stateOfFile(opplandWith(() => undefined));
    expect(diff(stateOfRows(rowsOf(state)), state)).toEqual([]);
  });

  it('is one change for one change', () => {
    const a = stateOfFile(opplandWith(() => undefined));
    const b = stateOfFile(opplandWith((file) => (first(file, 'school')['name'] = 'Nytt navn')));
    expect(diff(a, b).map(({ entity, verb, key }) => ({ entity, verb, key }))).toEqual([
      { entity: 'agency', verb: 'changed', key: '310200018' },
    ]);
  });

  it('deactivates what has gone and activates what returns', () => {
    const all = stateOfFile(opplandWith(() => undefined));
    const less = stateOfFile(
      opplandWith((file) => (file.agencies = file.agencies.filter((each) => each.orgNumber !== '310200018'))),
    );
    const gone = diff(all, less);
    expect(gone.map(({ verb, key }) => `${verb} ${key}`)).toEqual(['deactivated 310200018']);
    const back = diff(apply(all, gone), all);
    expect(back.map(({ verb, key }) => `${verb} ${key}`)).toEqual(['reactivated 310200018']);
  });
});

describe('the agencies to look at again', () => {
  const base = stateOfFile(opplandWith(() => undefined));
  const rechecked = (change: Parameters<typeof opplandWith>[0]): string[] => {
    const changes = diff(base, stateOfFile(opplandWith(change)));
    return agenciesToRecheck(changes, apply(base, changes));
  };

  it('are those that went', () => {
    expect(
      rechecked((file) => (file.agencies = file.agencies.filter((each) => each.orgNumber !== '310200018'))),
    ).toEqual(['310200018']);
  });

  it('are all agencies of a controller whose agreement is another now, as first or second controller', () => {
    const found = rechecked(
      (file) => (file.controllers[1]!['agreement'] = { from: '2024-08-01', to: '2026-01-31' }),
    );
    expect(found).toEqual(['310400017', '310500011']);
  });

  it('are none when only names change', () => {
    expect(rechecked((file) => (first(file, 'school')['name'] = 'Nytt navn'))).toEqual([]);
  });
});
