import { isOrgNumber } from '../../src/common/ids.js';
import { parseDirectory } from '../../src/directory/directory.file.js';
import { opplandText } from './examples.js';

describe('config/directory/oppland.yaml', () => {
  const file = parseDirectory(opplandText);
  const oppland = file.counties[0]!;
  const agencies = (kind: string, county = '05') =>
    file.agencies.filter((agency) => agency.kind === kind && agency.county === county);
  const kindOf = new Map(file.controllers.map((controller) => [controller.orgNumber, controller.kind]));

  it('is a county with the figures of the deck: 6 regions, 26 municipalities, 9 OT units, 4 of them in Gjøvik, Toten and Land', () => {
    expect([oppland.regions.length, oppland.municipalities.length, agencies('ot').length]).toEqual([
      6, 26, 9,
    ]);
    const regionOf = new Map(oppland.municipalities.map((each) => [each.number, each.region]));
    const perRegion = oppland.regions.map(
      ({ code }) => agencies('ot').filter((unit) => regionOf.get(unit.municipality ?? '') === code).length,
    );
    expect(perRegion).toEqual([1, 4, 1, 1, 1, 1]);
    expect(agencies('ot').every((unit) => unit.coordinator)).toBe(true);
  });

  it('has 19 OT teams, Nav in all 19 and the municipality in 13', () => {
    const sits = (kind: string) => {
      const numbers = new Set(agencies(kind).map((agency) => agency.orgNumber));
      return oppland.teams.filter((team) => team.members.some((member) => numbers.has(member))).length;
    };
    expect([oppland.teams.length, sits('nav'), sits('municipality')]).toEqual([19, 19, 13]);
  });

  it('has 12 public and 3 private schools, 19 Nav offices with two controllers each, 26 municipalities, 3 career centres and the county', () => {
    const owner = agencies('school').map((school) => kindOf.get(school.controller));
    expect(owner.filter((kind) => kind === 'county-authority').length).toBe(12);
    expect(owner.filter((kind) => kind === 'private-school').length).toBe(3);
    expect(agencies('nav').length).toBe(19);
    expect(new Set(agencies('nav').map((office) => office.controller)).size).toBe(1);
    expect(new Set(agencies('nav').map((office) => office.secondController)).size).toBe(19);
    expect(['municipality', 'career-centre', 'county'].map((kind) => agencies(kind).length)).toEqual([
      26, 3, 1,
    ]);
  });

  it('has a second county with all kinds', () => {
    const kinds = ['county', 'school', 'ot', 'nav', 'municipality', 'career-centre'];
    expect(kinds.map((kind) => agencies(kind, '04').length)).toEqual([1, 2, 1, 2, 3, 1]);
  });

  it('sorts by number to Oppland before the second county, and public schools before private ones', () => {
    const sorted = [...file.agencies].sort((a, b) => (a.orgNumber < b.orgNumber ? -1 : 1));
    expect(sorted.map((agency) => agency.county).join(' ')).toMatch(/^(05 )+(04 ?)+$/);
    const owners = sorted
      .filter((agency) => agency.kind === 'school' && agency.county === '05')
      .map((school) => kindOf.get(school.controller));
    expect(owners.lastIndexOf('county-authority')).toBeLessThan(owners.indexOf('private-school'));
  });

  it('has valid numbers from the range for tests, and the county authority another number than its agency', () => {
    const numbers = [...file.controllers, ...file.agencies].map((each) => each.orgNumber);
    expect(numbers.every((number) => isOrgNumber(number) && number.startsWith('31'))).toBe(true);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('has one agreement that has ended, a private school’s', () => {
    const ended = file.controllers.filter((controller) => controller.agreement?.to);
    expect(ended.map((controller) => controller.kind)).toEqual(['private-school']);
    expect(file.controllers.every((controller) => controller.agreement)).toBe(true);
  });

  it('is frozen', () => {
    expect([file, file.agencies, file.agencies[0], oppland.teams[0]?.members].every(Object.isFrozen)).toBe(
      true,
    );
  });
});
