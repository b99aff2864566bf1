import { DataSource } from 'typeorm';
import { entriesAfter, entriesWithin } from '../../src/audit/seal/seal.sql.js';
import { startTestHub, type TestHub } from '../support/hub.js';

let hub: TestHub;

beforeAll(async () => {
  // Its own sealing would make leaves of the entries before the plan is looked at.
  hub = await startTestHub((config) => ({
    ...config,
    development: { ...config.development, sealing: 'off' },
  }));
});
afterAll(() => hub.close());

it.each([entriesAfter, entriesWithin])(
  'looks each entry’s leaf up by its number, planned while there are few leaves and many entries: $name',
  async ({ text }) => {
    await hub.sql(
      `insert into stafett.audit_entry (id, entry) select uuidv7(), '' from generate_series(1, 20000)`,
    );
    await hub.sql('analyze stafett.audit_entry');
    await hub.sql('analyze stafett.audit_leaf');
    // Through the hub's own pool, which has the hub's planner settings.
    const rows: { 'QUERY PLAN': string }[] = await hub.hub.app
      .get(DataSource)
      .query(`explain (generic_plan) ${text}`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/audit_leaf_entry_no_key on audit_leaf l.*\n\s+Index Cond: \(entry_no = e\.no\)/);
    // Only the entries in question are walked.
    expect(plan).toMatch(/Index Cond: \(no > \$1\)|Index Cond: \(\(no >= gap\.lo\) AND \(no <= gap\.hi\)\)/);
  },
);
