import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Bells, Ring } from '../../src/queue/backend.js';
import { Doorbell } from '../../src/queue/doorbell.js';
import type { Log } from '../../src/telemetry/log.js';
import { testConfig } from '../support/hub.js';
import { until } from '../support/until.js';

const settings = testConfig('/nowhere');
const config = {
  ...settings,
  process: { ...settings.process, roles: ['api'] as const },
  queue: { ...settings.queue, lanes: 2 },
};

const bellsThat = (add: Bells['add']): Bells => ({
  add,
  work: () => undefined,
  close: () => Promise.resolve(),
});

it('says that a look is to be from the beginning, whatever else was rung for', async () => {
  const rings: Ring[] = [];
  const bells = bellsThat((ring) => Promise.resolve(void rings.push(ring)));
  const bell = new Doorbell(config, bells, {} as DataSource, {} as Log);
  bell.ring([0]);
  bell.ring([0, 1], true);
  bell.ring([1]);
  await until(() => rings.length === 2);
  expect(rings).toEqual([
    { lane: 0, fromTheBeginning: true },
    { lane: 1, fromTheBeginning: true },
  ]);
  bell.ring([0]);
  await until(() => rings.length === 3);
  expect(rings[2]).toEqual({ lane: 0 });
  await bell.beforeApplicationShutdown();
});

it('has one ring a lane on its way to a queue that says nothing, and rings once more when it has spoken', async () => {
  const asked: number[] = [];
  let speak: (() => void)[] = [];
  const bells = bellsThat(({ lane }) => {
    asked.push(lane);
    return new Promise((resolve) => speak.push(resolve));
  });
  const bell = new Doorbell(config, bells, {} as DataSource, {} as Log);
  for (let i = 0; i < 20; i += 1) {
    bell.ring([0, 255]);
    await sleep(5);
  }
  expect(asked.sort()).toEqual([0, 1]);
  const answer = speak;
  speak = [];
  for (const tell of answer) tell();
  await until(() => asked.length === 4);
  for (const tell of speak) tell();
  await sleep(50);
  expect(asked.sort()).toEqual([0, 0, 1, 1]);
  await bell.beforeApplicationShutdown();
});
