import { setTimeout as sleep } from 'node:timers/promises';
import { agencies } from '../support/hub.js';
import { CrashPostgres } from './support/postgres.js';
import { buildHub, type HubProcess } from './support/processes.js';
import { Chance, isLong, loadSeconds, seedOfRun } from './support/random.js';
import { stepsPassed } from './support/steps.js';
import { World } from './support/world.js';

/** Minutes: beside other tests on two cores a hub's start has taken 20 s instead of 2. */
const PATIENCE_MS = 240_000 + loadSeconds() * 20_000;

const seed = seedOfRun();
console.log(`STAFETT_CRASH_SEED=${seed}`);

let postgres: CrashPostgres;
let world: World | undefined;

beforeAll(async () => {
  await buildHub();
  postgres = await CrashPostgres.start();
}, PATIENCE_MS);
afterEach(async () => {
  await world?.stop();
  world = undefined;
}, PATIENCE_MS);
afterAll(() => postgres.stop());

it(
  'loses, doubles and turns round nothing when its processes are killed at random moments',
  async () => {
    const chance = new Chance(seed);
    const here = (world = await World.start(postgres, seed, [{ name: 'a' }, { name: 'b' }]));
    here.traffic();
    const until = performance.now() + loadSeconds() * 1000;
    do {
      await sleep(chance.between(200, 1500));
      const victim = chance.one(here.hubs);
      await victim.kill();
      await victim.start();
    } while (performance.now() < until);
    expect(await here.verdict()).toEqual([]);
    expect(here.accepted).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

it(
  'is whole after a kill between any two steps of the way of a record, and after a COMMIT whose answer is lost',
  async () => {
    const chance = new Chance(seed + 1);
    const here = (world = await World.start(postgres, seed, [{ name: 'a' }]));
    const hub = here.hub('a');
    await hub.terminate();
    await hub.start('list');
    const startUp = new Set(stepsPassed(hub));
    runAll(here);
    await sleep(2000 + loadSeconds() * 300);
    const steps = stepsPassed(hub).filter((step) => !startUp.has(step));
    expect(steps).toEqual(expect.arrayContaining(theWay));

    const faults = chance.shuffled(steps.flatMap(faultsAt));
    const until = performance.now() + loadSeconds() * 6000;
    const reached: string[] = [];
    const missed: string[] = [];
    for (const fault of faults) {
      if (!isLong() && performance.now() > until) break;
      // The same statement serves intake, dispatch and reading: which of its times it is, is chance.
      const at = `${fault}:${chance.between(1, 4)}`;
      await hub.kill();
      await hub.start(at);
      (await brokeDown(hub)) ? reached.push(at) : missed.push(at);
    }
    await hub.kill();
    await hub.start();
    const verdict = await here.verdict();
    expect({ verdict, reached }).toEqual({ verdict: [], reached });
    // Some steps are only passed at times, such as what the sweeper does.
    expect(reached.length).toBeGreaterThan(missed.length);
  },
  PATIENCE_MS,
);

/** What must be among the steps that were found, so that a test which finds none does not pass. */
const theWay = [
  'before:intake.insert-records',
  'commit:intake.insert-records',
  'committed:intake.insert-records',
  'before:dispatch.claim-records',
  'before:transfers.insert',
  'committed:transfers.insert',
  'before:inbox.collect',
  'committed:inbox.collect',
  'before:inbox.answer',
  'committed:inbox.answer',
];

/** `after` a statement is `before` the next, or before the commit: it adds nothing. */
function faultsAt(step: string): string[] {
  const [moment] = step.split(':');
  if (moment === 'after') return [];
  return [`kill:${step}`, ...(moment === 'commit' ? [`lose:${step}`] : [])];
}

/** Both ways of reading and acknowledging. */
function runAll(here: World): void {
  here.traffic();
  for (const recipient of [agencies.ot, agencies.otherOt])
    here.reader(recipient, { how: 'open', limit: 7 }).start();
}

/** A lost answer ends no process: then the time that it needs is all there is to wait for. */
async function brokeDown(hub: HubProcess): Promise<boolean> {
  const killed = hub.ended().then(() => true);
  return Promise.race([killed, sleep(hub.fault.startsWith('kill') ? 5000 : 1500).then(() => false)]).then(
    (ended) => ended || hub.fault.startsWith('lose'),
  );
}
