import { Problem } from '../../src/common/problems.js';
import { readQuery } from '../../src/common/dto.js';
import { AgencyQuery } from '../../src/directory/directory.dto.js';
import { readDirectoryBody, scopeProblem } from '../../src/directory/directory.request.js';
import { countyAdmin, draft, first, opplandText, opplandWith, type Draft } from './examples.js';

const problemOf = (work: () => unknown): Problem => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was taken');
};
const json = (change: (file: Draft) => void = () => undefined): Buffer => {
  const file = draft();
  change(file);
  return Buffer.from(JSON.stringify(file));
};
const put = (body: Buffer, type = 'application/json') => readDirectoryBody(body, type, countyAdmin);

describe('the body of PUT /v1/directory', () => {
  it('is the file, as YAML or as JSON', () => {
    const fromYaml = put(Buffer.from(opplandText), 'application/yaml; charset=utf-8');
    expect(put(json())).toEqual(fromYaml);
  });

  it.each<[string, () => unknown, string, object[]]>([
    ['another content type', () => put(json(), 'text/plain'), 'unsupported-media-type', []],
    [
      'no content type',
      () => readDirectoryBody(json(), undefined, countyAdmin),
      'unsupported-media-type',
      [],
    ],
    [
      'nothing',
      () => put(Buffer.alloc(0), 'application/yaml'),
      'invalid-request',
      [{ pointer: '', code: 'type' }],
    ],
    [
      'bytes that are not UTF-8',
      () => put(Buffer.from([0x61, 0xff]), 'application/yaml'),
      'invalid-request',
      [{ pointer: '', code: 'encoding' }],
    ],
    ['broken JSON', () => put(Buffer.from('{')), 'malformed-json', [{ pointer: '', code: 'syntax' }]],
    ['too much', () => put(Buffer.alloc(1_000_001, 0x20)), 'too-large', []],
    [
      'a wrong value',
      () => put(json((f) => (f.agencies[3]!['name'] = '02013299997'))),
      'invalid-request',
      [{ pointer: '/agencies/3/name', code: 'format' }],
    ],
    [
      'an unknown key',
      () => put(json((f) => (f.agencies[3]!['02013299997'] = 1))),
      'invalid-request',
      [{ pointer: '/agencies/3', code: 'unknown-field' }],
    ],
    [
      'the caller missing',
      () => put(json((f) => (f.agencies = f.agencies.filter((each) => each !== first(f, 'county'))))),
      'invalid-request',
      [{ pointer: '/agencies', code: 'caller-missing' }],
    ],
  ])('is refused with a pointer and no value: %s', (_, work, code, errors) => {
    const problem = problemOf(work);
    expect(problem.code).toBe(code);
    expect(problem.errors).toEqual(errors);
    expect(JSON.stringify(problem)).not.toContain('02013299997');
  });

  it('may be wrong in more places than a call takes arguments, and is told of the first hundred', () => {
    const body = json((file) => {
      const team = file.counties[0]!.teams[0]!;
      team['members'] = Array(70_000).fill(team['ot']);
    });
    const problem = problemOf(() => put(body));
    expect([problem.code, problem.errors.length]).toEqual(['invalid-request', 100]);
    expect(problem.errors[0]).toEqual({ pointer: '/counties/0/teams/0/members/0', code: 'duplicate' });
  });

  it('must hold the caller’s own county', () => {
    const foreign = { ...countyAdmin, county: '06' };
    expect(problemOf(() => readDirectoryBody(json(), 'application/json', foreign)).errors).toEqual([
      { pointer: '/counties', code: 'own-county-missing' },
    ]);
  });

  it('points at what the caller’s county may not change', () => {
    const file = opplandWith(() => undefined);
    const problem = scopeProblem(
      [
        { entity: 'agency', key: '315300010', code: 'not-your-county' },
        { entity: 'service-area', key: '0401/nav', code: 'not-your-county' },
      ],
      file,
    );
    const [agency, area] = problem.errors.map((error) => error.pointer);
    expect(area).toBe('/counties/1/municipalities/0/nav');
    expect(file.agencies[Number(agency?.replace('/agencies/', ''))]?.orgNumber).toBe('315300010');
  });
});

describe('the query of GET /v1/agencies', () => {
  it.each([
    [{ limit: '501' }, '/query/limit'],
    [{ limit: '0' }, '/query/limit'],
    [{ limit: '1e2' }, '/query/limit'],
    [{ limit: '01' }, '/query/limit'],
    [{ kind: 'kindergarten' }, '/query/kind'],
    [{ kind: ['ot', 'nav'] }, '/query/kind'],
    [{ after: ['a', 'b'] }, '/query/after'],
    [{ more: '1' }, '/query'],
  ])('refuses %j', (query, pointer) => {
    expect(problemOf(() => readQuery(AgencyQuery, query)).errors.map((error) => error.pointer)).toEqual([
      pointer,
    ]);
  });

  it('has no place for a birth number', () => {
    for (const query of [{ '02013299997': '1' }, { after: '02013299997' }])
      expect(problemOf(() => readQuery(AgencyQuery, query)).code).toBe('birth-number-in-attribute');
  });
});
