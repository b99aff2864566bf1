import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { cosignatures, type UnknownWitnesses } from '../../src/audit/fsck/cosignatures.js';
import { keyLabel, newSignerKey, parseNote, type SignerKey } from '../../src/audit/verify/index.js';
import { cosign } from '../../src/audit/verify/note.js';
import { createDatabase, openPool, type TestDatabase } from '../support/database.js';
import { addEntries, beginTerm, sealAll, testKey } from './log.js';

const [one, two] = ['one.example', 'two.example'].map((name) => newSignerKey(name, 'cosignature')) as [
  SignerKey,
  SignerKey,
];
const SIZES = [3, 6, 9, 12, 15];
let database: TestDatabase;
let db: DataSource;
let admin: Client;

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
  admin = new Client({ connectionString: database.superUrl });
  await admin.connect();
  const sequencer = await beginTerm(db, testKey());
  for (const _size of SIZES) {
    await addEntries(admin, 3);
    await sealAll(sequencer);
  }
});
afterAll(async () => {
  await admin.end();
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  await admin.query(`set session_replication_role = replica`);
  await admin.query('alter table stafett.audit_cosignature disable trigger all');
  await admin.query('truncate stafett.audit_cosignature');
  for (const key of [one, two])
    for (const size of SIZES) await keep(size, keyLabel(key), await lineOf(size, key));
});

const textOf = async (size: number): Promise<string> => {
  const { rows } = await admin.query<{ note: string }>(
    'select note from stafett.audit_checkpoint where size = $1',
    [size],
  );
  return parseNote(rows[0]!.note).text;
};
const lineOf = async (size: number, key: SignerKey): Promise<string> =>
  cosign(await textOf(size), key, 1_790_000_000);
const keep = (size: number, witness: string, line: string): Promise<unknown> =>
  admin.query(
    `insert into stafett.audit_cosignature (size, witness, line) values ($1, $2, $3)
     on conflict (size, witness) do update set line = excluded.line`,
    [size, witness, line],
  );

/** In blocks of 3, so that one witness's cosignature of a size begins a block and another's ends one. */
async function found(
  keys: readonly SignerKey[],
): Promise<{ faults: string[]; rows: number; unknown: UnknownWitnesses }> {
  const faults: string[] = [];
  let rows = 0;
  const walk = cosignatures(db, keys, 3, (more) => void (rows += more));
  for (;;) {
    const next = await walk.next();
    if (next.done) return { faults, rows, unknown: next.value };
    faults.push(`${next.value.subject}: ${next.value.fault}`);
  }
}

it('finds nothing where each is a cosignature of its own checkpoint', async () => {
  expect(await found([one, two])).toEqual({ faults: [], rows: 10, unknown: new Map() });
});

it.each<[string, () => Promise<unknown>, RegExp]>([
  [
    'is over another checkpoint',
    async () => keep(6, keyLabel(two), await lineOf(9, two)),
    /^cosignature of two\.example\+\w{8} at 6 entries: it is no cosignature of the kept checkpoint .* is wrong\.$/,
  ],
  [
    'is another witness’s',
    async () => keep(9, keyLabel(one), await lineOf(9, two)),
    /^cosignature of one\.example\+\w{8} at 9 entries: .* not signed by one\.example/,
  ],
  [
    'was changed in one bit',
    async () => keep(3, keyLabel(one), flipped(await lineOf(3, one))),
    /^cosignature of one\.example\+\w{8} at 3 entries: .* is wrong\.$/,
  ],
  [
    'is no signature',
    () => keep(15, keyLabel(two), 'x'),
    /^cosignature of two\.example\+\w{8} at 15 entries: .* A signature line is /,
  ],
  [
    'stands on no kept checkpoint',
    async () => keep(7, keyLabel(one), await lineOf(6, one)),
    /^cosignature of one\.example\+\w{8} at 7 entries: there is no checkpoint of this size$/,
  ],
])('tells of the one that %s, and of no other', async (_, spoil, said) => {
  await spoil();
  const { faults } = await found([one, two]);
  expect(faults).toEqual([expect.stringMatching(said)]);
});

it('says of which witnesses it has no key, and that their cosignatures stand on checkpoints all the same', async () => {
  await keep(7, keyLabel(two), await lineOf(6, two));
  await keep(9, keyLabel(two), 'spoiled');
  const { faults, unknown } = await found([one]);
  expect(unknown).toEqual(new Map([[keyLabel(two), 6]]));
  expect(faults).toEqual([expect.stringContaining('at 7 entries: there is no checkpoint')]);
});

/** Another bit of the signature itself: the last byte of the line's base64, before its padding. */
function flipped(line: string): string {
  const [dash, name, encoded = ''] = line.split(' ');
  const bytes = Buffer.from(encoded, 'base64');
  bytes[bytes.length - 1]! ^= 1;
  return `${dash} ${name} ${bytes.toString('base64')}`;
}
