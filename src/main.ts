import { wrongClock } from './common/clock.js';
import { ConfigError, loadConfig } from './config/load.js';
import { armFault } from './database/fault-point.js';
import { migrate } from './database/migrate.js';
import { prepareDatabase } from './database/roles.js';
import { startHub, type Hub } from './hub.js';
import { faultFields, Log } from './telemetry/log.js';

/** Starts the hub as the settings ask: database, migrations, directory, roles. Ends on SIGTERM or SIGINT, the database last. */
async function main(): Promise<void> {
  // Signals count from the first moment, so that a Ctrl-C during the start leaves no database behind.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const config = loadConfig();
  armFault(config.development.faultAt);
  const database = await prepareDatabase(config);
  let hub: Hub | undefined;
  try {
    if (database.ownerUrl) await migrate(database.ownerUrl, database.appRole);
    const { clockOffsetSeconds } = config.development;
    hub = await startHub(config, {
      appUrl: database.appUrl,
      ...(clockOffsetSeconds !== 0 && { clock: wrongClock(clockOffsetSeconds) }),
    });
    const log = hub.app.get(Log, { strict: false });
    log.info('listening', { port: hub.port, role: config.process.roles.join(',') });
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

try {
  await main();
  process.exit(0);
} catch (error) {
  const text =
    error instanceof ConfigError
      ? error.message
      : `The hub cannot start: ${error instanceof Error ? error.stack : 'unknown fault'}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
