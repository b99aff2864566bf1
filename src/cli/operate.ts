import { readFileSync } from 'node:fs';
import { AuditService } from '../audit/audit.service.js';
import { systemClock } from '../common/clock.js';
import type { Config } from '../config/config.schema.js';
import { openApp } from '../database/data-source.js';
import { migrate, type Migrated } from '../database/migrate.js';
import { prepareDatabase } from '../database/roles.js';
import { withTx } from '../database/tx.js';
import { recordTo } from '../directory/directory.audit.js';
import type { Changes } from '../directory/directory.changes.js';
import { DirectoryFileError, parseDirectory } from '../directory/directory.file.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Rechecks } from '../queue/recheck.js';
import { loadKeyring } from '../vault/keyring.js';
import { VaultService } from '../vault/vault.service.js';
import { CommandError } from './command-error.js';

/** Migrates the database of the settings. @throws ConfigError, CommandError where there is no login that may */
export async function migrateDatabase(config: Config): Promise<Migrated> {
  const database = await prepareDatabase(config);
  try {
    if (!database.ownerUrl)
      throw new CommandError(
        'Nobody who may migrate: set DATABASE_OWNER_URL to the login that owns the schema.',
      );
    return await migrate(database.ownerUrl, database.appRole);
  } finally {
    await database.stop();
  }
}

/** Makes the directory what a file says. The running hubs see it within a second. */
export async function loadDirectoryFile(config: Config, path: string): Promise<Changes> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CommandError(
      `${path} cannot be read. Give a directory file; docs/directory.md says what stands in it.`,
    );
  }
  const file = readDirectory(text, path);
  const database = await prepareDatabase(config);
  try {
    const db = await openApp(database.appUrl, config.database);
    try {
      const vault = new VaultService(loadKeyring(config), db);
      await vault.onApplicationBootstrap();
      const audit = new AuditService(vault, systemClock);
      // Nobody here answers a bell; the sweeper of a hub finds what the load leaves behind.
      const rechecks = new Rechecks({ ring: () => undefined }, systemClock);
      const directory = new DirectoryService(db, config, systemClock, rechecks);
      return await withTx(db, (tx) => directory.load(tx, file, recordTo(audit)));
    } finally {
      await db.destroy();
    }
  } finally {
    await database.stop();
  }
}

function readDirectory(text: string, path: string): ReturnType<typeof parseDirectory> {
  try {
    return parseDirectory(text);
  } catch (error) {
    if (error instanceof DirectoryFileError)
      throw new CommandError(`${path} cannot be used: ${error.message.replaceAll('\n', '; ')}`);
    throw error;
  }
}
