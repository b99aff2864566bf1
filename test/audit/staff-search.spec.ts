import { DataSource } from 'typeorm';
import { AuditService } from '../../src/audit/audit.service.js';
import { StaffKeysService } from '../../src/audit/staff-keys.service.js';
import type { ActName } from '../../src/audit/acts.js';
import type { ControllerId } from '../../src/common/ids.js';
import { withTx } from '../../src/database/tx.js';
import type { Answer, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';

let hub: TestHub;
let audit: AuditService;
let own: ControllerId;
let others: ControllerId;
const person = 'kari.ansatt@oppland.example';
const reason = 'Tilsyn i november';

beforeAll(async () => {
  hub = await startTestHub();
  audit = hub.hub.app.get(AuditService, { strict: false });
  const controllerOf = async (number: string): Promise<ControllerId> =>
    (
      await hub.sql<{ id: ControllerId }>(
        'select controller_id as id from stafett.agency where org_number = $1',
        [number],
      )
    )[0]!.id;
  [own, others] = [await controllerOf(agencies.county), await controllerOf('315100011')];
});
afterAll(() => hub.close());

/** As the hub will write it where a person acts. */
const acted = (act: ActName, controllerId: ControllerId, who = person): Promise<void> =>
  withTx(hub.hub.app.get(DataSource), async (tx) =>
    audit.append(tx, [{ act, controllerId, person: await audit.staffId(tx, controllerId, who) }]),
  );
const search = (more: Json = {}, as: string = agencies.county): Promise<Answer> =>
  hub.as(as).call('POST', '/v1/audit/staff-searches', { person, reason, ...more });
const actsIn = ({ body }: Answer): string[] => body.items.map(({ act }: Json) => act);
/** Months after which a key is too old. */
const longAgo = (): number => hub.config.log.staffIdMonths + 2;
/** Some months back or on, and to now again: tokens are of today. */
async function inAnotherMonth(months: number, work: () => Promise<void>): Promise<void> {
  hub.clock.days(months * 31);
  try {
    await work();
  } finally {
    hub.clock.days(-months * 31);
  }
}

it('finds what a person did in all months, page by page, and nothing that others did', async () => {
  await inAnotherMonth(-longAgo(), () => acted('consent-given', own));
  await inAnotherMonth(-1, () => acted('consent-withdrawn', own));
  for (let time = 0; time < 3; time += 1) await acted('consent-read', own);
  await acted('consent-read', own, 'ola.ansatt@oppland.example');
  await acted('consent-read', others);
  const whole = await search();
  expect(whole.status).toBe(200);
  const all = ['consent-given', 'consent-withdrawn', 'consent-read', 'consent-read', 'consent-read'];
  expect([actsIn(whole), whole.body.more, whole.body.destroyedThrough]).toEqual([all, false, null]);
  expect(new Set(whole.body.items.map((item: Json) => item.person)).size).toBe(3);
  expect(whole.body.items.every((item: Json) => item.verified)).toBe(true);

  const pages: Answer[] = [await search({ limit: 2 })];
  while (pages.at(-1)!.body.more) pages.push(await search({ limit: 2, after: pages.at(-1)!.body.cursor }));
  // Meanwhile they may have got their places in the log.
  const idsIn = ({ body }: Answer): string[] => body.items.map(({ entryId }: Json) => entryId);
  expect(pages.flatMap(idsIn)).toEqual(idsIn(whole));
  expect(pages).toHaveLength(3);
  const cursor = pages[0]!.body.cursor;
  expect((await search({ person: 'someone.else', after: cursor })).body.code).toBe('cursor-foreign');
  expect(actsIn(await search({}, '315100011'))).toEqual(['consent-read']);
  expect(actsIn(await search({ person: person.toUpperCase() }))).toEqual([]);
});

it('becomes an entry with its reason and this month’s id of the person, and never with who it is', async () => {
  await search({ limit: 1 });
  const [row] = await hub.sql<{ detail: Json }>(
    `select detail from stafett.entry_detail where act = 'audit-searched' order by id desc limit 1`,
  );
  const [id] = (
    await hub.sql<{ person: string }>(
      `select person from stafett.entry_detail where controller_id = $1 and act = 'consent-read' order by id limit 1`,
      [own],
    )
  ).map((entry) => entry.person);
  expect(row?.detail).toEqual({ reason, entries: 1, staff: id });
  for (const wrong of [`Tilsyn med ${person}`, `TILSYN: ${person.toUpperCase()}`])
    expect((await search({ reason: wrong })).body.errors).toEqual([
      { pointer: '/body/reason', code: 'names-person' },
    ]);
  const [left] = await hub.sql<{ n: string }>(
    `select count(*) as n from stafett.entry_detail where detail::text ilike '%kari.ansatt%'`,
  );
  expect(left?.n).toBe('0');
});

it('is for auditors, and takes the person in the body alone', async () => {
  expect((await search({}, agencies.school)).body.code).toBe('insufficient-scope');
  const inAddress = await hub
    .as(agencies.county)
    .call('POST', `/v1/audit/staff-searches?person=${person}`, { reason });
  expect([inAddress.status, inAddress.body.code]).toEqual([400, 'invalid-request']);
  for (const more of [{ person: '' }, { reason: 'x' }, { limit: 501 }, { person: 1 }, { after: 'x' }])
    expect((await search(more)).status).toBe(400);
});

it('says through which month nothing can be found any more, once that month’s key is destroyed', async () => {
  const runs = hub.hub.app.get(StaffKeysService, { strict: false });
  await runs.tonight();
  // What the hub's clock alone says is too old stays.
  await inAnotherMonth(longAgo(), () => runs.tonight());
  const { body } = await search();
  const at = (text: string): string => text.slice(0, 7);
  const kept = body.items.map(({ at: time }: Json) => at(time));
  expect(body.destroyedThrough).toMatch(/^\d{4}-\d{2}$/);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.every((month: string) => month > body.destroyedThrough)).toBe(true);
  const told = body.items.map(({ act }: Json) => act);
  expect(told).not.toContain('consent-given');
  expect(told).toEqual(expect.arrayContaining(['consent-withdrawn', 'consent-read']));
});
