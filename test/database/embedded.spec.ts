import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { installedBinaries, runAs } from '../../src/database/binaries.js';
import { startEmbedded, type Embedded } from '../../src/database/embedded.js';
import { startServer } from '../../src/database/postmaster.js';
import { identityOf, waitForExit } from '../../src/database/processes.js';
import { asAdmin } from '../support/database.js';
import { quick, reachableTempFolder } from '../support/postgres.js';
import { until } from '../support/until.js';

/** Each test has its own data folder; whatever runs there at its end is stopped. */
let folder: string;
const children: ChildProcess[] = [];
/** A data folder with a database in it: making one takes 1.5 s of CPU, copying it a tenth. */
let made: string;

beforeAll(async () => {
  made = reachableTempFolder('made');
  await startEmbedded(made, { settings: quick }).then((embedded) => embedded.stop());
}, 60_000);
afterAll(() => rmSync(made, { recursive: true, force: true }));
beforeEach(() => {
  folder = reachableTempFolder('embedded');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  if (existsSync(pidFile())) await start().then((embedded) => embedded.stop());
  rmSync(folder, { recursive: true, force: true });
});

/** For tests to which it does not matter how the database was made. */
const copyMade = (): void => {
  // With the owner: Postgres must find its own.
  execFileSync('cp', ['-a', join(made, 'postgres'), folder]);
};

const start = (): Promise<Embedded> => startEmbedded(folder, { settings: quick });
const pidFile = (): string => join(folder, 'postgres/cluster/data/postmaster.pid');
const serverPid = (): number => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);
const query = async (url: string, text: string): Promise<unknown[]> =>
  asAdmin(url, async (client) => (await client.query<object>(text)).rows);

