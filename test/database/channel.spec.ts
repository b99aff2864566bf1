import type { DataSource } from 'typeorm';
import { Channel, publish } from '../../src/database/channel.js';
import { asAdmin, createDatabase, openPool, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let db: DataSource;
let heard: string[];
let failed: unknown[];

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(() => {
  heard = [];
  failed = [];
});

const channel = (): Channel =>
  new Channel(
    database.appUrl,
    'news of the day',
    (payload) => heard.push(payload),
    (error) => failed.push(error),
  );

const listening = (): Promise<number> =>
  asAdmin(database.superUrl, async (admin) => {
    const { rowCount } = await admin.query(
      `select from pg_stat_activity where datname = $1 and application_name = 'stafett-channel'`,
      [database.name],
    );
    return rowCount ?? 0;
  });

it('hears what is said while it is open, in its order, and nothing of another channel', async () => {
  const mine = channel();
  await mine.open();
  await publish(db, 'other news', 'not this');
  await publish(db, 'news of the day', 'first');
  await publish(db, 'news of the day', 'second');
  await until(() => heard.length >= 2);
  expect(heard).toEqual(['first', 'second']);
  await mine.close();
  expect(failed).toEqual([]);
  await until(async () => (await listening()) === 0);
});

it('hears again half a second after its connection was cut, and tells of it', async () => {
  const mine = channel();
  await mine.open();
  await asAdmin(database.superUrl, (admin) =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'stafett-channel'`,
      [database.name],
    ),
  );
  await until(() => failed.length > 0);
  await until(async () => (await listening()) === 1);
  await until(async () => {
    await publish(db, 'news of the day', 'again');
    return heard.length > 0;
  });
  await mine.close();
  await until(async () => (await listening()) === 0);
});

it('leaves no connection where it is closed before it is open', async () => {
  const mine = channel();
  const opening = mine.open();
  await mine.close();
  await opening;
  await until(async () => (await listening()) === 0, 2);
});
