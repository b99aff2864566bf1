import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Problem } from '../common/problems.js';
import { faultPoint, Passage, type Losable } from './fault-point.js';

/** A statement with a name: the server plans it once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const names = new Set<string>();

/** Declares a named statement. A name stands for one text; two texts under one name end the start. */
export function statement(name: string, text: string): Statement {
  if (names.has(name)) throw new Error(`statement ${name} is declared twice`);
  names.add(name);
  return { name, text };
}

/** An open transaction. Every write takes one as its first argument; there is no other way to write. */
export interface Tx {
  /** Runs a statement on the transaction's own connection and gives its rows. */
  query<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** TypeORM's manager in this transaction, for the areas whose traffic is low. */
  readonly manager: EntityManager;
  /** Runs after the commit, and only then: wake-ups and doorbells. A failure there is not the caller's. */
  afterCommit(work: () => void): void;
}

interface PgClient extends Losable {
  query(config: { name: string; text: string; values: readonly unknown[] }): Promise<{ rows: object[] }>;
}

const serialization = new Set(['40001', '40P01']);
const ATTEMPTS = 5;

/**
 * Runs `work` in one READ COMMITTED transaction and commits it. On a serialization failure or a deadlock the whole of
 * `work` runs again, so it must have no effect outside the database.
 * @throws Problem unavailable when the database cannot be reached (SQLSTATE classes 08, 53, 57, or no connection)
 */
export async function withTx<T>(db: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(db, work);
    } catch (error) {
      if (attempt < ATTEMPTS && serialization.has(sqlState(error) ?? '')) continue;
      throw toProblem(error);
    }
  }
}

async function once<T>(db: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  const runner: QueryRunner = db.createQueryRunner();
  const after: (() => void)[] = [];
  const point = faultPoint();
  const passage = point && new Passage(point);
  let result: T;
  try {
    const client = (await runner.connect()) as PgClient;
    await runner.startTransaction('READ COMMITTED');
    const tx: Tx = {
      query: async <Row extends object>(s: Statement, values: readonly unknown[] = []) => {
        const run = () => client.query({ name: s.name, text: s.text, values });
        return (await (passage ? passage.around(s.name, run) : run())).rows as Row[];
      },
      manager: runner.manager,
      afterCommit: (then) => after.push(then),
    };
    try {
      result = await work(tx);
      const commit = () => runner.commitTransaction();
      await (passage ? passage.commit(client, commit) : commit());
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  } finally {
    await runner.release();
  }
  for (const then of after) then();
  return result;
}

/** The five-character SQLSTATE of an error from pg, bare or wrapped by TypeORM. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const own = (error as { code?: unknown }).code;
  if (typeof own === 'string' && /^[0-9A-Z]{5}$/.test(own)) return own;
  const inner = (error as { driverError?: unknown }).driverError;
  return inner === undefined || inner === error ? undefined : sqlState(inner);
}

const noConnection =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|timeout exceeded when trying to connect|Connection terminated|connection timeout|connection error and is not queryable|Client was closed|Query read timeout/i;

/** Turns "cannot reach or use the database now" into a 503, and leaves every other error as it is. */
export function toProblem(error: unknown): unknown {
  if (error instanceof Problem || typeof error !== 'object' || error === null) return error;
  const state = sqlState(error);
  const { message = '', code = '' } = error as { message?: unknown; code?: unknown };
  const unavailable =
    state !== undefined
      ? ['08', '53', '57'].includes(state.slice(0, 2))
      : noConnection.test(`${String(message)} ${String(code)}`);
  return unavailable ? new Problem('unavailable', [], {}, { cause: error }) : error;
}
