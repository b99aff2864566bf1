import { checkDirectory, DirectoryFileError, parseDirectory } from '../../src/directory/directory.file.js';
import { draft, first, type Draft } from './examples.js';

describe('a wrong directory', () => {
  const county = (file: Draft) => file.counties[0]!;
  const wrong: [string, (file: Draft) => void, string][] = [
    [
      'an unknown key',
      (f) => (f.agencies[3]!['colour'] = 'red'),
      'agencies[3]: must be only orgNumber, kind, name',
    ],
    [
      'an unknown key at the top',
      (f) => Object.assign(f, { schools: [] }),
      'the file: must be only counties, controllers, agencies',
    ],
    ['a missing key', (f) => delete f.agencies[3]!['name'], 'agencies[3].name: must be a value'],
    ['a missing part', (f) => delete (f as Partial<Draft>).agencies, 'agencies: must be a value'],
    ['an object for a list', (f) => (f.agencies = {} as never), 'agencies: must be a list'],
    [
      'a text for an object',
      (f) => (f.controllers[0] = 'x' as never),
      'controllers[0]: must be an object with orgNumber',
    ],
    [
      'a number without quotes',
      (f) => (f.agencies[3]!.orgNumber = 310200018 as never),
      'agencies[3].orgNumber: must be an organisation number: nine digits with a valid check digit, as text in quotes',
    ],
    [
      'a wrong check digit',
      (f) => (f.agencies[3]!.orgNumber = '310200019'),
      'agencies[3].orgNumber: must be an organisation number',
    ],
    [
      'an unknown kind',
      (f) => (f.agencies[3]!.kind = 'kindergarten' as never),
      'agencies[3].kind: must be one of school, ot, nav',
    ],
    [
      'an unknown kind of controller',
      (f) => (f.controllers[1]!.kind = 'person'),
      'controllers[1].kind: must be one of county-authority',
    ],
    ['an empty name', (f) => (f.agencies[3]!['name'] = ''), 'agencies[3].name: must be 1 to 120 characters'],
    ['a line break in a name', (f) => (f.agencies[3]!['name'] = 'A\nB'), 'agencies[3].name'],
    ['a birth number in a name', (f) => (f.agencies[3]!['name'] = 'Skole 02013299997'), 'agencies[3].name'],
    [
      'a day that does not exist',
      (f) => (f.controllers[0]!['agreement'] = { from: '2026-02-30' }),
      'controllers[0].agreement.from: must be a day that exists',
    ],
    [
      'an agreement that ends before it begins',
      (f) => (f.controllers[0]!['agreement'] = { from: '2026-02-01', to: '2026-01-31' }),
      'controllers[0].agreement.to: must be the same day as from, or later',
    ],
    [
      'an agency’s number twice',
      (f) => (f.agencies[5]!.orgNumber = f.agencies[3]!.orgNumber),
      'agencies[5].orgNumber: must be a number that no other',
    ],
    [
      'a controller’s number as an agency’s',
      (f) => (f.agencies[5]!.orgNumber = f.controllers[3]!.orgNumber),
      'agencies[5].orgNumber',
    ],
    ['a second Nav', (f) => (f.controllers[2]!.kind = 'nav-state'), 'kind: must be nav-state only once'],
    [
      'a controller of nobody',
      (f) => f.controllers.push({ orgNumber: '319999981', kind: 'private-school', name: 'X' }),
      'must be the controller of at least one agency',
    ],
    [
      'a county authority in two counties',
      (f) =>
        (f.agencies.find((a) => a.county === '04' && a.kind === 'ot')!['controller'] =
          f.controllers[0]!.orgNumber),
      'controllers[0]: must be the controller of agencies in one county only',
    ],
    [
      'an unknown county',
      (f) => (f.agencies[3]!.county = '99'),
      'agencies[3].county: must be the number of a county of this file',
    ],
    [
      'a municipality of another county',
      (f) => (f.agencies[3]!['municipality'] = '0401'),
      'agencies[3].municipality',
    ],
    [
      'a school without a municipality',
      (f) => delete f.agencies[3]!['municipality'],
      'agencies[3].municipality: must be the number',
    ],
    [
      'an unknown controller',
      (f) => (f.agencies[3]!['controller'] = f.agencies[4]!.orgNumber),
      'agencies[3].controller: must be the number of a controller of this file, of kind county-authority or private-school',
    ],
    [
      'a controller of another kind',
      (f) => (f.agencies[3]!['controller'] = f.controllers[1]!.orgNumber),
      'agencies[3].controller',
    ],
    [
      'a Nav office with one controller',
      (f) => delete first(f, 'nav')['secondController'],
      'secondController: must be the municipality: a Nav office has two',
    ],
    [
      'a Nav office of Nav twice',
      (f) => (first(f, 'nav')['secondController'] = first(f, 'nav')['controller']),
      'secondController: must be the number of a controller',
    ],
    [
      'a school with two controllers',
      (f) => (first(f, 'school')['secondController'] = f.controllers[1]!.orgNumber),
      'secondController: must be left out',
    ],
    [
      'an OT unit without a coordinator',
      (f) => delete first(f, 'ot')['coordinator'],
      'coordinator: must be the role',
    ],
    [
      'a school with a coordinator',
      (f) => (first(f, 'school')['coordinator'] = 'X'),
      'coordinator: must be left out',
    ],
    [
      'a Nav office number of five digits',
      (f) => (first(f, 'nav')['unitCode'] = '12345'),
      'unitCode: must be a Nav office number',
    ],
    ['a county twice', (f) => (f.counties[1]!.number = '05'), 'counties[1].number'],
    [
      'a region twice',
      (f) => (county(f).regions[1]!['code'] = county(f).regions[0]!['code']),
      'counties[0].regions[1].code',
    ],
    [
      'a municipality twice',
      (f) => (county(f).municipalities[1]!['number'] = '0501'),
      'counties[0].municipalities[1].number',
    ],
    [
      'a municipality with another county’s number',
      (f) => (county(f).municipalities[1]!['number'] = '0602'),
      'counties[0].municipalities[1].number: must be a number that begins',
    ],
    [
      'a municipality without OT',
      (f) => delete county(f).municipalities[1]!['ot'],
      'counties[0].municipalities[1].ot: must be a value',
    ],
    [
      'a municipality without Nav',
      (f) => delete county(f).municipalities[1]!['nav'],
      'counties[0].municipalities[1].nav: must be a value',
    ],
    [
      'a school as OT unit',
      (f) => (county(f).municipalities[1]!['ot'] = first(f, 'school').orgNumber),
      'counties[0].municipalities[1].ot: must be the number of an agency of county 05 in this file, of kind ot',
    ],
    [
      'another county’s Nav office',
      (f) =>
        (county(f).municipalities[1]!['nav'] = f.agencies.find(
          (a) => a.county === '04' && a.kind === 'nav',
        )!.orgNumber),
      'counties[0].municipalities[1].nav',
    ],
    [
      'an unknown region',
      (f) => (county(f).municipalities[1]!['region'] = 'moon'),
      'counties[0].municipalities[1].region: must be the code of a region',
    ],
    [
      'a team twice',
      (f) => (county(f).teams[2]!.code = county(f).teams[1]!.code),
      'counties[0].teams[2].code',
    ],
    [
      'a team of no OT unit',
      (f) => (county(f).teams[2]!.ot = first(f, 'nav').orgNumber),
      'counties[0].teams[2].ot',
    ],
    [
      'a team member who is unknown',
      (f) => (county(f).teams[2]!.members[0] = '319999981'),
      'counties[0].teams[2].members[0]',
    ],
    [
      'a team member twice',
      (f) => (county(f).teams[2]!.members[1] = county(f).teams[2]!.members[0]!),
      'counties[0].teams[2].members[1]',
    ],
    [
      'the OT unit as its own member',
      (f) => (county(f).teams[2]!.members[0] = county(f).teams[2]!.ot),
      'counties[0].teams[2].members[0]',
    ],
  ];

  it.each(wrong)('says where: %s', (_, change, message) => {
    const file = draft();
    change(file);
    expect(() => checkDirectory(file)).toThrow(message);
    expect(() => checkDirectory(file)).toThrow(DirectoryFileError);
  });

  it.each([
    ['broken YAML', 'counties: [', /^the file: must be YAML/],
    ['a key twice', 'counties: []\ncounties: []', /^the file: must be YAML.*unique/],
    ['an anchor', 'counties: &a []\nagencies: *a', /^the file: must be YAML without anchors/],
    ['nothing', '', /^the file: must be an object/],
    [
      'a prototype key',
      '{ __proto__: {}, counties: [], controllers: [], agencies: [] }',
      /^the file: must be only/,
    ],
    ['endless nesting', '['.repeat(200_000), /^the file: must be YAML.*nested deeper/],
    ['endless nesting in a line', '- '.repeat(100_000), /^the file: must be YAML.*nested deeper/],
    [
      'very many keys',
      Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n'),
      /^the file: must be YAML.*too many keys/,
    ],
    ['very many mistakes', '[]'.repeat(20_000), /^the file: must be YAML.*at line 1/],
    ['two documents', '---\na: 1\n---\nb: 1\n', /^the file: must be YAML/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseDirectory(text)).toThrow(message);
  });

  it('tells everything that is wrong at once', () => {
    const file = draft();
    delete first(file, 'ot')['coordinator'];
    file.agencies[3]!.county = '99';
    expect(() => checkDirectory(file)).toThrow(/county[^]*coordinator/);
  });
});
