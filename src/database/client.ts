import pg from 'pg';

/**
 * Has the system ask, once nothing was said for ten seconds, whether anybody is there: after the ten questions that Node has it ask, a second
 * apart, the connection is over. Else it would ask after two hours, and who only listens would not know before.
 */
export const watched = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/**
 * What the hub's statements rely on, whatever the server, the database or the login has been given (`alter database … set`), as a connection's
 * `options`. A commit that waits for no disk would lose records that got their 202; under another isolation a statement would not see what others
 * have committed; times in another form would be read wrongly; and who only listens says nothing for hours.
 */
export const session = [
  'synchronous_commit=on',
  'default_transaction_isolation=read\\ committed',
  'timezone=UTC',
  'datestyle=ISO',
  // The migrations' texts have backslashes.
  'standard_conforming_strings=on',
  'idle_session_timeout=0',
  // By which a connection can tell that all this has reached the server.
  'stafett.options=yes',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/**
 * A connection whose loss ends no process. A pool listens to connections that lie idle, and a query learns of its own loss;
 * between two queries of a transaction nobody listens, and there a server's "I am shutting down" (57P01) is an event without
 * a listener, which Node answers by ending the process. A restart of PostgreSQL under load did that in one of two runs.
 */
export class GuardedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