/** A hub in a process of its own. */
async function hub(): Promise<{ child: ChildProcess; superUrl: string }> {
  const child = spawn(
    process.execPath,
    ['--import', './test/support/typescript.mjs', 'test/database/hub-process.ts', folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  children.push(child);
  const [superUrl] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, superUrl };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

it('keeps its data from one start to the next, and listens on this machine only, by TCP only', async () => {
  const first = await start();
  await query(first.superUrl, 'create table kept as select 1 as n');
  const [row] = await query(
    first.superUrl,
    `select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets, current_setting('server_encoding') as encoding,
       current_setting('password_encryption') as passwords, current_setting('max_connections') as connections,
       current_setting('max_wal_size') as log`,
  );
  expect(row).toEqual({
    listen: '127.0.0.1',
    sockets: '',
    encoding: 'UTF8',
    passwords: 'scram-sha-256',
    connections: '200',
    log: '2GB',
  });
  const pid = serverPid();
  await first.stop();
  await first.stop();
  expect(identityOf(pid)).toBeUndefined();
  expect(existsSync(pidFile())).toBe(false);

  const second = await start();
  expect(await query(second.superUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  await second.stop();
});

it('refuses every login without the right password', async () => {
  copyMade();
  const { superUrl, stop } = await start();
  await expect(query(superUrl.replace(/:[^:@/]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({
    code: '28P01',
  });
  await expect(query(superUrl.replace(/:[^:@/]+@/, '@'), 'select 1')).rejects.toBeDefined();
  await stop();
});

it('runs in a session of its own, so that Ctrl-C on the terminal does not reach it', async () => {
  copyMade();
  const { stop } = await start();
  const stat = readFileSync(`/proc/${serverPid()}/stat`, 'latin1');
  const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  expect([group, session]).toEqual([String(serverPid()), String(serverPid())]);
  await stop();
});

it('is joined by a second hub and stopped by the last, in whatever order they go', async () => {
  copyMade();
  const one = await hub();
  const two = await hub();
  expect(two.superUrl).toBe(one.superUrl);
  const pid = serverPid();
  one.child.kill('SIGTERM');
  await ended(one.child);
  expect(await query(two.superUrl, 'select 1 as n')).toEqual([{ n: 1 }]);
  two.child.kill('SIGTERM');
  await ended(two.child);
  expect(identityOf(pid)).toBeUndefined();
});

it('is adopted after its hub was killed, and stopped by the one that adopted it', async () => {
  copyMade();
  const killed = await hub();
  await query(killed.superUrl, 'create table kept as select 1 as n');
  const pid = serverPid();
  killed.child.kill('SIGKILL');
  await ended(killed.child);
  const heir = await start();
  expect(serverPid()).toBe(pid);
  expect(await query(heir.superUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  await heir.stop();
  expect(identityOf(pid)).toBeUndefined();
});

it('recovers what was committed after hub and server were killed, although another program now has the server’s number', async () => {
  copyMade();
  const killed = await hub();
  await query(killed.superUrl, 'create table kept as select 1 as n');
  const pid = serverPid();
  const file = readFileSync(pidFile(), 'utf8');
  killed.child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await waitForExit(pid, 5000);
  // As after a restart of a container: the pid file names a process that lives and is no Postgres.
  writeFileSync(pidFile(), file.replace(/^\d+/, String(process.pid)));
  const heir = await start();
  expect(await query(heir.superUrl, 'select n from kept')).toEqual([{ n: 1 }]);
  await heir.stop();
});

it.each(['SIGKILL', 'SIGQUIT', 'SIGINT', 'SIGTERM'] as const)(
  'is started again at its address, once, by the hubs that are there when %s ends the server alone',
  async (signal) => {
    copyMade();
    const hubs = [await hub(), await hub()];
    const [{ superUrl }] = hubs as [(typeof hubs)[0]];
    const session = new Client({ connectionString: superUrl });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('create table kept as select 1 as n');
    const before = serverPid();
    // The last of them is a smart shutdown, which would wait for this session for ever.
    process.kill(before, signal);
    await waitForExit(before, 5000);
    await until(async () => (await query(superUrl, 'select n from kept').catch(() => [])).length === 1);
    const pid = serverPid();
    expect(pid).not.toBe(before);
    for (const { child } of hubs) {
      expect(identityOf(pid)).toBeDefined();
      child.kill('SIGTERM');
      await ended(child);
    }
    expect([identityOf(pid), existsSync(pidFile())]).toEqual([undefined, false]);
  },
);

it('is joined while it recovers from a session that was killed', async () => {
  copyMade();
  const hubs = [await start()];
  for (let time = 0; time < 5; time += 1) {
    const session = new Client({ connectionString: hubs[0]?.superUrl });
    session.on('error', () => undefined);
    await session.connect();
    const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    await waitForExit(rows[0]?.pid ?? 0, 5000);
    hubs.push(await start());
  }
  for (const { stop } of hubs) await stop();
});

it('is at its address again for a hub that outlived the server, although a new hub starts it', async () => {
  copyMade();
  const old = await start();
  process.kill(serverPid(), 'SIGKILL');
  await waitForExit(serverPid(), 5000);
  const heir = await start();
  expect(heir.superUrl).toBe(old.superUrl);
  await old.stop();
  await heir.stop();
});

it('starts once when six hubs come at the same moment, one of them killed in the middle', async () => {
  const victim = spawn(
    process.execPath,
    ['--import', './test/support/typescript.mjs', 'test/database/hub-process.ts', folder],
    { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  children.push(victim);
  // Killed when it holds the lock and has begun to make the cluster.
  while (!existsSync(join(folder, 'postgres/cluster')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  victim.kill('SIGKILL');
  const all = await Promise.all([start(), start(), start(), hub(), hub()]);
  expect(new Set(all.map(({ superUrl }) => superUrl)).size).toBe(1);
  expect(readdirSync(join(folder, 'postgres/cluster')).sort()).toEqual(['data', 'server.log']);
  for (const one of all) if ('stop' in one) await one.stop();
  expect(await query(all[3].superUrl, 'select 1 as n')).toEqual([{ n: 1 }]);
});

it('takes the server that another start, which nobody waits for any more, has brought up meanwhile', async () => {
  copyMade();
  const embedded = await start();
  const cluster = {
    folder: join(folder, 'postgres/cluster'),
    bin: join(installedBinaries().folder, 'bin'),
    as: runAs(folder),
    settings: quick,
  };
  const before = performance.now();
  // As it would, had it looked before that server was there.
  expect((await startServer(cluster, undefined)).pid).toBe(serverPid());
  expect(performance.now() - before).toBeLessThan(3000);
  await embedded.stop();
});

it('writes no statement, value or password to its log', async () => {
  copyMade();
  const { superUrl, logFile, stop } = await start();
  const marker = '12345678901';
  await expect(query(superUrl, `select '${marker}x'::bigint`)).rejects.toBeDefined();
  await query(superUrl, `create table t (id text primary key); insert into t values ('${marker}')`);
  await expect(query(superUrl, `insert into t values ('${marker}')`)).rejects.toMatchObject({
    code: '23505',
  });
  await expect(
    asAdmin(superUrl, (client) => client.query('select $1::uuid', [marker])),
  ).rejects.toBeDefined();
  await expect(query(superUrl, `do $$ begin raise exception '${marker}'; end $$`)).rejects.toBeDefined();
  await stop();
  const log = readFileSync(logFile, 'utf8');
  expect(log).not.toContain(marker);
  expect(log).not.toContain(new URL(superUrl).password);
  expect(log).toContain('database system is shut down');
});

it('says in one line, with the log’s path, why the server does not start', async () => {
  copyMade();
  await start().then((embedded) => embedded.stop());
  const version = join(folder, 'postgres/cluster/data/PG_VERSION');
  writeFileSync(version, '9\n');
  await expect(start()).rejects.toThrow(
    /^The embedded database did not start: .*FATAL: .*incompatible.* Its log: .*server\.log$/,
  );
  writeFileSync(version, '18\n');
});

it('says in one line that the password does not belong to the database', async () => {
  copyMade();
  await start().then((embedded) => embedded.stop());
  const password = join(folder, 'postgres/password');
  const right = readFileSync(password);
  rmSync(password);
  await expect(start()).rejects.toThrow(
    /password of the embedded database is missing\. Restore the file, or remove/,
  );
  writeFileSync(password, 'another', { mode: 0o600 });
  await expect(start()).rejects.toThrow(/refuses the password of the data folder/);
  writeFileSync(password, right);
});

it('says that the data folder cannot be written, and which setting it is', async () => {
  writeFileSync(join(folder, 'file'), '');
  for (const place of ['file', 'file/data']) {
    await expect(startEmbedded(join(folder, place))).rejects.toThrow(
      /^process\.data: .*a file stands in the way/,
    );
  }
});

(process.getuid?.() === 0 ? describe : describe.skip)('as root', () => {
  it('runs as an unprivileged user', async () => {
    copyMade();
    const { stop } = await start();
    expect(readFileSync(`/proc/${serverPid()}/status`, 'utf8')).not.toMatch(/^Uid:\t0/m);
    await stop();
  });

  it('keeps the database elsewhere where that user cannot reach the folder, finds it again, and begins another for another folder', async () => {
    const closed = join(folder, 'closed');
    const data = join(closed, 'data');
    const startClosed = (): Promise<Embedded> => startEmbedded(data, { settings: quick });
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(closed, 0o700);
    chownSync(closed, 0, 0);
    const first = await startClosed();
    const place = join(first.logFile, '..');
    await query(first.superUrl, 'create table kept as select 1 as n');
    await first.stop();
    try {
      expect(place).toMatch(/^\/var\/(lib|tmp)\/stafett\/[0-9a-f]{16}$/);
      expect(readFileSync(join(data, 'postgres/cluster-is-elsewhere.txt'), 'utf8')).toContain(place);
      const second = await startClosed();
      expect(await query(second.superUrl, 'select n from kept')).toEqual([{ n: 1 }]);
      await second.stop();

      const moved = join(closed, 'moved');
      renameSync(data, moved);
      const startMoved = (): Promise<Embedded> => startEmbedded(moved, { settings: quick });
      await expect(startMoved()).rejects.toThrow(`its database is still kept in ${place}, where`);

      const anew = await startClosed();
      await expect(query(anew.superUrl, 'select n from kept')).rejects.toMatchObject({ code: '42P01' });
      await anew.stop();
      await expect(startMoved()).rejects.toThrow(`its database is still kept in ${place}-before, where`);

      rmSync(data, { recursive: true });
      renameSync(moved, data);
      await expect(startClosed()).rejects.toThrow(`its database is still kept in ${place}-before, where`);
      rmSync(place, { recursive: true });
      renameSync(`${place}-before`, place);
      const back = await startClosed();
      expect(await query(back.superUrl, 'select n from kept')).toEqual([{ n: 1 }]);
      await back.stop();
    } finally {
      rmSync(place, { recursive: true, force: true });
      rmSync(`${place}-before`, { recursive: true, force: true });
    }
  });
});

(process.platform === 'linux' ? it : it.skip)(
  'takes no living process or server for a dead one while it can open no more files',
  () => {
    const command = `ulimit -n 1000 && exec "$0" --import ./test/support/typescript.mjs test/database/without-files.ts`;
    const said = execFileSync('sh', ['-c', command, process.execPath], { encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual({ without: ['EMFILE', 'EMFILE'], with: [true, true] });
  },
);
