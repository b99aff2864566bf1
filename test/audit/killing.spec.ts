import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { signerKey } from '../../src/audit/verify/note.js';
import { projectFolder } from '../../src/config/load.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { addEntries, faultsOf } from './log.js';

const seed = randomBytes(32);
const key = signerKey('test.stafett.invalid/log', 'note', seed);
let database: TestDatabase;
let admin: Client;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createDatabase();
  admin = new Client({ connectionString: database.superUrl });
  await admin.connect();
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await admin.end();
  await database.drop();
});

function launch(fault = ''): Promise<NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      './test/support/typescript.mjs',
      'test/audit/sequencer-process.ts',
      database.appUrl,
      seed.toString('hex'),
      fault,
    ],
    {
      cwd: projectFolder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  running.add(child);
  return new Promise((resolve) =>
    child.once('exit', (_, signal) => {
      running.delete(child);
      resolve(signal);
    }),
  );
}

const sealedSize = async (): Promise<number> => {
  const { rows } = await admin.query<{ size: string }>(
    'select coalesce(max(size), 0) as size from stafett.audit_checkpoint',
  );
  return Number(rows[0]?.size);
};

/** Every step of a round, and of a beginning; the second time, so that the first round has gone well. */
const steps = [
  'after:queue.take-term',
  'committed:queue.take-term',
  'after:seal.sealed-so-far',
  'after:seal.entries-after:2',
  'before:seal.insert-leaves:2',
  'before:seal.insert-tiles:2',
  'commit:seal.insert-leaves:2',
  'committed:seal.insert-leaves:2',
  'before:seal.insert-checkpoint:2',
  'commit:seal.insert-checkpoint:2',
  'committed:seal.insert-checkpoint:2',
];

it('is whole after a kill -9 at any step, while another sequencer waits to take over', async () => {
  const writer = setInterval(() => void addEntries(admin, 20).catch(() => undefined), 50);
  try {
    let heir = launch(`kill:${steps[0]}`);
    for (const [i, step] of steps.entries()) {
      const before = await sealedSize();
      const running = heir;
      // Who waits takes the term too, in vain: one that breaks down at that step has to come when nobody has it.
      const next = steps[i + 1];
      const waits = next !== undefined && !next.endsWith('take-term');
      if (waits) heir = launch(`kill:${next}`);
      expect([step, await running]).toEqual([step, 'SIGKILL']);
      if (next !== undefined && !waits) heir = launch(`kill:${next}`);
      expect([step, await faultsOf(admin, key, false)]).toEqual([step, []]);
      expect(await sealedSize()).toBeGreaterThanOrEqual(before);
    }
  } finally {
    clearInterval(writer);
  }
  void launch();
  void launch();
  for (const until = Date.now() + 15_000; Date.now() < until; await sleep(100))
    if ((await faultsOf(admin, key)).length === 0) break;
  expect(await faultsOf(admin, key)).toEqual([]);
}, 120_000);
