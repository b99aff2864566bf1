import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../src/config/load.js';
import { agencies } from '../support/agencies.js';
import { RawClient } from './support/raw.js';
import { loadSeconds } from './support/random.js';
import { crashSuite, PATIENCE_MS } from './support/suite.js';
import { byWorker, type World } from './support/world.js';

const suite = crashSuite();
const two = (): Promise<World> => suite.shared([{ name: 'a' }, { name: 'b', settings: byWorker }]);

/** What a stop may take, by the contract. */
const DRAIN_MS = 15_000;

// First, while there is little to read: the hubs are the others' too, and so is what their clients noted.
it(
  'is judged by a program of its own, from the clients’ notes and the public API',
  async () => {
    const world = await two();
    for (const recipient of [agencies.ot, agencies.otherOt]) world.reader(recipient).start();
    await world.sender(agencies.school).push(5);
    expect(await world.verdict()).toEqual([]);
    const child = spawn(
      process.execPath,
      [
        '--import',
        './test/support/typescript.mjs',
        'test/crash/checker.ts',
        world.folder,
        world.hub('b').url,
        '--keys',
        suite.databases.keys,
      ],
      { cwd: projectFolder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, said }).toEqual({
      code: 0,
      said: expect.stringMatching(/^[1-9]\d* records, [1-9]\d* transfers, 0 faults\n$/),
    });
  },
  PATIENCE_MS,
);

it(
  'drains on SIGTERM: answers every request that it has begun to read, and ends in time with exit code 0',
  async () => {
    const world = await two();
    const [a, b] = [world.hub('a'), world.hub('b')];
    world.traffic({}, {}, [a, b]);
    const sender = world.sender(agencies.school);
    const half = await Promise.all(
      [1, 20, 100, 1, 20].map(async (count) => {
        const client = await RawClient.open(a);
        const { body, request, token } = sender.begin(count);
        return {
          client,
          request,
          count,
          rest: client.begin('/v1/records', await token, body, body.length / 2),
        };
      }),
    );
    const poll = await RawClient.open(a);
    poll.begin('/v1/inbox?wait=30', await world.api(agencies.nav).token(), '', 0);
    await sleep(loadSeconds() * 300);
    const stopped = a.terminate();
    await sleep(300);
    for (const { client, rest } of half) client.write(rest);
    for (const { client, request, count } of half) {
      const { status, body } = await client.answer();
      expect(status).toBe(202);
      const { receipts } = JSON.parse(body) as { receipts: [] };
      expect(receipts).toHaveLength(count);
      sender.end(request, receipts);
    }
    expect((await poll.answer()).status).toBe(200);
    const { ms, ...ended } = await stopped;
    expect(ended).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(DRAIN_MS);
    await a.start();
    expect(await world.verdict()).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  'takes a rolling restart of two processes under load without a failed request that one retry does not cure',
  async () => {
    const world = await two();
    const senders = world.traffic();
    await sleep(loadSeconds() * 300);
    for (const hub of world.hubs) {
      expect(await hub.terminate()).toMatchObject({ code: 0 });
      await hub.start();
      await sleep(loadSeconds() * 200);
    }
    expect(await world.verdict()).toEqual([]);
    for (const sender of senders) expect(sender.mostTries).toBeLessThanOrEqual(2);
  },
  PATIENCE_MS,
);
