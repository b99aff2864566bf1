import { ConfigError } from '../config/load.js';

/**
 * Where the tests in test/crash break a hub: at a named statement, or at the commit of a transaction that ran it. Every write
 * goes through withTx, so this one place reaches every step of the way of a record, and a new step without a word here.
 *
 * The setting development.faultAt is `<action>:<moment>:<statement>[:<first>[-<last>]]`, or `list`:
 * - action: `kill` ends the process as kill -9 does; `lose` cuts the connection when COMMIT is sent and its answer is not read;
 *   `fail-<SQLSTATE>` has the server fail in the statement's place (53100: the disk is full), always `before` it, and tells it on stderr;
 * - moment: `before` and `after` the statement; `commit` (before it) and `committed` (after it, before anybody is told);
 * - first and last: which times count, from 1; first alone means that time only.
 *
 * `list` prints each point once on stderr when it is passed: what the tests make their list of kills from.
 */
type Moment = 'before' | 'after' | 'commit' | 'committed';

const action = String.raw`kill:(?<kill>before|after|commit|committed)|(?<lose>lose):commit|fail-(?<state>[0-9A-Z]{5}):before`;
const form = new RegExp(`^(?:${action}):(?<name>[a-z][a-z0-9.-]+)(?::(?<first>\\d+)(?:-(?<last>\\d+))?)?$`);

/** The connection of a transaction, as far as losing it needs. */
export interface Losable {
  readonly connection: {
    readonly stream: { removeAllListeners(event: 'data'): unknown; destroy(error: Error): unknown };
  };
}

/** Milliseconds that the server gets to receive and carry out a COMMIT before the connection is cut. */
const COMMIT_MS = 50;

interface Named {
  readonly name: string;
}

interface FaultPoint {
  /** To be called at each moment of each statement. */
  pass(moment: Moment, statement: string): void;
  /** The SQLSTATE that this statement fails with, this time. */
  failure(statement: string): string | undefined;
  /** Whether the answer to this transaction's COMMIT is lost. */
  loses(statement: string): boolean;
}

let armed: FaultPoint | undefined;

/** @throws ConfigError where the text is no fault */
export function armFault(text: string): void {
  armed = text === '' ? undefined : text === 'list' ? listing() : parse(text);
}

function parse(text: string): FaultPoint {
  const found = form.exec(text)?.groups;
  if (!found)
    throw new ConfigError(`development.faultAt: "${text}" is no fault (src/database/fault-point.ts).`);
  const { kill, lose, state, name } = found;
  const first = Number(found['first'] ?? 1);
  const last = Number(found['last'] ?? first);
  let times = 0;
  const due = (): boolean => {
    times += 1;
    return times >= first && times <= last;
  };
  return {
    pass: (moment, statement) => {
      if (moment === kill && statement === name && due()) process.kill(process.pid, 'SIGKILL');
    },
    failure: (statement) => {
      if (state === undefined || statement !== name || !due()) return undefined;
      process.stderr.write(`fault-point failed ${statement}\n`);
      return state;
    },
    loses: (statement) => lose !== undefined && statement === name && due(),
  };
}

function listing(): FaultPoint {
  const seen = new Set<string>();
  return {
    pass: (moment, statement) => {
      const point = `${moment}:${statement}`;
      if (!seen.has(point)) process.stderr.write(`fault-point ${point}\n`);
      seen.add(point);
    },
    failure: () => undefined,
    loses: () => false,
  };
}

/** What one transaction passes. Undefined, and nothing is asked, in every hub but a test's. */
export class Passage {
  private readonly statements = new Set<string>();

  private constructor(private readonly point: FaultPoint) {}

  static begin(): Passage | undefined {
    return armed && new Passage(armed);
  }

  /**
   * @returns what is to be sent in its place. A failure must be the server's: thrown here, it would let a COMMIT that travels
   * with it take effect.
   */
  before<S extends Named>(statement: S): S | { readonly text: string } {
    const { name } = statement;
    this.point.pass('before', name);
    this.statements.add(name);
    const state = this.point.failure(name);
    return state === undefined
      ? statement
      : { text: `do $$ begin raise exception 'fault point' using errcode = '${state}'; end $$` };
  }

  after(statement: string): void {
    this.point.pass('after', statement);
  }

  /** To be called right before COMMIT is sent. */
  commit({ connection }: Losable): void {
    for (const statement of this.statements) this.point.pass('commit', statement);
    if (![...this.statements].some((statement) => this.point.loses(statement))) return;
    const { stream } = connection;
    stream.removeAllListeners('data');
    setTimeout(() => stream.destroy(new Error('Connection terminated: fault point')), COMMIT_MS);
  }

  /** To be called when COMMIT is answered. */
  committed(): void {
    for (const statement of this.statements) this.point.pass('committed', statement);
  }
}
