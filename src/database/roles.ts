import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Config } from '../config/config.schema.js';
import { ConfigError } from '../config/load.js';
import { session } from './client.js';
import { limits } from './data-source.js';
import { keptText, startEmbedded } from './embedded.js';
import { toProblem } from './failures.js';
import type { ServerNews } from './server-guard.js';
import { lockSession } from './session-lock.js';

export const OWNER_ROLE = 'stafett_owner';
export const APP_ROLE = 'stafett_app';

/** Those of the pool (data-source.ts), for whoever else uses the login. */
const ownLimits = {
  statement_timeout: '30s',
  lock_timeout: `${limits.lockMs}ms`,
  idle_in_transaction_session_timeout: `${limits.idleInTransactionMs}ms`,
};

export interface Logins {
  readonly ownerUrl: string;
  readonly appUrl: string;
}

/**
 * Makes the two roles and the database where they are missing: `stafett_owner` owns the database and migrates,
 * `stafett_app` serves and owns nothing. Their passwords are random and lie in the folder of the keys. Again, and from two
 * hubs at once, it comes to the same.
 * @param superUrl a login that may create roles and databases
 */
export async function prepareRoles(
  superUrl: string,
  secretFolder: string,
  database = 'stafett',
): Promise<Logins> {
  mkdirSync(secretFolder, { recursive: true, mode: 0o700 });
  const password = (role: string): string =>
    keptText(join(secretFolder, `${role}.password`), () => randomBytes(24).toString('base64url'));
  const urls = {
    ownerUrl: withLogin(superUrl, OWNER_ROLE, password(OWNER_ROLE), database),
    appUrl: withLogin(superUrl, APP_ROLE, password(APP_ROLE), database),
  };
  await connected(superUrl, 'database.url', async (admin) => {
    await lockSession(admin, 'roles');
    for (const role of [OWNER_ROLE, APP_ROLE]) await prepareRole(admin, role, password(role));
    for (const [name, value] of Object.entries(ownLimits))
      await admin.query(`alter role ${APP_ROLE} set ${name} = '${value}'`);
    if (await prepareOwnDatabase(admin, database))
      await connected(urls.ownerUrl, 'database.url', (owner) => closeDatabase(owner, database));
  });
  return urls;
}

async function prepareRole(admin: Client, role: string, password: string): Promise<void> {
  const { rows } = await admin.query('select from pg_roles where rolname = $1', [role]);
  if (rows.length === 0) await admin.query(`create role ${role} login`);
  await admin.query(`alter role ${role} login password ${admin.escapeLiteral(password)}`);
  const { rows: strong } = await admin.query(
    'select from pg_roles where rolname = $1 and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)',
    [role],
  );
  if (strong.length > 0)
    throw new ConfigError(
      `database.url: the role ${role} exists there with more rights than a login. Drop it, or give DATABASE_URL and DATABASE_OWNER_URL.`,
    );
}

/** @returns whether the database is the owner role's: one that was there before keeps its owner, who lends the right to make schemas. */
async function prepareOwnDatabase(admin: Client, database: string): Promise<boolean> {
  const name = admin.escapeIdentifier(database);
  const ownerOf = async (): Promise<string | undefined> => {
    const { rows } = await admin.query<{ owner: string }>(
      'select pg_get_userbyid(datdba) as owner from pg_database where datname = $1',
      [database],
    );
    return rows[0]?.owner;
  };
  if ((await ownerOf()) === undefined) {
    // Who is no superuser may give a database only to a role that it belongs to.
    await admin.query(`grant ${OWNER_ROLE} to current_user`);
    await admin.query(`create database ${name} owner ${OWNER_ROLE} template template0 encoding 'UTF8'`);
    await admin.query(`revoke ${OWNER_ROLE} from current_user`);
  }
  if ((await ownerOf()) === OWNER_ROLE) return true;
  await admin.query(`grant connect, create on database ${name} to ${OWNER_ROLE}`);
  await admin.query(`grant connect on database ${name} to ${APP_ROLE}`);
  return false;
}

/**
 * Nobody but the two roles may connect, nobody makes temporary tables, and the schema public is closed. Run by the
 * database's owner, on that database. The first two are not part of a template: a cloned database needs them again.
 */
export async function closeDatabase(owner: Client, database: string): Promise<void> {
  const name = owner.escapeIdentifier(database);
  // At once, as one transaction: hubs that serve connect meanwhile, and a start that is killed in between would leave them without the right.
  await owner.query(`revoke all on database ${name} from public, ${APP_ROLE};
    grant connect on database ${name} to ${APP_ROLE};
    revoke all on schema public from public`);
}

/** The same server, with another login and database. */
export function withLogin(url: string, user: string, password: string, database: string): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(user);
  changed.password = encodeURIComponent(password);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

/**
 * Production serves from a server that keeps what it has committed, with a login that can neither change the schema nor switch off its triggers.
 * @throws ConfigError that names DATABASE_URL
 */
