import { CrashPostgres } from './postgres.js';
import { buildHub } from './processes.js';
import { loadSeconds, seedOfRun } from './random.js';
import { World, type HubWish } from './world.js';

/** Minutes: beside other tests on two cores a hub's start has taken 20 s instead of 2. */
export const PATIENCE_MS = 240_000 + loadSeconds() * 20_000;

export interface Suite {
  readonly seed: number;
  readonly postgres: CrashPostgres;
  /**
   * Hubs that run, for one test after another: the clients of each add to what the checker knows. What a test leaves broken,
   * the next one does not get.
   */
  shared(wishes: readonly HubWish[]): Promise<World>;
  /** Hubs for one test. */
  own(wishes: readonly HubWish[]): Promise<World>;
}

/** To be called once in a test file. Prints the seed, which STAFETT_CRASH_SEED repeats. */
export function crashSuite(): Suite {
  const seed = seedOfRun();
  let postgres: CrashPostgres | undefined;
  let common: World | undefined;
  let single: World | undefined;
  const server = (): CrashPostgres => {
    if (!postgres) throw new Error('PostgreSQL runs only while tests do');
    return postgres;
  };

  beforeAll(async () => {
    console.log(`STAFETT_CRASH_SEED=${seed}`);
    await buildHub();
    postgres = await CrashPostgres.start();
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
    await postgres?.stop();
  }, PATIENCE_MS);

  return {
    seed,
    get postgres() {
      return server();
    },
    shared: async (wishes) => (common ??= await World.start(server(), seed, wishes)),
    own: async (wishes) => (single = await World.start(server(), seed, wishes)),
  };
}
