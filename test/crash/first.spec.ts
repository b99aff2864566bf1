import { setTimeout as sleep } from 'node:timers/promises';
import { CrashPostgres } from './support/postgres.js';
import { buildHub } from './support/processes.js';
import { World } from './support/world.js';

let postgres: CrashPostgres;
beforeAll(async () => {
  await buildHub();
  postgres = await CrashPostgres.start();
}, 120_000);
afterAll(() => postgres.stop());

it('works at all', async () => {
  const t = performance.now();
  const world = await World.start(postgres, 1, [{ name: 'a' }, { name: 'b' }]);
  console.log('start', performance.now() - t);
  world.traffic();
  await sleep(3000);
  console.log('load', performance.now() - t, world.accepted);
  const v = await world.verdict();
  console.log('verdict', performance.now() - t, world.accepted, v.length);
  if (v.length) console.log(v.slice(0, 20), world.hubs[0]?.output);
  expect(v).toEqual([]);
  await world.stop();
  console.log('end', performance.now() - t);
}, 120_000);
