import { databasesOfRun, type Databases } from './postgres.js';
import { buildHub } from './processes.js';
import { loadSeconds, seedOfRun } from './random.js';
import { World, type HubWish } from './world.js';

/** Minutes: beside other tests on two cores a hub's start has taken 20 s instead of 2. */
export const PATIENCE_MS = 240_000 + loadSeconds() * 20_000;

export interface Suite<Server extends Databases> {
  readonly seed: number;
  readonly databases: Server;
  /**
   * Hubs that run, for one test after another: the clients of each add to what the checker knows. What a test leaves broken,
   * the next one does not get.
   */
  shared(wishes: readonly HubWish[]): Promise<World>;
  /** Hubs for one test. */
  own(wishes: readonly HubWish[]): Promise<World>;
}

/**
 * To be called once in a test file. Prints the seed, which STAFETT_CRASH_SEED repeats.
 * @param open where the databases are; a server that is stopped and broken must be the file's own
 */
export function crashSuite(): Suite<Databases>;
export function crashSuite<Server extends Databases>(open: () => Promise<Server>): Suite<Server>;
export function crashSuite(open: () => Databases | Promise<Databases> = databasesOfRun): Suite<Databases> {
  const seed = seedOfRun();
  let databases: Databases | undefined;
  let common: World | undefined;
  let single: World | undefined;
  const server = (): Databases => {
    if (!databases) throw new Error('databases are there only while tests run');
    return databases;
  };

  beforeAll(async () => {
    console.log(`STAFETT_CRASH_SEED=${seed}`);
    await buildHub();
    databases = await open();
  }, PATIENCE_MS);
  afterEach(async () => {
    await single?.stop();
    single = undefined;
    if (!common?.sound) {
      await common?.stop();
      common = undefined;
    }
  }, PATIENCE_MS);
  afterAll(async () => {
    await common?.stop();
    await databases?.stop();
  }, PATIENCE_MS);

  return {
    seed,
    get databases() {
      return server();
    },
    shared: async (wishes) => (common ??= await World.start(server(), seed, wishes)),
    own: async (wishes) => (single = await World.start(server(), seed, wishes)),
  };
}
