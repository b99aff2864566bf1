import { diff, stateOfFile } from '../../src/directory/directory.diff.js';
import { scopeToCounty } from '../../src/directory/directory.scope.js';
import { first, opplandWith, withoutCounty, type Draft } from './examples.js';

const base = stateOfFile(opplandWith(() => undefined));
const asked = (change: (file: Draft) => void, county = '05') => {
  const { kept, refused } = scopeToCounty(diff(base, stateOfFile(opplandWith(change))), base, county);
  return { kept: kept.map(({ entity, verb, key }) => `${entity} ${verb} ${key}`), refused };
};
const of = (file: Draft, county: string, kind: string) => {
  const found = file.agencies.find((agency) => agency.county === county && agency.kind === kind);
  if (!found) throw new Error('not in the file');
  return found;
};

describe('what a county may change', () => {
  it('is its own agencies, controllers, regions, teams and service areas', () => {
    const { kept, refused } = asked((file) => {
      first(file, 'school')['name'] = 'Nytt navn';
      file.controllers[1]!['agreement'] = { from: '2024-08-01', to: '2027-07-31' };
      file.counties[0]!.regions[0]!['name'] = 'Ny region';
      file.counties[0]!.teams[0]!.members.pop();
      file.counties[0]!.municipalities[1]!['ot'] = first(file, 'ot').orgNumber;
    });
    expect(refused).toEqual([]);
    expect(kept).toEqual([
      'controller changed 310000027',
      'region changed 05/lillehammer',
      'agency changed 310200018',
      'team changed 05/lillehammer-gausdal',
      'service-area changed 0502/ot',
    ]);
  });

  it('leaves alone what the file leaves out of another county', () => {
    expect(asked((file) => withoutCounty(file, '04'))).toEqual({ kept: [], refused: [] });
  });

  it.each<[string, (file: Draft) => void, string]>([
    ['an agency', (f) => (of(f, '04', 'school')['name'] = 'X'), 'agency'],
    ['a region', (f) => (f.counties[1]!.regions[0]!['name'] = 'X'), 'region'],
    ['a team', (f) => (f.counties[1]!.teams[0]!.name = 'X'), 'team'],
    [
      'a service area',
      (f) => (f.counties[1]!.municipalities[0]!['nav'] = f.counties[1]!.municipalities[1]!['nav']),
      'service-area',
    ],
    [
      'a controller',
      (f) => delete f.controllers.find((each) => each.orgNumber.startsWith('3150'))!['agreement'],
      'controller',
    ],
    [
      'Nav, which all counties share',
      (f) => delete f.controllers.find((each) => each.kind === 'nav-state')!['agreement'],
      'controller',
    ],
  ])('is not another’s: %s', (_, change, entity) => {
    const { kept, refused } = asked(change);
    expect(kept).toEqual([]);
    expect(refused).toMatchObject([{ entity, code: 'not-your-county' }]);
  });

  it('does not let it move another county’s agency into its own', () => {
    const { refused } = asked((file) => {
      const centre = of(file, '04', 'career-centre');
      Object.assign(centre, { county: '05', municipality: '0501', controller: '310000019' });
    });
    expect(refused).toMatchObject([{ entity: 'agency', code: 'not-your-county' }]);
  });

  it('does not let it speak for a controller that is not its own', () => {
    const spy = {
      orgNumber: '319999981',
      kind: 'school' as const,
      name: 'X',
      county: '05',
      municipality: '0501',
    };
    const neighbour = asked((file) => {
      withoutCounty(file, '04');
      const authority = {
        orgNumber: '315000017',
        kind: 'county-authority',
        name: 'Nabofylket fylkeskommune',
        agreement: { from: '2024-08-01' },
      };
      file.controllers.push(authority);
      file.agencies.push({ ...spy, controller: authority.orgNumber });
    });
    expect(neighbour.refused).toMatchObject([{ entity: 'agency', code: 'controller-not-yours' }]);
    const nav = asked((file) => {
      const { controller, secondController } = first(file, 'nav');
      file.agencies.push({ ...spy, kind: 'nav', controller, secondController });
    });
    expect(nav.refused).toMatchObject([{ entity: 'agency', code: 'controller-not-yours' }]);
  });

  it('lets it add an agency with a controller of its own, or a new one', () => {
    const { kept, refused } = asked((file) => {
      file.controllers.push({ orgNumber: '319999973', kind: 'private-school', name: 'Ny stiftelse' });
      file.agencies.push({
        orgNumber: '319999981',
        kind: 'school',
        name: 'Ny skole',
        county: '05',
        municipality: '0501',
        controller: '319999973',
      });
    });
    expect(refused).toEqual([]);
    expect(kept).toEqual(['controller added 319999973', 'agency added 319999981']);
  });
});
