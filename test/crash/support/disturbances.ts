import { setTimeout as sleep } from 'node:timers/promises';
import { asAdmin } from '../../support/database.js';
import type { CrashPostgres } from './postgres.js';
import { isLong, type Chance } from './random.js';
import type { World } from './world.js';

export interface Scene {
  readonly world: World;
  readonly databases: CrashPostgres;
  readonly chance: Chance;
}

/** What happens and is over in a moment. @returns how many it hit */
export type Disturbance = (scene: Scene) => Promise<number>;

export const pauseOne: Disturbance = async ({ world, chance }) => {
  const hub = chance.one(world.hubs);
  hub.signal('SIGSTOP');
  // Longer than the server lets a transaction stand still, now and then.
  await sleep(chance.between(500, isLong() ? 15_000 : 3000));
  hub.signal('SIGCONT');
  return 1;
};

/** Its clients find nobody there meanwhile. */
export const killOne: Disturbance = async ({ world, chance }) => {
  const hub = chance.one(world.hubs);
  await hub.kill();
  await sleep(chance.between(0, 1500));
  await hub.start();
  return 1;
};

export const ofSessions: Readonly<Record<string, Disturbance>> = {
  'sessions of PostgreSQL are ended by its administrator': (scene) =>
    toSessions(scene, 20, `pg_terminate_backend(pid)`),
  // A statement takes a millisecond: most are over before they are hit.
  'statements are cancelled by its administrator': (scene) =>
    toSessions(scene, 500, `pg_cancel_backend(pid)`),
  'some sessions of PostgreSQL stand still and go on': async (scene) => {
    const { chance } = scene;
    const still = (await sessions(scene)).filter(() => chance.next() < 0.7);
    try {
      for (const pid of still) process.kill(pid, 'SIGSTOP');
      // Longer than dispatch looks back for a group that is late.
      await sleep(chance.between(2200, 3500));
    } finally {
      for (const pid of still) process.kill(pid, 'SIGCONT');
    }
    return still.length;
  },
  'a session of PostgreSQL breaks down, and the server ends all others': async (scene) => {
    const pids = await sessions(scene);
    if (pids.length > 0) process.kill(scene.chance.one(pids), 'SIGKILL');
    // The server notices a moment later.
    await sleep(500);
    await recovered(scene);
    return pids.length;
  },
};

export const ofServer: Readonly<Record<string, Disturbance>> = {
  'PostgreSQL is restarted': async ({ databases, chance }) => {
    await databases.stopServer(chance.one(['fast', 'immediate']));
    await sleep(chance.between(0, 3000));
    await databases.startServer();
    return 1;
  },
  'connections to PostgreSQL go silent and are cut': async ({ databases: { proxy }, chance }) => {
    proxy.set(chance.one(['frozen', 'deaf']));
    await sleep(chance.between(100, 3000));
    proxy.cut();
    proxy.set('open');
    return 1;
  },
};

/** It replays the log before it takes connections: the more was written since its last checkpoint, the longer. */
async function recovered({ world, databases }: Scene): Promise<void> {
  for (const until = performance.now() + 60_000; ; await sleep(100)) {
    try {
      return await asAdmin(databases.superUrl(world.databaseUrl), () => Promise.resolve());
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

const atWork = `from pg_stat_activity where datname = current_database() and application_name = 'stafett' and state <> 'idle'`;

const sessions = ({ world, databases }: Scene): Promise<number[]> =>
  asAdmin(databases.superUrl(world.databaseUrl), async (admin) =>
    (await admin.query<{ pid: number }>(`select pid ${atWork}`)).rows.map(({ pid }) => pid),
  );

/** So many times, every session that is at work just then. */
const toSessions = ({ world, databases }: Scene, times: number, what: string): Promise<number> =>
  asAdmin(databases.superUrl(world.databaseUrl), async (admin) => {
    let hit = 0;
    for (let time = 0; time < times; time += 1) {
      const { rows } = await admin.query<{ hit: number }>(`select count(${what})::int as hit ${atWork}`);
      hit += rows[0]?.hit ?? 0;
      await sleep(2);
    }
    return hit;
  });
