import { startHub } from '../../src/hub.js';
import { client, type Client } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

/** Not in the directory when the hub starts. */
const NEWCOMER = '310200905';

type Role = 'api' | 'worker';

/** One process whose directory is as old as its start, and another one that knows the newcomer at once and does all that the first does not. */
async function withNewcomer(
  roles: readonly Role[],
  work: (old: TestHub, young: (number: string) => Client, logged: readonly string[]) => Promise<void>,
): Promise<void> {
  const logged: string[] = [];
  const old = await startTestHub(
    (config) => ({
      ...config,
      identity: { ...config.identity, directoryCacheSeconds: 60 },
      process: { ...config.process, roles, logLevel: 'warn' },
    }),
    { write: (line: string) => void logged.push(line) },
  );
  const { identity, process } = old.config;
  const young = await startHub(
    {
      ...old.config,
      identity: { ...identity, directoryCacheSeconds: 0 },
      process: { ...process, roles: roles.includes('worker') ? ['api'] : ['api', 'worker'] },
    },
    { appUrl: old.database.appUrl, docs: false },
  );
  try {
    await old.as(agencies.ot).pull();
    await old.sql(
      `insert into stafett.agency select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'org_number', $1::text))).*
       from stafett.agency a where org_number = $2`,
      [NEWCOMER, agencies.school],
    );
    await work(
      old,
      (number) => client(`http://127.0.0.1:${young.port}`, number, () => old.token(number)),
      logged,
    );
  } finally {
    await young.stop();
    await old.close();
  }
}

it.each<[string, readonly Role[], readonly ('pull' | 'acknowledge')[]]>([
  ['dispatches', ['api', 'worker'], ['pull', 'acknowledge']],
  ['hands out', ['api'], ['pull', 'acknowledge']],
  ['takes acknowledgements of', ['api'], ['acknowledge']],
])(
  '%s what an agency sends that it has not heard of yet',
  (_, roles, steps) =>
    withNewcomer(roles, async (old, young, logged) => {
      const at = (step: 'pull' | 'acknowledge'): Client =>
        steps.includes(step) ? old.as(agencies.ot) : young(agencies.ot);
      const newcomer = young(NEWCOMER);
      const data = dataOf('education-interrupted', newYouth(), { school: NEWCOMER });
      const id = await newcomer.send(newcomer.event('education-interrupted', data));
      const [event] = await at('pull').pullUntil((events) => events.length > 0);
      expect(event).toMatchObject({ recordid: id, source: `urn:stafett:agency:${NEWCOMER}` });
      expect((await at('acknowledge').acknowledge([event.transferid])).status).toBe(200);
      const sides = await old.sql(
        `select e.act, o.org_number as other from stafett.entry_detail e left join stafett.agency o on o.id = e.other_agency_id
         where e.record_id = $1 and e.act in ('transfer-disclosed', 'transfer-acknowledged') order by e.id`,
        [id],
      );
      expect(sides).toEqual([
        { act: 'transfer-disclosed', other: NEWCOMER },
        { act: 'transfer-acknowledged', other: NEWCOMER },
      ]);
      expect(logged.filter((line) => /shard-set-aside|batch-failed/.test(line))).toEqual([]);
    }),
  30_000,
);

it('tells a sender what has gone to an agency that it has not heard of yet', () =>
  withNewcomer(['api'], async (old, young) => {
    const ot = young(agencies.ot);
    const recipient = `urn:stafett:agency:${NEWCOMER}`;
    // About no one: a group record.
    await ot.dispatched(await ot.send(ot.event('measure-grant', dataOf('measure-grant'), { recipient })));
    const { status, body } = await old.as(agencies.ot).call('GET', '/v1/outbox');
    expect(status).toBe(200);
    expect(body.items[0].transfers).toMatchObject([{ recipient, state: 'available' }]);
  }));
