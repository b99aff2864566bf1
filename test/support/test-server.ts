import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../src/database/migrate.js';
import { APP_ROLE, prepareRoles } from '../../src/database/roles.js';
import { startEmbedded } from '../../src/database/embedded.js';
import { asAdmin } from './database.js';
import { makeIssuerKey } from './keys.js';
import { reachableTempFolder, quick, removeLeftovers, TEMPLATE } from './postgres.js';

/**
 * The test run's server, as a process of its own: `start <pid of the run>` leaves it running and prints its addresses as
 * JSON, `stop <folder>` ends it, `sweep` ends those of runs that were killed. Jest compiles a globalSetup to CommonJS, which the sources are not.
 */
export interface TestServer {
  readonly folder: string;
  readonly superUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
}

async function start(runner: number): Promise<TestServer> {
  await removeLeftovers();
  const folder = reachableTempFolder('server', runner);
  const { superUrl } = await startEmbedded(folder, { settings: quick });
  const logins = await prepareRoles(superUrl, join(folder, 'keys'), TEMPLATE);
  await migrate(logins.ownerUrl, APP_ROLE);
  await makeIssuerKey(folder);
  // Nobody may be connected to a template while it is cloned: so nobody can be.
  await asAdmin(superUrl, (admin) =>
    admin.query(`alter database ${TEMPLATE} with is_template true allow_connections false`),
  );
  return { folder, superUrl, ...logins };
}

async function stop(folder: string): Promise<void> {
  await (await startEmbedded(folder)).stop();
  rmSync(folder, { recursive: true, force: true });
}

const [command, argument = ''] = process.argv.slice(2);
if (command === 'start') process.stdout.write(JSON.stringify(await start(Number(argument))));
else if (command === 'stop') await stop(argument);
else await removeLeftovers();
