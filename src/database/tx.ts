import { Query } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { arraysOf, type EncodeArray } from './binary-arrays.js';
import { CommitLost, FOLLOWS_A_FAILURE, isBroken, isSerialization, sqlState, toProblem } from './failures.js';
import { Passage, type Losable } from './fault-point.js';

/** A statement with a name: the server plans it once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** What is sent in binary, by the value's place. */
  readonly arrays: ReadonlyMap<number, EncodeArray>;
  /** Begins as a read does, and may leave with BEGIN: none such may call what leaves something behind where there is no transaction (nextval, say). */
  readonly isRead: boolean;
}

const names = new Set<string>();

/** Declares a named statement. A name stands for one text; two texts under one name end the start. */
export function statement(name: string, text: string): Statement {
  if (names.has(name)) throw new Error(`statement ${name} is declared twice`);
  names.add(name);
  return { name, text, arrays: arraysOf(text), isRead: /^\s*(select|set local)\b/i.test(text) };
}

/**
 * What `send` may be given: only what always becomes a parameter. Where the client fails to write one, the server never
 * sees the statement, and the COMMIT that travels with it would keep the rest. Who calls `query` hears of it.
 */
export type SqlValue = string | number | boolean | null | undefined | Date | Uint8Array | readonly SqlValue[];

/** An open transaction. Whatever writes to a table takes one as its first argument. */
export interface Tx {
  /** Runs a statement on the transaction's own connection and gives its rows. */
  query<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * Sends a statement whose rows nobody needs, and does not wait: what is sent next, COMMIT too, travels with it. Its failure
   * fails the transaction.
   */
  send(statement: Statement, values?: readonly SqlValue[]): void;
  /** TypeORM's manager in this transaction, for the areas whose traffic is low. */
  manager(): Promise<EntityManager>;
  /** Runs after the commit, and only then: wake-ups and doorbells. Must not fail: what was done is done. */
  afterCommit(work: () => void): void;
}

interface PgQuery {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Answer {
  readonly rows: object[];
  readonly command: string;
}

interface PgClient extends Losable {
  query(query: Query): void;
  end(): Promise<void>;
  readonly connection: Losable['connection'] & { readonly stream: { cork(): void; uncork(): void } };
}

const ATTEMPTS = 5;

export interface TxOptions {
  /**
   * `work` can tell its own rows from others': where the answer to COMMIT was lost, so that nobody knows whether it was done,
   * it runs again and finds out.
   */
  readonly againAfterLostCommit?: boolean;
}

/**
 * Runs `work` in one READ COMMITTED transaction and commits it. On a serialization failure or a deadlock the whole of
 * `work` runs again, so it must have no effect outside the database.
 * @throws Problem unavailable when the database cannot be reached or used just now
 */
export async function withTx<T>(
  db: DataSource,
  work: (tx: Tx) => T | Promise<T>,
  { againAfterLostCommit = false }: TxOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(db, work);
    } catch (error) {
      const again = isSerialization(error) || (againAfterLostCommit && error instanceof CommitLost);
      if (again && attempt < ATTEMPTS) continue;
      throw toProblem(error instanceof CommitLost ? error.cause : error);
    }
  }
}

const begin = statement('tx.begin', 'begin isolation level read committed');
const commit = statement('tx.commit', 'commit');
const rollback = statement('tx.rollback', 'rollback');

