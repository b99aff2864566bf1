import { setTimeout as sleep } from 'node:timers/promises';
import { agencies } from '../support/agencies.js';
import type { HubProcess } from './support/processes.js';
import { Chance, isLong, loadSeconds } from './support/random.js';
import { crashSuite, PATIENCE_MS } from './support/suite.js';
import { byWorker, type HubWish, type World } from './support/world.js';

const suite = crashSuite();
/** One that dispatches what it takes in at once, where it can, and one that leaves all of it to its worker. */
const bothWaysOn: readonly HubWish[] = [{ name: 'a' }, { name: 'b', settings: byWorker }];

it(
  'loses, doubles and turns round nothing when its processes are killed at random moments',
  async () => {
    const chance = new Chance(suite.seed);
    const world = await suite.own(bothWaysOn);
    // What it sends in `npm test` is read again within two seconds, which is as long as it is sent.
    world.traffic({ streams: 6, pauseMs: isLong() ? 10 : 100 });
    const until = performance.now() + loadSeconds() * 1500;
    do {
      await sleep(chance.between(200, 1500));
      const victim = chance.one(world.hubs);
      await victim.kill();
      await victim.start();
    } while (performance.now() < until);
    expect(await world.verdict()).toEqual([]);
    expect(world.accepted).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

it(
  'is whole after a kill between any two steps of the way of a record, and after a COMMIT whose answer is lost',
  async () => {
    const chance = new Chance(suite.seed + 1);
    const world = await suite.own(bothWaysOn);
    const { hubs } = world;
    for (const hub of hubs) await hub.terminate();
    await Promise.all(hubs.map((hub) => hub.start('list')));
    const startUp = new Set(hubs.flatMap(stepsPassed));
    bothWays(world);
    await sleep(2000 + loadSeconds() * 300);
    const stepsOf = (hub: HubProcess): string[] => stepsPassed(hub).filter((step) => !startUp.has(step));
    expect(hubs.flatMap(stepsOf)).toEqual(expect.arrayContaining(theWay));

    const until = performance.now() + loadSeconds() * 6000;
    const reached: string[] = [];
    const missed: string[] = [];
    let broken: HubProcess | undefined;
    const first = always.map(([name, fault]) => ({ hub: world.hub(name), fault }));
    // Most steps are passed by both, and it is the same code: chance says which of them is killed there.
    const passedBy = new Map<string, HubProcess[]>();
    for (const hub of hubs)
      for (const fault of stepsOf(hub).flatMap(faultsAt))
        passedBy.set(fault, [...(passedBy.get(fault) ?? []), hub]);
    const others = [...passedBy]
      .map(([fault, by]) => ({ hub: chance.one(by), fault }))
      .filter(({ hub, fault }) => !always.some(([name, one]) => name === hub.name && one === fault));
    const all = [...first, ...chance.shuffled(others)];
    for (const [i, { hub, fault }] of all.entries()) {
      if (!isLong() && performance.now() > until) break;
      if (isLong() && i % 20 === 0) process.stderr.write(`${i} of ${all.length} steps\n`);
      // The same statement serves intake, dispatch and reading: which of its times it is, is chance.
      const at = `${fault}:${chance.between(1, 4)}`;
      // The other one is whole meanwhile.
      if (broken && broken !== hub) await again(broken);
      broken = hub;
      await again(hub, at);
      if (await brokeDown(hub)) reached.push(`${hub.name} ${at}`);
      else missed.push(`${hub.name} ${at}`);
    }
    if (broken) await again(broken);
    const verdict = await world.verdict();
    expect({ verdict, reached }).toEqual({ verdict: [], reached });
    // Some steps are only passed at times, such as what the sweeper does.
    expect(reached.length).toBeGreaterThan(missed.length);
  },
  PATIENCE_MS * (isLong() ? 8 : 1),
);

/** The steps that a hub has passed which was started with the fault `list`: `<moment>:<statement>`, each once. */
const stepsPassed = (hub: HubProcess): string[] => hub.linesWith('fault-point ');

/** What must be among the steps that were found, so that a test which finds none does not pass. */
const theWay = [
  'before:intake.insert-records',
  'commit:intake.insert-records',
  'committed:intake.insert-records',
  'before:dispatch.lock-if-free',
  'committed:dispatch.still-free',
  'before:dispatch.claim-records',
  'before:transfers.insert',
  'committed:transfers.insert',
  'before:inbox.collect',
  'committed:inbox.collect',
  'before:inbox.answer',
  'committed:inbox.answer',
];

/** Where a promise hangs on one step; the others are chance's to choose, where there is no time for all. */
const always = [
  ['a', 'kill:commit:dispatch.still-free'],
  ['a', 'lose:commit:dispatch.still-free'],
  ['a', 'kill:commit:inbox.collect'],
  ['b', 'kill:commit:intake.insert-records'],
  ['b', 'lose:commit:intake.insert-records'],
  ['b', 'kill:commit:transfers.insert'],
] as const;

/** `after` a statement is `before` the next, or before the commit: it adds nothing. */
function faultsAt(step: string): string[] {
  const [moment] = step.split(':');
  if (moment === 'after') return [];
  return [`kill:${step}`, ...(moment === 'commit' ? [`lose:${step}`] : [])];
}

/** Both ways of reading and acknowledging. */
function bothWays(world: World): void {
  world.traffic();
  for (const recipient of [agencies.ot, agencies.otherOt])
    world.reader(recipient, { how: 'open', limit: 7 }).start();
}

async function again(hub: HubProcess, fault?: string): Promise<void> {
  await hub.kill();
  await hub.start(fault);
}

/** A lost answer ends no process: then the time that it needs is all there is to wait for. */
async function brokeDown(hub: HubProcess): Promise<boolean> {
  if (hub.fault.startsWith('lose')) return sleep(1500).then(() => true);
  return Promise.race([hub.ended().then(() => true), sleep(5000).then(() => false)]);
}