export async function checkProductionDatabase(url: string): Promise<void> {
  const found = await connected(url, 'database.url', async (client) => {
    const { rows } = await client.query<{
      login: string;
      superuser: boolean;
      owner: boolean;
      fsync: string;
    }>(`
      select current_user as login, r.rolsuper as superuser, current_setting('fsync') as fsync,
        exists (select from pg_namespace n where n.nspname = 'stafett' and pg_has_role(current_user, n.nspowner, 'member'))
        or exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'stafett' and pg_has_role(current_user, c.relowner, 'member')) as owner
      from pg_roles r where r.rolname = current_user`);
    return rows[0];
  });
  const refuse = (what: string): never => {
    throw new ConfigError(
      `database.url: the login "${found?.login}" from DATABASE_URL ${what}, and NODE_ENV is production. Allowed: a login that owns nothing; give the owner's in DATABASE_OWNER_URL.`,
    );
  };
  if (!found || found.superuser) refuse('is a superuser');
  if (found?.owner) refuse('owns the schema stafett');
  if (found?.fsync !== 'on') {
    throw new ConfigError(
      'database.url: the server of DATABASE_URL has fsync = off and may lose what it has committed, and NODE_ENV is production. Allowed: fsync = on.',
    );
  }
}

export interface Prepared {
  readonly appUrl: string;
  /** The login that migrates; undefined where the hub has none and someone else migrates. */
  readonly ownerUrl: string | undefined;
  /** The role of appUrl, which the migration grants its rights to. */
  readonly appRole: string;
  /** Looks after the embedded database; does nothing for a given server. */
  keepUp(told: (news: ServerNews) => void): void;
  /** Leaves the embedded database; does nothing for a given server. Last of all, when every pool is closed. */
  stop(): Promise<void>;
}

/** Finds or makes the database that the settings ask for, and its two logins (contract.md, "Running it"). */
export async function prepareDatabase(config: Config): Promise<Prepared> {
  const { url, ownerUrl } = config.database;
  const keys = config.process.keys;
  if (!url) {
    // Else an operator who forgot the first of the two would serve from an empty database of this machine.
    if (ownerUrl)
      throw new ConfigError(
        'database.url: empty, although database.ownerUrl is given (DATABASE_OWNER_URL). Allowed: both, or neither for the embedded database.',
      );
    const embedded = await startEmbedded(config.process.data);
    try {
      return {
        ...(await prepareRoles(embedded.superUrl, keys)),
        appRole: APP_ROLE,
        keepUp: (told) => embedded.keepUp(told),
        stop: () => embedded.stop(),
      };
    } catch (error) {
      await embedded.stop();
      throw error;
    }
  }
  const given = { keepUp: () => undefined, stop: () => Promise.resolve() };
  const login = await connected(url, 'database.url', loginOf);
  if (config.environment === 'production') {
    await checkProductionDatabase(url);
    if (ownerUrl && (await connected(ownerUrl, 'database.ownerUrl', loginOf)).role === login.role) {
      throw new ConfigError(
        'database.ownerUrl: DATABASE_OWNER_URL is the login of DATABASE_URL, and NODE_ENV is production. Allowed: another login, which owns the schema.',
      );
    }
  } else if (!ownerUrl && login.makesRoles) {
    const own = ['postgres', 'template1'].includes(login.database) ? 'stafett' : login.database;
    return { ...(await prepareRoles(url, keys, own)), appRole: APP_ROLE, ...given };
  }
  return { appUrl: url, ownerUrl: ownerUrl || undefined, appRole: login.role, ...given };
}

async function loginOf(client: Client): Promise<{ role: string; database: string; makesRoles: boolean }> {
  const { rows } = await client.query<{ role: string; database: string; makes: boolean }>(
    'select current_user as role, current_database() as database, rolsuper or rolcreaterole as makes from pg_roles where rolname = current_user',
  );
  return {
    role: rows[0]?.role ?? '',
    database: rows[0]?.database ?? '',
    makesRoles: rows[0]?.makes ?? false,
  };
}

/** Runs `work` on a connection of its own. A server that cannot be reached or a refused login becomes one clear line. @throws ConfigError, Problem unavailable */
async function connected<T>(url: string, key: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'stafett-start',
    options: session,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    // Refused on every address of a host, the error has no text but a code.
    const { message, code } = error as NodeJS.ErrnoException;
    const why = message || code;
    throw new ConfigError(
      `${key}: no connection to ${hostname}:${port || '5432'}${pathname} (${why}). Allowed: the address of a running PostgreSQL and a login that it accepts.`,
    );
  }
  try {
    const { rows } = await client.query<{ options: string | null }>(
      `select current_setting('stafett.options', true) as options`,
    );
    if (rows[0]?.options !== 'yes') {
      throw new ConfigError(
        `${key}: what stands between the hub and PostgreSQL keeps the connection's options to itself. Allowed: PostgreSQL itself, or a pooler that passes them on and keeps sessions apart.`,
      );
    }
    return await work(client);
  } catch (error) {
    throw error instanceof ConfigError ? error : toProblem(error);
  } finally {
    await client.end();
  }
}
