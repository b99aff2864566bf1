import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import type { Config } from '../config/config.schema.js';
import { GuardedClient, session, watched } from './client.js';

/** The one schema of the hub's own tables. */
export const SCHEMA = 'stafett';

type PoolSettings = Pick<Config['database'], 'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs'>;

/** What both logins share: nothing is made or changed but by migrations, and TypeORM logs nothing (values may be personal). */
const common = {
  type: 'postgres',
  schema: SCHEMA,
  synchronize: false,
  installExtensions: false,
  logging: false,
} as const;

/**
 * Whatever a statement of the hub forgets, its login does not: no wait or idle transaction lasts for ever. A process that stands still in a
 * transaction loses it, and its locks, before those who wait for them give up: with 60 s instead of 5, one that was stopped kept all others from
 * dispatching for as long, and their senders got 503.
 */
export const limits = { lockMs: 10_000, idleInTransactionMs: 5000 };

/**
 * Neither limit counts while a server waits for a process that does not read its answer; then this one does, by the system's network: 36 s later
 * a session with 20 MB on their way still had its locks. The system asks ever more seldom, and so notices after 6 s, 13 s or 25 s, whichever comes
 * next. Linux alone knows it.
 */
const unread = process.platform === 'linux' ? ' -c tcp_user_timeout=6000' : '';

/**
 * Hot statements join at most some hundred given rows to tables by their indexes. A plan that was made while a table was small
 * (a scan of it, with the given rows walked for each of its own) is kept by the connection while the table grows a
 * thousandfold; so plans that scan or hash a table where an index would do are not made at all. There is then one plan that is
 * right for any values, made once: weighing it against new ones for each length of the arrays planned every call anew (a fifth of
 * what PostgreSQL did for single records). jit would compile what runs for a millisecond, and parallel
 * workers would be started for it (a bundle of the log: 7 ms instead of 1, on both cores).
 */
const indexedPlans = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'plan_cache_mode=force_generic_plan',
  'jit=off',
  'max_parallel_workers_per_gather=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** The application's pool. */
export function appOptions(url: string, settings: PoolSettings): DataSourceOptions {
  return {
    ...common,
    url,
    applicationName: 'stafett',
    poolSize: settings.poolSize,
    connectTimeoutMS: settings.connectTimeoutMs,
    // An idle connection that breaks is dropped by the pool, and the next statement opens another. Without a handler
    // the process would end; nothing is lost that a statement's own error does not tell.
    poolErrorHandler: () => undefined,
    extra: {
      Client: GuardedClient,
      pipeline: true,
      options: `${session} ${indexedPlans}${unread}`,
      statement_timeout: settings.statementTimeoutMs,
      // The server may be gone without a word (a cut cable): the client stops waiting a little after the server would have.
      query_timeout: settings.statementTimeoutMs + 5000,
      // Here too, for a login that the hub did not make.
      lock_timeout: limits.lockMs,
      idle_in_transaction_session_timeout: limits.idleInTransactionMs,
      ...watched,
      // A new one must sign in and plan every statement again (50 ms and more), and after ten seconds, the client's own choice, most would be.
      idleTimeoutMillis: 300_000,
    },
  };
}

/** The owner's connection, for migrations. */
export function ownerOptions(url: string): DataSourceOptions {
  return {
    ...common,
    url,
    applicationName: 'stafett-migrate',
    poolSize: 1,
    migrations: [...migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    // A migration that waits for a lock makes every later statement on that table wait behind it: better to give up.
    extra: { Client: GuardedClient, options: session, lock_timeout: 15_000 },
  };
}

/** An open connection pool for the application's login, outside Nest (command line, tests). The caller destroys it. */
export const openApp = (url: string, settings: PoolSettings): Promise<DataSource> =>
  new DataSource(appOptions(url, settings)).initialize();
