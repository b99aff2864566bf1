import { DataSource } from 'typeorm';
import { firstRows } from '../../src/database/first-rows.js';
import { statement, withTx, type Statement, type Tx } from '../../src/database/tx.js';
import { claimRecords } from '../../src/dispatch/dispatch.sql.js';
import { leftBehind, overdue } from '../../src/dispatch/transfers.sql.js';
import { answerableThrough, openPage, pageAfter } from '../../src/inbox/inbox.sql.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';
let hub: TestHub;

/** A thousand records that nobody dispatches, and beside them what dispatch would make of each, in tables that were vacuumed and never analyzed. */
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, roles: ['api'] } }));
  // The server analyzes by itself, once a minute.
  const tables = await hub.sql<{ name: string }>(
    `select relid::regclass::text as name from pg_stat_user_tables
     where schemaname = 'stafett' and relid not in (select partrelid from pg_partitioned_table)`,
  );
  for (const { name } of tables) await hub.sql(`alter table ${name} set (autovacuum_enabled = false)`);
  const school = hub.as(agencies.school);
  for (let i = 0; i < 4; i += 1)
    await school.push(
      Array.from({ length: 250 }, () =>
        school.event(
          'education-interrupted',
          dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
        ),
      ),
    );
  await hub.sql(
    `insert into stafett.transfer (id, record_id, recipient_id, sender_id, record_type, youth_id, shard, no, state, state_at, ground,
       categories, withheld, consent_ids, created_at)
     select gen_random_uuid(), r.id, a.id, r.sender_id, r.type, r.youth_id, r.shard, row_number() over (order by r.id), 'available', now(),
       'test', '{}', '{}', '{}', now()
     from stafett.record r cross join stafett.agency a where a.org_number = $1`,
    [agencies.ot],
  );
  await hub.sql('vacuum stafett.record, stafett.transfer');
});
afterAll(() => hub.close());

const asked = {
  'a claim': {
    what: claimRecords,
    types: 'int[], int, bigint',
    values: `'{1,2,3}', 100, 0`,
    index: 'record_waiting',
  },
  'the page at a cursor': {
    what: pageAfter,
    types: 'uuid, bigint, text[], int',
    values: `'${NOBODY}', 0, null, 100`,
    index: 'transfer_recipient_id_no_key',
  },
  'the first page': {
    what: openPage,
    types: 'uuid, bigint, text[], int',
    values: `'${NOBODY}', 0, null, 100`,
    index: 'transfer_open',
  },
  'what is acknowledged through a cursor': {
    what: answerableThrough,
    types: 'uuid, bigint, text[], bigint, int',
    values: `'${NOBODY}', 1000, null, 0, 100`,
    index: 'transfer_open',
  },
};
type Name = keyof typeof asked;
type Asked = Omit<(typeof asked)[Name], 'index'>;

it.each(['a claim', 'the page at a cursor'] as const)(
  '%s, only asked for, would fetch all that wait and sort them',
  async (name) => {
    expect(await planOf(asked[name])).toContain('Sort');
  },
);

describe.each(['vacuumed and never analyzed', 'analyzed'])('in tables that were %s', (how) => {
  beforeAll(async () => {
    if (how === 'analyzed') await hub.sql('analyze stafett.record, stafett.transfer');
  });

  it.each(Object.keys(asked) as Name[])(
    '%s takes the first of many, and does not fetch and sort them all',
    async (name) => {
      const plan = await planOf(asked[name], firstRows);
      expect(plan).toContain(`Index Scan using ${asked[name].index}`);
      expect(plan).not.toContain('Sort');
    },
  );

  it('what is overdue is found by its index, and not by a walk over every transfer there is', async () => {
    const plan = await planOf(
      { what: overdue, types: 'timestamptz, int, int', values: 'now(), 30, 100' },
      firstRows,
    );
    expect(plan).toContain('transfer_untouched');
    expect(plan).not.toContain('transfer_pkey');
  });

  it('what waits for an agency that left is looked for by agency', async () => {
    const plan = await planOf({ what: leftBehind, types: '', values: '' }, firstRows);
    expect(plan).toContain('Index Scan using transfer_open');
    expect(plan).not.toContain('transfer_untouched');
  });
});

let plans = 0;

/** The plan that a connection would keep, made now. */
async function planOf(
  { what, types, values }: Asked,
  run: (tx: Tx, explain: Statement) => Promise<object[]> = (tx, explain) => tx.query(explain),
): Promise<string> {
  plans += 1;
  const name = `plan_${plans}`;
  const [given, withValues] = types === '' ? ['', ''] : [`(${types})`, `(${values})`];
  const prepare = statement(`test.prepare-${plans}`, `prepare ${name} ${given} as ${what.text}`);
  const explain = statement(`test.explain-${plans}`, `explain execute ${name} ${withValues}`);
  return withTx(hub.hub.app.get(DataSource, { strict: false }), async (tx) => {
    tx.send(prepare);
    return JSON.stringify(await run(tx, explain));
  });
}
