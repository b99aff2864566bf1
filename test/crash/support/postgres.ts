import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { startEmbedded, type Embedded } from '../../../src/database/embedded.js';
import { migrate } from '../../../src/database/migrate.js';
import { waitForExit } from '../../../src/database/processes.js';
import { APP_ROLE, closeDatabase, prepareRoles, type Logins } from '../../../src/database/roles.js';
import { asAdmin, createDatabase, elsewhere, type TestDatabase } from '../../support/database.js';
import { giveIssuerKey } from '../../support/keys.js';
import { reachableTempFolder, TEMPLATE } from '../../support/postgres.js';
import { Proxy } from './proxy.js';

/** No fsync: no power is cut here. But commits are waited for: an immediate shutdown loses what only the server's memory has. */
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' };

/** Where a world gets its database. */
export interface Databases {
  /** A folder for notes and data. */
  readonly folder: string;
  /** The key files of every hub on this server. */
  readonly keys: string;
  /** A migrated database; its address for the application's login. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Databases on the test run's server, for tests that leave the server alone: a second one takes 5 s of CPU to make. */
export function databasesOfRun(): Databases {
  const folder = reachableTempFolder('crash');
  const made: TestDatabase[] = [];
  giveIssuerKey(join(folder, 'keys'));
  return {
    folder,
    keys: join(folder, 'keys'),
    createDatabase: async () => {
      const database = await createDatabase();
      made.push(database);
      return database.appUrl;
    },
    stop: async () => {
      for (const database of made) await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A PostgreSQL of these tests' own, which they stop and start. Hubs reach it through a proxy, so that its address stays the same
 * and the way there can be broken too.
 */
export class CrashPostgres implements Databases {
  private constructor(
    readonly folder: string,
    readonly proxy: Proxy,
    private embedded: Embedded,
    private readonly logins: Logins,
  ) {}

  static async start(): Promise<CrashPostgres> {
    const folder = reachableTempFolder('crash');
    giveIssuerKey(join(folder, 'keys'));
    const embedded = await startEmbedded(folder, { settings });
    const logins = await prepareRoles(embedded.superUrl, join(folder, 'keys'), TEMPLATE);
    await migrate(logins.ownerUrl, APP_ROLE);
    const proxy = await Proxy.start(portOf(embedded.superUrl));
    return new CrashPostgres(folder, proxy, embedded, logins);
  }

  get keys(): string {
    return join(this.folder, 'keys');
  }

  /** Its address leads through the proxy. */
  async createDatabase(): Promise<string> {
    const name = `crash_${randomBytes(6).toString('hex')}`;
    await asAdmin(this.embedded.superUrl, (admin) =>
      admin.query(`create database ${name} template ${TEMPLATE} owner stafett_owner strategy file_copy`),
    );
    const at = (url: string, port: number): string => {
      const here = new URL(elsewhere(url, name));
      here.port = String(port);
      return here.href;
    };
    await asAdmin(at(this.logins.ownerUrl, portOf(this.embedded.superUrl)), (owner) =>
      closeDatabase(owner, name),
    );
    return at(this.logins.appUrl, this.proxy.port);
  }

  /** Past every hub: for faults that only the server can make, such as locks that somebody holds. Not for what a test asserts. */
  superUrl(databaseUrl: string): string {
    return elsewhere(this.embedded.superUrl, new URL(databaseUrl).pathname.slice(1));
  }

  /** `fast`: open transactions are rolled back, then a checkpoint. `immediate`: as after a crash, with recovery at the start. */
  async stopServer(how: 'fast' | 'immediate'): Promise<void> {
    if (how === 'immediate') {
      const pid = this.pid();
      process.kill(pid, 'SIGQUIT');
      if (!(await waitForExit(pid, 20_000))) throw new Error(`PostgreSQL ${pid} does not stop`);
    }
    await this.embedded.stop();
  }

  async startServer(): Promise<void> {
    this.embedded = await startEmbedded(this.folder, { settings });
    this.proxy.pointTo(portOf(this.embedded.superUrl));
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.embedded.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pid(): number {
    const file = join(this.folder, 'postgres/cluster/data/postmaster.pid');
    return Number(readFileSync(file, 'utf8').split('\n')[0]);
  }
}

const portOf = (url: string): number => Number(new URL(url).port);
