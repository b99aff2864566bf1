import pg from 'pg';

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
