import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatVerifierKey,
  newSignerKey,
  openCheckpoint,
  originHash,
  parseVerifierKey,
  WitnessStore,
} from '../../src/audit/verify/index.js';
import { projectFolder } from '../../src/config/load.js';
import { entryOf, LogFolder } from '../support/log-writer.js';
import { stafett } from './run.js';

const log = newSignerKey('hub.example/log', 'note');
const entries = Array.from({ length: 30 }, (_, i) => entryOf(i));
let folder: string;
let files: LogFolder;
let args: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-witness-'));
  files = new LogFolder(join(folder, 'log'), log).write(entries.slice(0, 20));
  args = ['witness', '--log', files.folder, '--log-key', formatVerifierKey(log)];
  args.push('--key', join(folder, 'key'), '--state', join(folder, 'state'), '--name', 'w.example');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('stafett witness --once', () => {
  it('makes its key at the first run, for its own eyes, and tells the public half', async () => {
    const first = await stafett([...args, '--once']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const [vkey = '', said] = first.stdout.split('\n');
    expect(said).toBe('hub.example/log: cosigned at 20 entries.');
    expect(parseVerifierKey(vkey)).toMatchObject({ name: 'w.example', type: 'cosignature' });
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
    files.write(entries);
    const second = await stafett([...args, '--once']);
    expect(second.stdout).toBe(`${vkey}\nhub.example/log: cosigned at 30 entries.\n`);
    const { note = '' } = (await new WitnessStore(join(folder, 'state')).latest(log.name)) ?? {};
    expect(openCheckpoint(note, log, [parseVerifierKey(vkey)]).signatures).toHaveLength(2);
  });

  it('ends with 1 on a rollback and on a fork, and says where the evidence is', async () => {
    await stafett([...args, '--once']);
    files.write(entries.slice(0, 10));
    const { code, stderr } = await stafett([...args, '--once']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ALARM: hub\.example\/log: It had 20 entries and shows 10 now: a rollback\. .*\/alarm\.\n/,
    );
    expect(stderr).toMatch(/\nstafett: hub\.example\/log: an alarm was raised; nothing is cosigned\.\n$/);
    const evidence = readFileSync(join(folder, 'state', originHash(log.name), 'alarm'), 'utf8');
    expect(evidence).toContain(files.read('checkpoint').toString());
    files.write(entries);
    expect((await stafett([...args, '--once'])).code).toBe(1);
  });

  it.each<[string, (args: string[]) => string[], RegExp]>([
    ['a key of somebody else', (all) => [...all, '--name', 'x.example'], /is no key of x\.example/],
    [
      'a log that is not there',
      (all) => [...all, '--log', 'nowhere'],
      /cannot be checked: nowhere has no file/,
    ],
    ['a log’s key that is none', (all) => [...all, '--log-key', 'x'], /--log-key: /],
    ['no state', (all) => all.filter((arg) => !arg.includes('state')), /--state/],
    ['a pause of 0', (all) => [...all, '--every', '0'], /1 to 86400/],
  ])('says in one line what is wrong: %s', async (_, change, said) => {
    await stafett([...args, '--once']);
    const { code, stderr } = await stafett([...change(args), '--once']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^stafett: [^\n]+\n$/);
    expect(stderr).toMatch(said);
  });

  it('does not make a key without a name', async () => {
    const nameless = args.slice(0, -2);
    const { code, stderr } = await stafett([...nameless, '--once']);
    expect(code).toBe(1);
    expect(stderr).toContain('--name');
  });
});

describe('stafett witness as a process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  const run = (): Promise<string> => {
    const loader = join(projectFolder, 'test/support/typescript.mjs');
    const main = join(projectFolder, 'src/cli/main.ts');
    child = spawn(process.execPath, ['--import', loader, main, ...args, '--port', '0', '--every', '1'], {
      cwd: projectFolder,
      env: { PATH: process.env['PATH'] },
    });
    let said = '';
    const { stderr } = child;
    return new Promise((resolve, reject) => {
      child!.once('exit', () => reject(new Error(said)));
      stderr!.on('data', (chunk) => {
        said += String(chunk);
        const [, address] = /Listening on (\S+)\n/.exec(said) ?? [];
        if (address) resolve(address);
      });
    });
  };
  const until = async (fetching: () => Promise<Response>, status: number): Promise<string> => {
    for (;;) {
      const response = await fetching();
      const text = await response.text();
      if (response.status === status) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('watches, outlives kill -9, alarms on a fork, and ends when it is told to', async () => {
    const path = `/${originHash(log.name)}/checkpoint`;
    const first = await run();
    expect(await until(() => fetch(first + path), 200)).toContain('\n20\n');
    child!.kill('SIGKILL');
    files.write(entries);
    const second = await run();
    expect(await until(() => fetch(second + path), 200)).toMatch(/\n[23]0\n/);
    await until(() => fetch(`${second}/health`), 200);
    files.write(entries.with(3, entryOf('forked')));
    expect(await until(() => fetch(`${second}/health`), 503)).toContain('"state":"alarm"');
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child!.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
