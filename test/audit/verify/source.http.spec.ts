import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatVerifierKey,
  httpSource,
  newSignerKey,
  SourceError,
  verifyLog,
} from '../../../src/audit/verify/index.js';
import { stafett, startStafett } from '../../cli/run.js';
import { entryOf, LogFolder } from '../../support/log-writer.js';

const key = newSignerKey('hub.example/log', 'note');
const vkey = formatVerifierKey(key);
const entries = Array.from({ length: 700 }, (_, i) => entryOf(i));
let folder: string;
let log: LogFolder;
let server: Server;
let url: string;
let requests: string[];
/** May answer before the files do. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-log-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  log = new LogFolder(folder, key).write(entries, [1, 2, 3, 4, 400]);
  requests = [];
  answer = () => false;
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (answer(request, response)) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://log');
    if (request.headers.authorization !== 'Bearer secret') response.writeHead(401).end();
    else if (pathname === '/v1/log/checkpoints') response.end(page(Number(searchParams.get('after'))));
    else
      try {
        response.end(log.read(pathname.replace('/v1/log/', '')));
      } catch {
        response.writeHead(404).end('{}');
      }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/log`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Two checkpoints a page. */
function page(after: number): string {
  const sizes = readdirSync(join(folder, 'checkpoints'))
    .map(Number)
    .filter((size) => size > after)
    .sort((a, b) => a - b);
  const checkpoints = sizes.slice(0, 2).map((size) => log.read(`checkpoints/${size}`).toString());
  return JSON.stringify({ checkpoints, more: sizes.length > 2 });
}

const verify = (token?: string): ReturnType<typeof verifyLog> =>
  verifyLog(httpSource(`${url}/`, { token }), { key });

describe('a log under a URL', () => {
  it('is read with a token, page by page of its checkpoints', async () => {
    expect(await verify('secret')).toMatchObject({ entries: 700, tiles: 7, checkpoints: 6, findings: [] });
    expect(requests.filter((path) => path.includes('checkpoints'))).toHaveLength(3);
  });

  it('is asked again where it is busy or the connection breaks', async () => {
    let broken = 0;
    answer = (request, response) => {
      if (!request.url?.includes('tile') || (broken += 1) > 3) return false;
      if (broken === 1) request.socket.destroy();
      else response.writeHead(broken === 2 ? 503 : 429, { 'retry-after': '0' }).end();
      return true;
    };
    expect(await verify('secret')).toMatchObject({ entries: 700, findings: [] });
  });

  it('has its faults told as a folder has', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).with(44, entryOf('forged')));
    log.remove('tile/0/002.p/188');
    expect((await verify('secret')).findings.map(({ subject }) => subject)).toEqual([
      'tile/0/002.p/188',
      'entry 300',
    ]);
  });

  it.each<[string, number, string | undefined, RegExp]>([
    ['without a token', 401, undefined, /answers 401: give a token/],
    ['without the scope', 403, 'secret', /answers 403: the token has no scope/],
    ['with a fault of its own', 500, 'secret', /answers 500\./],
  ])('cannot be verified %s', async (_, status, token, said) => {
    answer = (request, response) => {
      if (!request.url?.includes('entries')) return false;
      response.writeHead(status).end();
      return true;
    };
    await expect(verify(token)).rejects.toThrow(said);
  });

  it('is asked for nothing more by a verification that has failed', async () => {
    let closed = 0;
    answer = (request, response) => {
      if (request.url?.endsWith('/tile/entries/000')) setTimeout(() => response.writeHead(500).end(), 100);
      // Of the three hash tiles one is busy, one says nothing at all, and one says only a part of what it has.
      else if (request.url?.endsWith('/tile/0/000')) response.writeHead(503).end();
      else if (request.url?.endsWith('/tile/0/001')) response.once('close', () => (closed += 1));
      else if (request.url?.includes('/tile/0/002'))
        response.once('close', () => (closed += 1)).write('a part');
      else return false;
      return true;
    };
    await expect(verify('secret')).rejects.toThrow(/answers 500\./);
    const before = [...requests];
    expect(before).toContain('/v1/log/tile/0/002.p/188');
    // The busy one would be asked again after 250 ms.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect({ requests, closed }).toEqual({ requests: before, closed: 2 });
  });

  it('does not go on waiting for a busy log once nobody waits for it', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '9' }).end() !== undefined;
    const ended = new AbortController();
    const reading = httpSource(url).tile({ level: 0, index: 0, width: 256 }, ended.signal);
    setTimeout(() => ended.abort(), 100);
    await expect(reading).rejects.toThrow('aborted');
    expect(requests).toHaveLength(1);
  });

  it('is not asked, nor called silent, where the token cannot be read', async () => {
    const source = httpSource('http://127.0.0.1:1', {
      token: () => Promise.reject(new Error('no token file')),
    });
    const asked = performance.now();
    await expect(source.checkpoint()).rejects.toThrow(new SourceError('no token file'));
    expect(performance.now() - asked).toBeLessThan(200);
  });

  it('does not send the token elsewhere', async () => {
    answer = (request, response) => {
      if (!request.url?.startsWith('/v1/log/checkpoint')) return false;
      response.writeHead(302, { location: '/elsewhere' }).end();
      return true;
    };
    const source = httpSource(url, { token: 'secret', patienceMs: 1000, attempts: 1 });
    await expect(source.checkpoint()).rejects.toThrow(/answers 302/);
    expect(requests).toEqual(['/v1/log/checkpoint']);
  });

  it('is not believed where its list of checkpoints is none, or does not come further', async () => {
    let body = '{"checkpoints": [1], "more": false}';
    answer = (request, response) => {
      if (!request.url?.includes('checkpoints')) return false;
      response.end(body);
      return true;
    };
    await expect(verify('secret')).rejects.toThrow(/The list of kept checkpoints is not/);
    body = '{"checkpoints": [], "more": true}';
    await expect(verify('secret')).rejects.toThrow(/does not come further/);
  });
});

