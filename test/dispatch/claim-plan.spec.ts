import { DataSource } from 'typeorm';
import { firstRows } from '../../src/database/first-rows.js';
import { statement, withTx, type Tx } from '../../src/database/tx.js';
import { claimRecords } from '../../src/dispatch/dispatch.sql.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
beforeAll(async () => {
  // Nobody dispatches, so that records wait.
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, roles: ['api'] } }));
});
afterAll(() => hub.close());

const prepare = statement('test.prepare-claim', `prepare claim (int[], int, bigint) as ${claimRecords.text}`);
const explain = statement('test.explain-claim', `explain execute claim ('{1,2,3}', 100, 0)`);
const forget = statement('test.forget-claim', 'deallocate claim');

it('claims the first of many that wait without sorting them all, though the table was vacuumed and never analyzed', async () => {
  // The server analyzes by itself, once a minute.
  const tables = await hub.sql<{ name: string }>(
    `select 'stafett.record' as name union all select inhrelid::regclass::text from pg_inherits where inhparent = 'stafett.record_body'::regclass`,
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
  await hub.sql('vacuum stafett.record');
  const db = hub.hub.app.get(DataSource, { strict: false });
  const planOf = (run: (tx: Tx) => Promise<object[]>): Promise<string> =>
    withTx(db, async (tx) => {
      tx.send(prepare);
      const rows = await run(tx);
      tx.send(forget);
      return JSON.stringify(rows);
    });
  // Why it is needed.
  expect(await planOf((tx) => tx.query(explain))).toContain('Sort');
  const plan = await planOf((tx) => firstRows(tx, explain));
  expect(plan).toContain('Index Scan using record_waiting');
  expect(plan).not.toContain('Sort');
});
