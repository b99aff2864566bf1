import pg from 'pg';
import type { DataSource } from 'typeorm';
import { session, watched } from './client.js';
import { withoutTx, statement } from './tx.js';

/** Milliseconds until a lost listening connection is opened again. Messages sent meanwhile are lost: who waits looks for itself too. */
const REOPEN_MS = 500;
const CONNECT_MS = 5000;

/** PostgreSQL's LISTEN and NOTIFY for one channel. NOTIFY inside a writing transaction halves commits (7,267 to 3,692 a second): publish after the commit. */
export class Channel {
  private client: pg.Client | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly onMessage: (payload: string) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'stafett-channel',
      options: session,
      ...watched,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: 0,
    });
    client.on('notification', ({ payload }) => payload !== undefined && this.onMessage(payload));
    client.on('error', (error) => this.reopen(client, error));
    client.on('end', () => this.reopen(client));
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.name)}`);
      if (this.closed) await client.end();
      else this.client = client;
    } catch (error) {
      this.reopen(client, error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reopening);
    await this.client?.end().catch(() => undefined);
  }

  private reopen(client: pg.Client, error?: unknown): void {
    void client.end().catch(() => undefined);
    if (this.closed || this.reopening) return;
    if (error) this.onError(error);
    if (this.client === client) this.client = undefined;
    this.reopening = setTimeout(() => {
      this.reopening = undefined;
      void this.open();
    }, REOPEN_MS);
  }
}

const notify = statement(
  'channel.notify',
  `select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`,
);

/**
 * Sends one message; outside any transaction, so that it goes at once. A message is a commit to PostgreSQL, and waits for no fsync here: it
 * goes with the server that would lose it.
 */
export async function publish(db: DataSource, channel: string, payload: string): Promise<void> {
  await withoutTx(db).query(notify, [channel, payload]);
}
