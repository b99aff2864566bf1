import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';

const folder = mkdtempSync(join(tmpdir(), 'stafett-config-'));
const file = (text: string): string => {
  const path = join(folder, 'own.yaml');
  writeFileSync(path, text);
  return path;
};
const message = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

it('takes the defaults, lays a file over them, and the environment over both', () => {
  expect(loadConfig({}).http.port).toBe(3000);
  const path = file('http:\n  port: 4000\n');
  expect(loadConfig({ STAFETT_CONFIG: path }).http.port).toBe(4000);
  expect(loadConfig({ STAFETT_CONFIG: path, PORT: '5000' }).http.port).toBe(5000);
  expect(Object.isFrozen(loadConfig({}).http)).toBe(true);
});

it.each<[string, Record<string, string>, RegExp]>([
  [
    'a port that is none',
    { PORT: 'abc' },
    /^http\.port: "abc" from the environment variable PORT is not allowed\. Allowed: .*65535/,
  ],
  [
    'a role that is none',
    { STAFETT_ROLES: 'api,boss' },
    /^process\.roles: .*STAFETT_ROLES.*Allowed: .*scheduler/,
  ],
  [
    'a database address that is none, without showing it',
    { DATABASE_URL: 'mysql://u:geheim@h/d' },
    /^database\.url: the value \(not shown\) from the environment variable DATABASE_URL/,
  ],
  [
    'an address with a login, without showing it',
    { STAFETT_URL: 'http://u:geheim@127.0.0.1:4700' },
    /^http\.publicUrl: the value \(not shown\) from the environment variable STAFETT_URL/,
  ],
  [
    'database parameters that would take the place of the hub’s own',
    { DATABASE_URL: 'postgres://u:geheim@h/d?options=-c%20jit%3Don' },
    /^database\.url: .* no other parameters than sslmode/,
  ],
  ['a file that is not there', { STAFETT_CONFIG: '/nowhere/x.yaml' }, /\/nowhere\/x\.yaml: cannot be read/],
])('ends the start with one message for %s', (_name, env, expected) => {
  expect(message(env)).toMatch(expected);
  expect(message(env)).not.toContain('geheim');
});

it('refuses a key that it does not know, and says where it stands', () => {
  expect(message({ STAFETT_CONFIG: file('http:\n  prot: 1\n') })).toMatch(
    /^http\.prot: no such key \(in .*own\.yaml\)\. Allowed: port/,
  );
  expect(message({ STAFETT_CONFIG: file('htpp:\n  port: 1\n') })).toMatch(/^htpp: no such section/);
  expect(message({ STAFETT_CONFIG: file('__proto__:\n  port: 1\n') })).not.toBe('taken');
});

describe('production', () => {
  const safe = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://app:x@db/stafett',
    STAFETT_CONFIG: '',
  };
  const settings = (more = ''): Record<string, string> => ({
    ...safe,
    STAFETT_CONFIG: file(
      `identity:\n  jwksUri: https://issuer.example/jwks\npeople:\n  population: real\ndirectory:\n  file: ''\n${more}`,
    ),
  });
  it('starts with settings of its own', () => {
    expect(message(settings())).toBe('taken');
  });
  it.each<[string, string, RegExp]>([
    [
      'the development issuer',
      `people:\n  population: real\ndirectory:\n  file: ''\n`,
      /^identity\.jwksUri: the development issuer is refused/,
    ],
    [
      'synthetic youths',
      `identity:\n  jwksUri: https://issuer.example/jwks\ndirectory:\n  file: ''\n`,
      /^people\.population: synthetic youths are refused/,
    ],
    [
      'the invented county',
      `identity:\n  jwksUri: https://issuer.example/jwks\npeople:\n  population: real\n`,
      /^directory\.file: the invented county is refused/,
    ],
    [
      'the invented county, by whatever path',
      `identity:\n  jwksUri: https://issuer.example/jwks\npeople:\n  population: real\ndirectory:\n  file: ./config/../config/directory/oppland.yaml\n`,
      /^directory\.file: the invented county is refused/,
    ],
  ])('refuses %s', (_name, text, expected) => {
    expect(message({ ...safe, STAFETT_CONFIG: file(text) })).toMatch(expected);
  });
  it('refuses the embedded database', () => {
    expect(message({ ...settings(), DATABASE_URL: '' })).toMatch(
      /^database\.url: the embedded database is refused/,
    );
  });
  it.each([
    { STAFETT_FAULT_AT: 'kill:before:intake.insert-records' },
    { STAFETT_CLOCK_OFFSET_SECONDS: '-3600' },
    { STAFETT_SEALING: 'off' },
  ])('refuses the faults of tests: %j', (fault) => {
    expect(message({ ...settings(), ...fault })).toMatch(
      /^development: faults, a wrong clock and a log that is not sealed are refused/,
    );
  });
  it('is the only place for real birth numbers', () => {
    expect(message({ STAFETT_CONFIG: file('people:\n  population: real\n') })).toMatch(
      /^people\.population: real birth numbers are refused/,
    );
  });
});

it('takes witnesses with keys and addresses, and no quorum that they could not make', () => {
  const vkey = `one.witness.example+0123abcd+${'A'.repeat(44)}`;
  const log = (witnesses: unknown, quorum: number): string =>
    message({ STAFETT_CONFIG: file(JSON.stringify({ log: { witnesses, quorum } })) });
  expect(log([{ vkey, url: 'https://one.witness.example' }], 1)).toBe('taken');
  expect(log([{ vkey, url: 'https://one.witness.example' }], 2)).toMatch(/^log\.quorum: 2 is more than/);
  for (const url of ['https://a@b.example', 'https://b.example/', 'https://b.example/?x', 'file:///x', ''])
    expect(log([{ vkey, url }], 0)).toMatch(/^log\.witnesses: /);
  expect(
    log(
      [
        { vkey, url: 'https://a.example' },
        { vkey, url: 'https://b.example' },
      ],
      0,
    ),
  ).toMatch(/no vkey twice/);
});
