import { asAdmin } from '../support/database.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth } from '../support/youths.js';

const lines: string[] = [];
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub((config) => ({ ...config, process: { ...config.process, logLevel: 'error' } }), {
    write: (line: string) => void lines.push(line),
  });
});
afterAll(() => hub.close());

/** As no hub leaves it: the triggers that keep states in their order are off. */
const put = (id: string, state: string): Promise<void> =>
  asAdmin(hub.database.superUrl, async (admin) => {
    await admin.query('set session_replication_role = replica');
    await admin.query('update stafett.record set state = $2 where id = $1', [id, state]);
  });

const traceOf = async (
  id: string,
): Promise<{ transfers: number; entries: number; state: string | undefined }> => {
  const [row] = await hub.sql<{ transfers: number; entries: number; state: string }>(
    `select state, (select count(*)::int from stafett.transfer where record_id = r.id) as transfers,
       (select count(*)::int from stafett.entry_detail where record_id = r.id and act = 'transfer-available') as entries
     from stafett.record r where id = $1`,
    [id],
  );
  return { transfers: row?.transfers ?? 0, entries: row?.entries ?? 0, state: row?.state };
};

const push = async (youth = newYouth()): Promise<string> => {
  const school = hub.as(agencies.school);
  return school.send(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', youth, { school: school.orgNumber }),
    ),
  );
};
const dispatched = async (id: string): Promise<string> => {
  await hub.as(agencies.school).dispatched(id);
  return id;
};
/** Those of the records whose shard has none of the broken ones. */
const besides = async (broken: readonly string[], ids: readonly string[]): Promise<string[]> => {
  const rows = await hub.sql<{ id: string }>(
    `select id from stafett.record
     where id = any($2) and shard <> all (array(select shard from stafett.record where id = any($1)))`,
    [broken, ids],
  );
  return rows.map(({ id }) => id);
};
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
};
const setAside = (id: string): boolean =>
  lines.some((line) => line.includes('shard-set-aside') && line.includes(id));

/** Stays as the first test has left it, with its shard. */
let half: string;
const itsYouth = newYouth();

it('dispatches nothing of a record that has a transfer already, leaves no entry of a transfer that was not made, and says so', async () => {
  half = await dispatched(await push(itsYouth));
  await put(half, 'received');
  await push();
  await until(() => setAside(half));
  expect(await traceOf(half)).toEqual({ transfers: 1, entries: 1, state: 'received' });
  // Counted is what was committed.
  const made = await hub.sql('select from stafett.transfer where notice is null');
  expect(await metric('stafett_transfers_total{state="available"}')).toBe(made.length);
});

it('dispatches at once what comes meanwhile, but for what comes behind it', async () => {
  const atOnce = (): Promise<number> => metric('stafett_dispatched_records_total{way="at-once"}');
  const before = await atOnce();
  // Not where a worker looks just then, as it does for what waits so long.
  await until(async () => {
    await push();
    return (await atOnce()) >= before + 20;
  });
  const now = await atOnce();
  const behind = await push(itsYouth);
  expect(await traceOf(behind)).toEqual({ transfers: 0, entries: 0, state: 'received' });
  expect(await atOnce()).toBe(now);
});

it('lets one that cannot be dispatched keep nobody waiting but those of its shard', async () => {
  const broken = await dispatched(await push());
  const [own] = await hub.sql<{ sealed: Buffer }>('select sealed from stafett.record_body where id = $1', [
    broken,
  ]);
  const turn = (sealed: Buffer | undefined): Promise<unknown> =>
    hub.sql('update stafett.record_body set sealed = $2 where id = $1', [broken, sealed]);
  await hub.sql('delete from stafett.transfer where record_id = $1', [broken]);
  await turn(Buffer.alloc(100, 1));
  await put(broken, 'received');
  const others = await Promise.all(Array.from({ length: 30 }, () => push()));
  const free = await besides([half, broken], others);
  expect(free.length).toBeGreaterThan(0);
  for (const id of free) await dispatched(id);
  await until(() => setAside(broken));
  expect(await traceOf(broken)).toEqual({ transfers: 0, entries: 1, state: 'received' });
  expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/^stafett_aside_shards [12]$/m);

  await turn(own?.sealed);
  // The shard rests for 5 s, or for 10 where it was looked at again meanwhile, and the sweeper comes by every few.
  await until(async () => (await traceOf(broken)).state === 'dispatched', 30);
  expect(await traceOf(broken)).toEqual({ transfers: 1, entries: 2, state: 'dispatched' });
}, 90_000);
