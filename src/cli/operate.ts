import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { OpeningsService } from '../audit/opening/openings.service.js';
import { logKeyOf } from '../audit/seal/log-key.js';
import { logTrustOf } from '../audit/cosign/log-trust.js';
import { LogService } from '../audit/serve/log.service.js';
import type { VerifierKey } from '../audit/verify/note.js';
import { SourceError } from '../audit/verify/source.js';
import { systemClock } from '../common/clock.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { appOptions, openApp } from '../database/data-source.js';
import { migrate, type Migrated } from '../database/migrate.js';
import { prepareDatabase, type Prepared } from '../database/roles.js';
import { withTx } from '../database/tx.js';
import { recordTo } from '../directory/directory.audit.js';
import type { Changes } from '../directory/directory.changes.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Rechecks } from '../queue/recheck.js';
import { loadKeyring } from '../vault/keyring.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService } from '../vault/youths.service.js';
import { CommandError } from './command-error.js';
import { readDirectory } from './settings.js';

/** Migrates the database of the settings. @throws ConfigError, CommandError where there is no login that may */
export function migrateDatabase(config: Config): Promise<Migrated> {
  return withDatabase(config, ({ ownerUrl, appRole }) => {
    if (ownerUrl) return migrate(ownerUrl, appRole);
    throw new CommandError(
      'Nobody here may migrate: set DATABASE_OWNER_URL to the login that owns the schema (and DATABASE_URL to the application’s).',
    );
  });
}

/** Makes the directory what a file says. Hubs that run see it within a second. @throws ConfigError, CommandError */
export async function loadDirectoryFile(config: Config, path: string): Promise<Changes> {
  const file = readDirectory(path);
  return withDatabase(config, async ({ appUrl }) => {
    const db = await new DataSource({
      ...appOptions(appUrl, config.database),
      entities: rows(),
    }).initialize();
    try {
      const vault = new VaultService(loadKeyring(config), db);
      await vault.onApplicationBootstrap();
      const audit = new AuditService(vault, systemClock);
      // Nobody here answers a bell; the sweeper of a hub finds what the load leaves behind.
      const rechecks = new Rechecks({ ring: () => undefined }, systemClock);
      const directory = new DirectoryService(db, config, systemClock, rechecks);
      return await withTx(db, (tx) => directory.load(tx, file, recordTo(audit)));
    } catch (error) {
      if (isWithoutTables(error))
        throw new CommandError('The database has no tables yet. Make them first: stafett migrate');
      throw error;
    } finally {
      await db.destroy();
    }
  });
}

export interface LogTools {
  readonly db: DataSource;
  readonly log: LogService;
  readonly key: VerifierKey;
  readonly witnesses: readonly VerifierKey[];
  readonly openings: OpeningsService;
}

/** Runs `work` on the log in the database of the settings. @throws ConfigError, CommandError where nothing is sealed yet */
export async function withLog<T>(config: Config, work: (tools: LogTools) => Promise<T>): Promise<T> {
  return withDatabase(config, async ({ appUrl }) => {
    const db = await openApp(appUrl, config.database);
    try {
      const vault = new VaultService(loadKeyring(config), db);
      await vault.onApplicationBootstrap();
      const openings = new OpeningsService(vault, new YouthsService(vault, systemClock));
      const key = logKeyOf(config, vault);
      const trust = logTrustOf(config, key);
      const witnesses = trust.witnesses.map((witness) => witness.key);
      return await work({ db, log: new LogService(db, trust), key, witnesses, openings });
    } catch (error) {
      if (isWithoutTables(error))
        throw new CommandError('The database has no tables yet. Make them first: stafett migrate');
      if (error instanceof SourceError || (error instanceof Problem && error.code === 'not-found'))
        throw new CommandError('Nothing is sealed yet. Start a hub with the role scheduler, and ask again.');
      throw error;
    } finally {
      await db.destroy();
    }
  });
}

async function withDatabase<T>(config: Config, work: (database: Prepared) => Promise<T>): Promise<T> {
  const database = await prepareDatabase(config);
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}

/** The rows of every area that is loaded by now. Inside the hub each area's module names its own; here nothing else may know them. */
const rows = (): (string | NewableFunction)[] =>
  getMetadataArgsStorage().tables.map(({ target }) => target as string | NewableFunction);

/** SQLSTATE 42P01 and 3F000: no such table, no such schema. */
const isWithoutTables = (error: unknown): boolean =>
  ['42P01', '3F000'].includes(String((error as { readonly code?: unknown }).code));
