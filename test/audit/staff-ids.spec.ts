import { DataSource } from 'typeorm';
import { AuditService } from '../../src/audit/audit.service.js';
import { StaffKeysService } from '../../src/audit/staff-keys.service.js';
import type { ControllerId, StaffId } from '../../src/common/ids.js';
import { withTx, type Tx } from '../../src/database/tx.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';

let hub: TestHub;
let audit: AuditService;
let county: ControllerId;
let nav: ControllerId;
const person = 'ansatt-4711';

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => withTx(hub.hub.app.get(DataSource), work);
const idOf = (controller: ControllerId): Promise<StaffId> =>
  inTx((tx) => audit.staffId(tx, controller, person));
const idsOf = (controller: ControllerId): Promise<StaffId[]> =>
  inTx((tx) => audit.staffIds(tx, controller, person));

beforeAll(async () => {
  hub = await startTestHub();
  // The tests are two years and three months ago, until the last one needs today.
  hub.clock.days(-27 * 31);
  audit = hub.hub.app.get(AuditService, { strict: false });
  const controllerOf = async (number: string): Promise<ControllerId> => {
    const [row] = await hub.sql<{ id: ControllerId }>(
      'select controller_id as id from stafett.agency where org_number = $1',
      [number],
    );
    return row!.id;
  };
  [county, nav] = [await controllerOf(agencies.county), await controllerOf(agencies.nav)];
});
afterAll(() => hub.close());

it('calls one person by one id in a controller and month, and by another in each other', async () => {
  const [here, again, there] = [await idOf(county), await idOf(county), await idOf(nav)];
  expect(here).toMatch(/^[\w-]{22}$/);
  expect(again).toBe(here);
  expect(there).not.toBe(here);
  hub.clock.days(31);
  expect(await idOf(county)).not.toBe(here);
  expect(new Set(await idsOf(county))).toEqual(new Set([here, await idOf(county)]));
  expect(await idsOf(nav)).toEqual([there]);
});

it('makes one key for those who act at the same time', async () => {
  hub.clock.days(31);
  expect(new Set(await Promise.all([1, 2, 3, 4].map(() => idOf(county)))).size).toBe(1);
});

it('leaves the entry as the log committed to it when the key is destroyed, and nobody who can link the id', async () => {
  const id = await inTx(async (tx) => {
    const made = await audit.staffId(tx, county, person);
    audit.append(tx, [{ act: 'consent-read', controllerId: county, person: made }]);
    return made;
  });
  const runs = hub.hub.app.get(StaffKeysService, { strict: false });
  await runs.tonight();
  expect(await idsOf(county)).toContain(id);
  // 25 months on, every month so far is older than 24 whole months.
  hub.clock.days(25 * 31);
  await runs.tonight();
  expect(await idsOf(county)).toEqual([]);
  expect(await idOf(county)).not.toBe(id);
  const { items } = (await hub.as(agencies.county).call('GET', '/v1/audit/entries?act=consent-read')).body;
  expect(items).toEqual([expect.objectContaining({ person: id, verified: true })]);
  const destroyed = await hub.sql(
    `select from stafett.entry_detail where act = 'staff-key-destroyed' and controller_id = $1`,
    [county],
  );
  expect(destroyed).toHaveLength(3);
});
