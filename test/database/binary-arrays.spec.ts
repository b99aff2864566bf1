import fc from '../support/properties.js';
import type { DataSource } from 'typeorm';
import { arraysOf } from '../../src/database/binary-arrays.js';
import { statement, withTx } from '../../src/database/tx.js';
import { createDatabase, openPool, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const echo = statement(
  'test.echo-arrays',
  'select $1::uuid[]::text[] as uuids, $2::text[] as texts, $3::bytea[] as bytes, $4::int[] as ints, $5::boolean[] as flags, $6::timestamptz[] as times, $7::jsonb[] as objects',
);
const parsedByServer = (text: string | null): unknown => text && (JSON.parse(text) as unknown);
/** Some of them several times in a row, as in most columns of a group. */
const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> =>
  fc
    .array(fc.tuple(fc.option(of), fc.integer({ min: 1, max: 3 })), { maxLength: 20 })
    .map((runs) => runs.flatMap(([value, times]) => Array<T | null>(times).fill(value)));

it('gives PostgreSQL what it was given, nulls and nothing at all too', async () => {
  await fc.assert(
    fc.asyncProperty(
      list(fc.uuid()),
      // PostgreSQL has no NUL in texts; lone surrogates are no text.
      list(
        fc
          .oneof(
            fc.string({ unit: 'binary', maxLength: 100 }),
            fc.string({ unit: 'binary-ascii', maxLength: 100 }),
          )
          .filter((text) => text.isWellFormed() && !text.includes('\0')),
      ),
      list(fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))),
      list(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      list(fc.boolean()),
      list(fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })),
      list(
        fc
          .record({ a: fc.integer(), b: fc.stringMatching(/^[a-zæ\"\\\\]*$/) })
          .map((value) => JSON.stringify(value)),
      ),
      async (uuids, texts, bytes, ints, flags, times, objects) => {
        const given = [uuids, texts, bytes, ints, flags, times, objects];
        for (const [i, values] of given.entries())
          if (i < 5 || values.every((value) => value === null))
            expect(echo.arrays.get(i)?.(values)).toBeInstanceOf(Buffer);
        const rows = await withTx(db, (tx) => tx.query(echo, given));
        expect(rows).toEqual([
          { uuids, texts, bytes, ints, flags, times, objects: objects.map(parsedByServer) },
        ]);
      },
    ),
  );
});

it('reads UUIDs in capitals as PostgreSQL does', async () => {
  const id = '0B0E7B5E-8D4A-4F7C-9F57-2F8F3A3F6F1A';
  const [row] = await withTx(db, (tx) => tx.query<{ uuids: string[] }>(echo, [[id], [], [], [], [], [], []]));
  expect(row?.uuids).toEqual([id.toLowerCase()]);
});

const id = '0b0e7b5e-8d4a-4f7c-9f57-2f8f3a3f6f1a';
it.each([
  ['a UUID with another letter', 0, id.replace('a', 'g')],
  ['a UUID without its hyphens in their places', 0, id.replace('5e-8', '5e8-')],
  ['a UUID with a letter beyond ASCII', 0, id.replace('b', '\u0142')],
  ['a number beyond int', 3, 2 ** 31],
  ['a fraction', 3, 1.5],
])('leaves to the server to refuse %s, and keeps nothing of the transaction', async (_, place, value) => {
  expect(echo.arrays.get(place)?.([value])).toBeUndefined();
  const values = [0, 1, 2, 3, 4, 5, 6].map((i) => (i === place ? [value] : []));
  const writing = withTx(db, (tx) => tx.send(echo, values));
  await expect(writing).rejects.toMatchObject({ code: expect.stringMatching(/^22/) });
});

it('finds the arrays of a statement by their casts', () => {
  const found = arraysOf(
    'select * from unnest($1::uuid[], $2::jsonb[], $10::text[], $3::int) where id = any ($4::uuid[])',
  );
  expect([...found.keys()]).toEqual([0, 1, 9, 3]);
});
