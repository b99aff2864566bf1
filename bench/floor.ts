import { randomBytes, randomInt } from 'node:crypto';
import { Client } from 'pg';
import { v7 } from 'uuid';
import type { Postgres } from './hub/postgres.js';
import { NEW_EVERY } from './load/mix.js';

const DATABASE = 'floor';
const CONNECTIONS = 16;

/** The least that keeps youths, records and a trail: no index but the keys. Bodies and entries have the size of the hub's. */
const tables = `
create table youth (id uuid primary key, number text not null unique, name text not null);
create table record (id uuid primary key, youth_id uuid not null, event_id text not null, body bytea not null, accepted_at timestamptz not null);
create table audit (id uuid primary key, entry bytea not null, at timestamptz not null);`;
const BODY = randomBytes(700);
const ENTRY = randomBytes(160);

/**
 * What a plain `pg` client can do on this machine at this moment: 16 connections, each with one durable transaction per record of
 * youth (every fifth is new), record and audit row. No HTTP, no token, no validation, no encryption. Every other figure is
 * measured against it.
 */
export class Floor {
  private readonly known: string[] = [];
  private made = 0;

  private constructor(private readonly clients: readonly Client[]) {}

  static async open(postgres: Postgres): Promise<Floor> {
    const admin = await postgres.connect('postgres');
    await admin.query(`create database ${DATABASE}`);
    await admin.end();
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => postgres.connect(DATABASE)));
    await clients[0]?.query(tables);
    return new Floor(clients);
  }

  /** @returns records per second */
  async slice(seconds: number): Promise<number> {
    let records = 0;
    const start = performance.now();
    const until = start + seconds * 1000;
    await Promise.all(
      this.clients.map(async (client) => {
        while (performance.now() < until) {
          await this.write(client);
          records += 1;
        }
      }),
    );
    return records / ((performance.now() - start) / 1000);
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }

  private async write(client: Client): Promise<void> {
    const now = new Date();
    this.made += 1;
    const fresh = this.made % NEW_EVERY === 0 || this.known.length === 0;
    const youth = fresh ? v7() : this.known[randomInt(this.known.length)];
    await client.query('begin');
    await client.query(
      'insert into youth (id, number, name) values ($1, $2, $3) on conflict (number) do nothing',
      [youth, youth, 'Ronja Testheim'],
    );
    await client.query(
      'insert into record (id, youth_id, event_id, body, accepted_at) values ($1, $2, $3, $4, $5)',
      [v7(), youth, `event-${this.made}`, BODY, now],
    );
    await client.query('insert into audit (id, entry, at) values ($1, $2, $3)', [v7(), ENTRY, now]);
    await client.query('commit');
    if (fresh && youth !== undefined) this.known.push(youth);
  }
}
