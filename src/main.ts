import { wrongClock } from './common/clock.js';
import { giveBackMemory } from './common/memory.js';
import { ConfigError, loadConfig } from './config/load.js';
import { armFault } from './database/fault-point.js';
import { sqlState, whyUnavailable } from './database/failures.js';
import { migrate } from './database/migrate.js';
import { prepareDatabase } from './database/roles.js';
import type { Hub } from './hub.js';

/** Starts the hub as the settings ask: database, migrations, directory, roles. Ends on SIGTERM or SIGINT, the database last. */
async function main(): Promise<void> {
  // Signals count from the first moment, so that a Ctrl-C during the start leaves no database behind.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const config = loadConfig();
  const { faultAt, clockOffsetSeconds } = config.development;
  armFault(faultAt);
  // Half of a start is reading the hub's modules (2 s of 4), and PostgreSQL can come up meanwhile.
  const code = Promise.all([import('./hub.js'), import('./telemetry/log.js')]);
  code.catch(() => undefined);
  const database = await prepareDatabase(config);
  let hub: Hub | undefined;
  try {
    const [{ startHub }, { faultFields, Log }] = await code;
    if (database.ownerUrl) await migrate(database.ownerUrl, database.appRole);
    hub = await startHub(config, {
      appUrl: database.appUrl,
      ...(clockOffsetSeconds !== 0 && { clock: wrongClock(clockOffsetSeconds) }),
    });
    await giveBackMemory();
    const log = hub.app.get(Log, { strict: false });
    log.info('listening', { port: hub.port, role: config.process.roles.join(',') });
    database.keepUp((news) =>
      news.server === 'failed'
        ? log.error('database-failed', { reason: news.why })
        : log.warn(`database-${news.server}`),
    );
    for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(fault, (error) => {
        log.error('fault', faultFields(error));
        process.exit(1);
      });
    }
    await stopped;
    log.info('stopping');
  } finally {
    await hub?.stop();
    await database.stop();
  }
}

/** SQLSTATE of a table or schema that is not there, or that a login may not use. */
function whichRights(state: string | undefined): string | undefined {
  if (state === '42P01' || state === '3F000')
    return 'the database has no tables yet. Give DATABASE_OWNER_URL, or make them first: stafett migrate';
  if (state === '42501')
    return 'the login of DATABASE_URL or DATABASE_OWNER_URL lacks rights. Who migrates owns the database or may create in it, and gives the other its rights by it';
  return undefined;
}

/** One line where the operator can do something about it; else where it happened, for whoever mends it. */
function whyNot(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const why = whyUnavailable(error);
  if (why !== undefined)
    return `The hub cannot start: PostgreSQL cannot be used now (${why}). Start it again once it can.`;
  const rights = whichRights(sqlState(error));
  if (rights !== undefined) return `The hub cannot start: ${rights} (${(error as Error).message}).`;
  return `The hub cannot start: ${error instanceof Error ? error.stack : 'unknown fault'}`;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${whyNot(error)}\n`);
  process.exit(1);
}
