import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Client } from 'pg';

/** Two agencies, a youth and a record between them, written with the application's login. */
export interface Rows {
  readonly controller: string;
  readonly sender: string;
  readonly recipient: string;
  readonly youth: string;
  readonly record: string;
}

export async function insertRows(app: Client): Promise<Rows> {
  const rows = {
    controller: randomUUID(),
    sender: randomUUID(),
    recipient: randomUUID(),
    youth: randomUUID(),
    record: randomUUID(),
  };
  const number = (): string => String(randomInt(100_000_000, 999_999_999));
  await app.query(
    `insert into stafett.controller (id, org_number, name, kind) values ($1, $2, 'Fylket', 'county-authority')`,
    [rows.controller, number()],
  );
  for (const [id, kind] of [
    [rows.sender, 'school'],
    [rows.recipient, 'ot'],
  ]) {
    await app.query(
      `insert into stafett.agency (id, org_number, kind, name, county, controller_id) values ($1, $2, $3, 'En enhet', '05', $4)`,
      [id, number(), kind, rows.controller],
    );
  }
  await app.query(
    'insert into stafett.youth (id, controller_id, blind_index, shard, created_at) values ($1, $2, $3, 7, now())',
    [rows.youth, rows.controller, randomBytes(32)],
  );
  await insertRecord(app, rows, rows.record);
  return rows;
}

export async function insertRecord(app: Client, rows: Rows, id: string, eventId = id): Promise<void> {
  await app.query(
    `insert into stafett.record (id, sender_id, controller_id, event_id, type, youth_id, shard, group_no, position, hold_for_consent, content_hash,
       accepted_at, state, state_at)
     values ($1, $2, $3, $4, 'education-interrupted', $5, 7, nextval('stafett.record_group'), 0, false, $6, now(), 'received', now())`,
    [id, rows.sender, rows.controller, eventId, rows.youth, randomBytes(32)],
  );
}

/** A transfer of the record in a state, with what the constraints ask of that state. */
export async function insertTransfer(
  app: Client,
  rows: Rows,
  state: string,
  no: number | null,
): Promise<string> {
  const id = randomUUID();
  const held = state === 'held';
  await app.query(
    `insert into stafett.transfer (id, record_id, recipient_id, part, sender_id, record_type, youth_id, shard, no, state, state_at, hold_reason, hold_until,
       ground, categories, withheld, consent_ids, created_at)
     values ($1, $2, $3, $4, $5, 'education-interrupted', $6, 7, $7, $8, now(), $9, $10, 'ground', '{}', '{}', '{}', now())`,
    [
      id,
      rows.record,
      rows.recipient,
      id,
      rows.sender,
      rows.youth,
      no,
      state,
      held ? 'consent-missing' : null,
      held ? '2030-01-01' : null,
    ],
  );
  return id;
}

/** The SQLSTATE that a statement fails with, or "done". */
export async function outcome(client: Client, text: string, values: unknown[] = []): Promise<string> {
  return client.query(text, values).then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );
}
