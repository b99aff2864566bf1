import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';
import { insertRecord, insertRows, insertTransfer, outcome, type Rows } from './rows.js';

let database: TestDatabase;
let app: Client;
let rows: Rows;
let no = 0;

beforeAll(async () => {
  database = await createDatabase();
  app = new Client({ connectionString: database.appUrl });
  await app.connect();
  rows = await insertRows(app);
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

const states = [
  'held',
  'available',
  'collected',
  'acknowledged',
  'rejected',
  'withdrawn',
  'expired',
] as const;
const moves: Record<(typeof states)[number], readonly string[]> = {
  held: ['available', 'withdrawn', 'expired'],
  available: ['collected', 'withdrawn', 'expired'],
  collected: ['acknowledged', 'rejected', 'withdrawn'],
  acknowledged: [],
  rejected: [],
  withdrawn: [],
  expired: [],
};

describe('a transfer', () => {
  it.each(states)('in state %s moves only where the table allows, whatever the code says', async (from) => {
    for (const to of states.filter((state) => state !== from)) {
      const id = await insertTransfer(app, rows, from, from === 'held' ? null : (no += 1));
      const number = from === 'held' && to === 'available' ? (no += 1) : undefined;
      const moved = await outcome(
        app,
        `update stafett.transfer set state = $2, no = coalesce(no, $3) where id = $1`,
        [id, to, number ?? null],
      );
      expect([from, to, moved]).toEqual([from, to, moves[from].includes(to) ? 'done' : '23514']);
    }
  });

  it('keeps its inbox number for ever', async () => {
    const id = await insertTransfer(app, rows, 'available', (no += 1));
    expect(await outcome(app, 'update stafett.transfer set no = no + 1000000 where id = $1', [id])).toBe(
      '23514',
    );
    expect(await outcome(app, 'update stafett.transfer set no = null where id = $1', [id])).toBe('23514');
    expect(await outcome(app, 'update stafett.transfer set no = no where id = $1', [id])).toBe('done');
  });

  it('has no number while it is held, and one as soon as a recipient can see it', async () => {
    await expect(insertTransfer(app, rows, 'held', (no += 1))).rejects.toMatchObject({ code: '23514' });
    await expect(insertTransfer(app, rows, 'available', null)).rejects.toMatchObject({ code: '23514' });
  });

  it('shares its number with no other transfer of the same inbox', async () => {
    await insertTransfer(app, rows, 'available', (no += 1));
    await expect(insertTransfer(app, rows, 'available', no)).rejects.toMatchObject({ code: '23505' });
  });

  it('goes once to each recipient and part', async () => {
    const id = await insertTransfer(app, rows, 'available', (no += 1));
    const same = `record_id, recipient_id, part, sender_id, record_type, shard, state, state_at, ground, categories, withheld, consent_ids, created_at`;
    const twin = `insert into stafett.transfer (id, no, ${same}) select gen_random_uuid(), 999999, ${same} from stafett.transfer where id = $1`;
    expect(await outcome(app, twin, [id])).toBe('23505');
  });
});

describe('a record', () => {
  it('moves from received to one outcome and never back', async () => {
    const record = randomUUID();
    await insertRecord(app, rows, record);
    const move = (to: string): Promise<string> =>
      outcome(app, 'update stafett.record set state = $2 where id = $1', [record, to]);
    expect(await move('unheard-of')).toBe('23514');
    expect(await move('dispatched')).toBe('done');
    expect(await move('received')).toBe('23514');
    expect(await move('refused')).toBe('23514');
    expect(await move('retracted')).toBe('done');
    expect(await move('dispatched')).toBe('23514');
  });

  it('stands once for a sender’s event id', async () => {
    await expect(insertRecord(app, rows, randomUUID(), rows.record)).rejects.toMatchObject({ code: '23505' });
  });
});

it.each(['youth', 'record'])(
  'a row of %s, which others name without a foreign key, goes for nobody',
  (table) =>
    asAdmin(database.superUrl, async (admin) => {
      for (const words of [`delete from stafett.${table}`, `truncate stafett.${table} cascade`])
        expect(await outcome(admin, words)).toBe('23503');
    }),
);

it('a consent that was withdrawn is never given again', async () => {
  const id = randomUUID();
  await app.query(
    `insert into stafett.consent (id, controller_id, youth_id, to_agency_id, record_types, categories, valid_from, valid_until, state, sealed, registered_by, registered_at)
     values ($1, $2, $3, $4, '{referral-to-nav}', '{identity}', now(), '2030-01-01', 'given', '\\x01', $5, now())`,
    [id, rows.controller, rows.youth, rows.recipient, rows.sender],
  );
  expect(
    await outcome(app, `update stafett.consent set state = 'withdrawn', withdrawn_at = now() where id = $1`, [
      id,
    ]),
  ).toBe('done');
  expect(
    await outcome(app, `update stafett.consent set state = 'given', withdrawn_at = null where id = $1`, [id]),
  ).toBe('23514');
});