describe('stafett log verify', () => {
  it('says what it found to be whole, from a URL and from a folder', async () => {
    const fromUrl = await stafett(['log', 'verify', url, '--key', vkey, '--token', 'secret'], {});
    expect(fromUrl.code).toBe(0);
    expect(fromUrl.stdout).toMatch(
      /^hub\.example\/log: 700 of 700 entries, 7 tiles and bundles, 6 kept checkpoints; root \S{44}\nThe log is whole/,
    );
    const since = join(folder, 'checkpoints/400');
    const fromFolder = await stafett(['log', 'verify', folder, '--key', vkey, '--since', since], {});
    expect(fromFolder.code).toBe(0);
    expect(fromFolder.stdout).toContain('7 kept checkpoints');
    const fromEnvironment = await stafett(['log', 'verify', url, '--key', vkey], { STAFETT_TOKEN: 'secret' });
    expect(fromEnvironment.code).toBe(0);
  });

  it('says nothing else, in a process of its own, where the log is read far ahead', async () => {
    log = new LogFolder(folder, key).write(
      Array.from({ length: 2500 }, (_, i) => entryOf(i)),
      [],
    );
    const ran = await startStafett(['log', 'verify', url, '--key', vkey, '--token', 'secret'], {});
    expect(ran).toEqual({
      code: 0,
      stdout: expect.stringContaining('The log is whole'),
      stderr: '',
    });
  });

  it('says which entry is wrong, and ends with 1', async () => {
    log.editBundle('tile/entries/001', entries.slice(256, 512).with(44, entryOf('forged')));
    const { code, stdout, stderr } = await stafett(['log', 'verify', folder, '--key', vkey], {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^entry 300: It was changed: .*\nhub\.example\/log: 700 of 700/);
    expect(stderr).toBe('stafett: The log is not as it was signed: one finding.\n');
  });

  it.each([
    ['a key that is none', ['nowhere', '--key', 'hub'], /--key: /],
    ['a folder without a log', ['nowhere', '--key', vkey], /nowhere has no file "checkpoint"/],
    ['a memory that is not there', ['nowhere', '--key', vkey, '--since', 'gone'], /gone cannot be read/],
    [
      'a memory that is none',
      ['nowhere', '--key', vkey, '--since', 'package.json'],
      /is no checkpoint of this log/,
    ],
    ['no key', ['nowhere'], /--key/],
  ])('says in one line what is wrong: %s', async (_, args, said) => {
    const { code, stdout, stderr } = await stafett(['log', 'verify', ...args], {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^stafett: [^\n]+\n$/);
    expect(stderr).toMatch(said);
  });
});
