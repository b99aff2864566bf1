import type { DataSource } from 'typeorm';
import { armFault } from '../../src/database/fault-point.js';
import { statement, withTx } from '../../src/database/tx.js';
import { createDatabase, openPool, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
});
afterEach(() => armFault(''));
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const first = statement('fault.first', `insert into stafett.key_check values ($1, '\\x01')`);
const second = statement('fault.second', `insert into stafett.key_check values ($1 || '-2', '\\x01')`);
const countOf = statement(
  'fault.count',
  `select count(*)::int as n from stafett.key_check where name in ($1, $1 || '-2')`,
);

const write = (name: string, againAfterLostCommit = false): Promise<unknown> =>
  withTx(
    db,
    (tx) => {
      tx.send(first, [name]);
      tx.send(second, [name]);
    },
    { againAfterLostCommit },
  );
const count = (name: string): Promise<number> =>
  withTx(db, async (tx) => (await tx.query<{ n: number }>(countOf, [name]))[0]?.n ?? -1);

it('has the server fail at one statement, at the times that were said, so that nothing of the transaction stays', async () => {
  armFault('fail-53100:before:fault.second:2-3');
  const names = ['a', 'b', 'c', 'd'];
  const outcomes: string[] = [];
  for (const name of names)
    outcomes.push(
      await write(name).then(
        () => 'done',
        (error: Error) => error.message,
      ),
    );
  expect(outcomes).toEqual(['done', 'unavailable', 'unavailable', 'done']);
  expect(await Promise.all(names.map(count))).toEqual([2, 0, 0, 2]);
});

it('loses the answer to a COMMIT that was carried out', async () => {
  armFault('lose:commit:fault.second');
  await expect(write('lost')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await count('lost')).toBe(2);
});

it.each(['kill', 'kill:sometime:x.y', 'fail-9:before:x.y', 'kill:before:X', 'fail-53100:after:x.y'])(
  'is not armed by "%s"',
  (text) => {
    expect(() => armFault(text)).toThrow(/^development\.faultAt: .* is no fault/);
  },
);
