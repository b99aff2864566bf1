import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { stafett as program } from '../../src/cli/program.js';
import { freePort } from '../../src/database/processes.js';
import { stafett, startStafett } from './run.js';

const oneLine = /^stafett: [^\n]+\n$/;
let data: string;

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'stafett-cli-'));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('token', () => {
  it('prints a token alone, of the agency and the scopes, that lives for ten minutes, without any hub', async () => {
    const args = ['token', '--agency', '310300012', '--scope', 'stafett:inbox stafett:consents'];
    const { code, stdout, stderr } = await stafett(args, { STAFETT_DATA: data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = decodeJwt(stdout.trim());
    expect(decodeProtectedHeader(stdout.trim()).alg).toBe('RS256');
    expect(claims).toMatchObject({
      consumer: { ID: '0192:310300012' },
      scope: 'stafett:inbox stafett:consents',
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600);
  });
});

describe('help', () => {
  const commands = program().commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands.map((sub) => [command, sub]) : [[command]],
  );

  it('knows the commands of the contract', () => {
    expect(commands.map((path) => path.map((command) => command.name()).join(' '))).toEqual([
      'token',
      'agencies',
      'youth',
      'send',
      'pull',
      'reconcile',
      'directory load',
      'migrate',
      'tour',
      'audit export',
      'log verify',
      'log check',
      'log proof',
      'log export',
      'log fsck',
      'log youth',
      'witness',
    ]);
  });

  it('says of each command, argument and option what it is for', () => {
    for (const path of commands) {
      const command = path.at(-1);
      expect(command?.description()).not.toBe('');
      for (const option of command?.options ?? []) expect(option.description).not.toBe('');
      for (const argument of command?.registeredArguments ?? []) expect(argument.description).not.toBe('');
    }
  });

  it('goes to standard output, and so does the version', async () => {
    const help = await stafett(['token', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--agency <orgnr>');
    expect(await stafett(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('what is wrong is told in one line on standard error', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a command that is none', ['tokens'], /unknown command/],
    ['a missing option', ['token', '--scope', 'stafett:inbox'], /--agency/],
    [
      'a number without a valid check digit',
      ['token', '--agency', '310300013', '--scope', 'stafett:inbox'],
      /nine digits/,
    ],
    [
      'a scope that is none',
      ['token', '--agency', '310300012', '--scope', 'inbox'],
      /Scopes: stafett:records\.write/,
    ],
    ['no scope', ['token', '--agency', '310300012', '--scope', ' '], /Scopes: /],
    ['too many youths', ['youth', '--count', '1000001'], /1 to 1000000/],
    ['a day that does not exist', ['reconcile', 'deliveries', '--as-of', '2026-02-30'], /YYYY-MM-DD/],
    ['a file that is not there', ['send', 'no-such-file'], /cannot be read/],
    ['a directory that is none', ['directory', 'load', 'package.json'], /cannot be used/],
    ['a language that is none', ['tour', '--lang', 'sv'], /en, nb/],
  ];
  it.each(wrong)('%s', async (_, args, said) => {
    const { code, stdout, stderr } = await stafett(args, { STAFETT_DATA: data });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(said);
  });

  it('settings that are wrong', async () => {
    const { code, stderr } = await stafett(['agencies'], { STAFETT_DATA: data, PORT: 'three' });
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('PORT');
  });

  it('a hub that is not there', async () => {
    const port = await freePort();
    for (const args of [['agencies'], ['tour'], ['pull', '--agency', '310300012']]) {
      const { code, stdout, stderr } = await stafett(args, { STAFETT_DATA: data, PORT: String(port) });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(oneLine);
      expect(stderr).toContain(`No hub answers at http://127.0.0.1:${port}. Start one`);
    }
  });
});

describe('another program at the address of the hub', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let url: string;

  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['no JSON', 200, '<html>'],
    ['no problem of ours', 404, '{"message": "nothing"}'],
  ])('is told apart: %s', async (_, status, body) => {
    answer = { status, body };
    const { code, stderr } = await stafett(['agencies'], { STAFETT_DATA: data, STAFETT_URL: url });
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('is no hub of Stafett');
  });

  it('a hub with other keys is told too', async () => {
    answer = { status: 401, body: '{"code": "unauthenticated", "detail": "…"}' };
    const { code, stderr } = await stafett(['agencies'], { STAFETT_DATA: data, STAFETT_URL: url });
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('STAFETT_KEYS');
  });

  it('a list is read page by page, and printed one agency a line', async () => {
    const item = { orgNumber: '310200018', kind: 'school', name: 'Mesnaelva videregående skole' };
    answer = { status: 200, body: JSON.stringify({ items: [item], cursor: 'c', more: false }) };
    const { code, stdout } = await stafett(['agencies'], { STAFETT_DATA: data, STAFETT_URL: url });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '310200018\tschool\tMesnaelva videregående skole\n',
    });
  });
});

describe('as a process of its own', () => {
  it('prints on standard output, and ends with 0', async () => {
    const { code, stdout, stderr } = await startStafett(['youth', '--count', '2', '--seed', '1'], {});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it('ends with 1 and one line where it cannot do what it should', async () => {
    const { code, stdout, stderr } = await startStafett(['send', '-'], { STAFETT_DATA: data });
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'stafett: - holds no event.\n' });
  });

  it('stops quietly where the reader of its output stops', async () => {
    const { code, stderr } = await startStafett(['youth', '--count', '1000000'], {}, '', 2);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
