import type { Day } from '../../src/common/days.js';
import { Directory, type Agency } from '../../src/directory/directory.js';
import { apply, diff, stateOfFile } from '../../src/directory/directory.diff.js';
import { opplandRows, opplandWith, rowsOf } from './examples.js';

const directory = new Directory(opplandRows());
const agency = (number: string, of = directory): Agency => {
  const found = of.agencyByNumber(number);
  if (!found) throw new Error('not in the directory');
  return found;
};
const day = (text: string): Day => text as Day;

describe('looking up agencies', () => {
  it('finds an agency by number and by id, and nothing for an unknown number', () => {
    const school = agency('310200018');
    expect(directory.agencyById(school.id)).toBe(school);
    expect(directory.agencyByNumber('310000019')).toBeUndefined();
    expect(directory.controllerByNumber('310000019')?.kind).toBe('county-authority');
    expect(directory.controllerById(school.controllerId)?.orgNumber).toBe('310000019');
  });

  it('lists active agencies by number, of one kind or all', () => {
    const numbers = directory.agencies().map((each) => each.orgNumber);
    expect(numbers).toEqual([...numbers].sort());
    expect(numbers.length).toBe(83);
    expect(directory.agencies({ kind: 'ot' }).map((each) => each.kind)).toEqual(Array(10).fill('ot'));
  });

  it('keeps a deactivated agency findable and out of the list', () => {
    const all = stateOfFile(opplandWith(() => undefined));
    const less = stateOfFile(
      opplandWith((f) => (f.agencies = f.agencies.filter((each) => each.orgNumber !== '310200018'))),
    );
    const after = new Directory(rowsOf(apply(all, diff(all, less))));
    expect(agency('310200018', after).active).toBe(false);
    expect(after.agencies({ kind: 'school' }).some((each) => each.orgNumber === '310200018')).toBe(false);
  });
});

describe('residence', () => {
  it.each([
    ['0501', 'OT Lillehammerregionen', 'Nav Lillehammer og Gausdal', '05'],
    ['0522', 'OT Lillehammerregionen', 'Nav Lillehammer og Gausdal', '05'],
    ['0502', 'OT GTL 1 Gjøvik', 'Nav Gjøvik', '05'],
    ['0536', 'OT GTL 4 Land', 'Nav Land', '05'],
    ['0403', 'OT Nabofylket', 'Nav Skogvang og Fjellbu', '04'],
  ])('decides the units: %s is served by %s and %s', (municipality, ot, nav, county) => {
    expect(directory.otUnitFor(municipality)?.name).toBe(ot);
    expect(directory.navUnitFor(municipality)?.name).toBe(nav);
    expect(directory.countyOf(municipality)).toBe(county);
  });

  it('is not guessed where the municipality takes no part', () => {
    expect([directory.otUnitFor('0301'), directory.navUnitFor('0301'), directory.countyOf('0301')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is the agency’s own municipality where the record names none', () => {
    expect(directory.unitForAgency(agency('310200034'), 'ot')?.name).toBe('OT GTL 1 Gjøvik');
    expect(directory.unitForAgency(agency('310200034'), 'nav')?.name).toBe('Nav Gjøvik');
  });

  it('is the only unit of the county, or none, for a county agency that lies nowhere', () => {
    const nowhere = new Directory(
      opplandRows((f) =>
        f.agencies.filter((a) => a.kind === 'county').forEach((a) => delete a['municipality']),
      ),
    );
    expect(nowhere.unitForAgency(agency('310100013', nowhere), 'ot')).toBeUndefined();
    const [, neighbour] = nowhere.agencies({ kind: 'county' });
    expect(neighbour && nowhere.unitForAgency(neighbour, 'ot')?.name).toBe('OT Nabofylket');
  });
});

describe('a processor agreement in force', () => {
  const ended = new Directory(opplandRows())
    .agencies({ kind: 'school' })
    .find((each) => each.name.includes('utløpt'));

  it('is asked of every controller of the agency', () => {
    const office = agency('310400017');
    expect(directory.agreementInForce(office, day('2026-11-24'))).toBe(true);
    for (const controller of ['319000011', '310000027']) {
      const without = new Directory(
        opplandRows((f) => delete f.controllers.find((each) => each.orgNumber === controller)!['agreement']),
      );
      expect(without.agreementInForce(agency('310400017', without), day('2026-11-24'))).toBe(false);
    }
  });

  it('holds from its first day to its last, both included', () => {
    const days = ['2024-07-31', '2024-08-01', '2025-06-30', '2025-07-01'].map(day);
    expect(days.map((each) => ended && directory.agreementInForce(ended, each))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('does not hold for a controller that has been deactivated', () => {
    const rows = opplandRows();
    const gone = new Directory({
      ...rows,
      controllers: rows.controllers.map((each) => ({ ...each, active: each.orgNumber !== '310000027' })),
    });
    expect(gone.agreementInForce(agency('310400017', gone), day('2026-11-24'))).toBe(false);
  });
});