async function once<T>(db: DataSource, work: (tx: Tx) => T | Promise<T>): Promise<T> {
  const runner = db.createQueryRunner();
  const after: (() => void)[] = [];
  const passage = Passage.begin();
  let client: PgClient | undefined;
  let result: T;
  try {
    const connection = (client = (await runner.connect()) as PgClient);
    const submit = async (s: Statement, values: readonly unknown[] = []): Promise<Answer> => {
      const asked = passage ? passage.before(s) : s;
      const answer = await ask(connection, asked === s ? queryOf(s, values) : { ...asked, values: [] });
      passage?.after(s.name);
      return answer;
    };
    const sent: Promise<unknown>[] = [];
    const track = (answer: Promise<unknown>): void => {
      answer.catch(() => undefined);
      sent.push(answer);
    };
    const begun = submit(begin);
    track(begun);
    const mustWait = untilOpen(begun);
    const query = async <Row extends object>(s: Statement, values?: readonly unknown[]): Promise<Row[]> => {
      // Not awaited once it is open: a statement leaves in the turn in which it is sent, or COMMIT would overtake it.
      if (mustWait(s)) await begun;
      const { rows } = await submit(s, values);
      await begun;
      return rows as Row[];
    };
    // For what goes through the manager: TypeORM would open a transaction of its own.
    (runner as { isTransactionActive: boolean }).isTransactionActive = true;
    try {
      result = await work({
        query,
        // The connections are pipelined (data-source.ts): what is not waited for leaves together, in order, and PostgreSQL skips what
        // follows a failure in a transaction, so that COMMIT after a failed statement rolls back.
        send: (s, values) => track(query(s, values)),
        manager: () => begun.then(() => runner.manager),
        afterCommit: (then) => after.push(then),
      });
      await begun;
    } catch (error) {
      // What waits for BEGIN leaves first: behind ROLLBACK it would stay.
      await begun.catch(() => undefined);
      if (!isBroken(error)) await submit(rollback).catch(() => connection.end());
      throw await firstFailure([...sent, Promise.reject(error as Error)]);
    }
    passage?.commit(connection);
    await commitAfter(sent, submit);
    passage?.committed();
  } catch (error) {
    // A connection that has not answered would keep its next user waiting: closed, it is none of the pool's any more.
    if (isBroken(error)) void client?.end().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
  for (const then of after) then();
  return result;
}

/**
 * Where BEGIN fails, each statement would be a transaction of its own. So only reads travel with it, and count only once it is answered;
 * what writes waits for that, and so does what comes after it.
 * @returns whether a statement must wait until BEGIN is answered
 */
function untilOpen(begun: Promise<unknown>): (s: Statement) => boolean {
  let isOpen = false;
  let hasQueue = false;
  begun.then(
    () => (isOpen = true),
    () => undefined,
  );
  return (s) => {
    hasQueue ||= !s.isRead;
    return hasQueue && !isOpen;
  };
}

/** Statements, each by itself: one way to the server and back, where a transaction takes two. */
export type Alone = Pick<Tx, 'query'>;

/** For NOTIFY, and for what never changes once it is there, so that two statements need not see the same moment. @throws Problem unavailable as withTx */
export const withoutTx = (db: DataSource): Alone => ({
  async query<Row extends object>(s: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const runner = db.createQueryRunner();
    let client: PgClient | undefined;
    try {
      client = (await runner.connect()) as PgClient;
      return (await ask(client, queryOf(s, values))).rows as Row[];
    } catch (error) {
      if (isBroken(error)) void client?.end().catch(() => undefined);
      throw toProblem(error);
    } finally {
      await runner.release();
    }
  },
});

/**
 * Values as they are sent. An array that cannot be written in binary goes as text, for the server to refuse: a statement that failed here
 * would not fail the transaction.
 */
const encoded = ({ arrays }: Statement, values: readonly unknown[]): readonly unknown[] =>
  arrays.size === 0
    ? values
    : values.map((value, i) => (Array.isArray(value) ? (arrays.get(i)?.(value) ?? value) : value));

const queryOf = (s: Statement, values: readonly unknown[]): PgQuery => ({
  name: s.name,
  text: s.text,
  values: encoded(s, values),
});

/** The query is made here: the client would first copy an object that describes it, property by property, a seventh of what a statement costs it. */
function ask(client: PgClient, { name, text, values }: PgQuery): Promise<Answer> {
  gather(client);
  return new Promise((resolve, reject) => {
    const query = new Query(text, values as unknown[], (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
    client.query(Object.assign(query, { name }));
  });
}

const gathering = new WeakSet<PgClient>();

/** What is sent in one turn leaves in one write: a write of its own for each statement was a sixth of the hub's time. */
function gather(client: PgClient): void {
  if (gathering.has(client)) return;
  const { stream } = client.connection;
  gathering.add(client);
  stream.cork();
  process.nextTick(() => {
    gathering.delete(client);
    stream.uncork();
  });
}

/** Of answers in their order, the first failure: what follows it fails for no reason of its own (25P02). */
async function firstFailure(answers: readonly Promise<unknown>[]): Promise<unknown> {
  const reasons = (await Promise.allSettled(answers)).flatMap((answer): unknown[] =>
    answer.status === 'rejected' ? [answer.reason] : [],
  );
  return reasons.find((reason) => sqlState(reason) !== FOLLOWS_A_FAILURE) ?? reasons[0];
}

/** COMMIT leaves with what was sent before it. A server that says no has rolled back; only silence leaves open what it did. */
async function commitAfter(
  sent: readonly Promise<unknown>[],
  submit: (s: Statement) => Promise<Answer>,
): Promise<void> {
  const committed = submit(commit);
  const failure = await firstFailure([...sent, committed]);
  if (isBroken(failure)) throw new CommitLost('no answer to COMMIT', { cause: failure });
  if (failure !== undefined) {
    // A COMMIT that is refused itself (57014) leaves the transaction open, for the connection's next user to fail in.
    await committed.catch(() => submit(rollback));
    throw failure;
  }
  // COMMIT of a failed transaction is answered with ROLLBACK and no error: someone has swallowed a statement's error.
  if ((await committed).command !== 'COMMIT') throw new Error('the transaction had failed before COMMIT');
}
