import { setTimeout as sleep } from 'node:timers/promises';
import { startHub, type Hub } from '../../src/hub.js';
import type { Role } from '../../src/config/config.schema.js';
import { client, type Client } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

/** A hub whose directory is as old as it may be (sixty seconds here, one at most by default), and one that knows better. */
interface Pair {
  readonly old: TestHub;
  readonly fresh: Hub;
}
let pair: Pair | undefined;
async function start(roles: {
  readonly old: readonly Role[];
  readonly fresh: readonly Role[];
}): Promise<Pair> {
  const old = await startTestHub((config) => ({
    ...config,
    identity: { ...config.identity, directoryCacheSeconds: 60 },
    process: { ...config.process, roles: [...roles.old] },
  }));
  const { config, database } = old;
  const fresh = await startHub(
    {
      ...config,
      identity: { ...config.identity, directoryCacheSeconds: 0 },
      process: { ...config.process, roles: [...roles.fresh] },
    },
    { appUrl: database.appUrl, docs: false },
  );
  return (pair = { old, fresh });
}
afterEach(async () => {
  await pair?.fresh.stop();
  await pair?.old.close();
});

const atFresh = ({ old, fresh }: Pair, orgNumber: string): Client =>
  client(`http://127.0.0.1:${fresh.port}`, orgNumber, () => old.token(orgNumber));
const isActive = ({ old }: Pair, orgNumber: string, active: boolean): Promise<unknown> =>
  old.sql('update stafett.agency set active = $1 where org_number = $2', [active, orgNumber]);
const push = async (school: Client, recipient?: string): Promise<string> =>
  school.send(
    school.event(
      'education-interrupted',
      dataOf('education-interrupted', newYouth(), { school: school.orgNumber }),
      recipient === undefined ? {} : { recipient: `urn:stafett:agency:${recipient}` },
    ),
  );

it('refuses no record for good by what another process knows to be otherwise', async () => {
  const here = await start({ old: ['api', 'worker'], fresh: ['api'] });
  await isActive(here, agencies.ot, false);
  await here.old.as(agencies.school).call('GET', '/v1/outbox');
  await isActive(here, agencies.ot, true);
  const school = atFresh(here, agencies.school);
  const id = await push(school, agencies.ot);
  expect((await school.dispatched(id)).state).toBe('dispatched');
  expect(await here.old.sql('select from stafett.record_body where id = $1', [id])).toHaveLength(1);
}, 40_000);

it('leaves out nothing that a reader with a cursor would not come back to', async () => {
  const here = await start({ old: ['api'], fresh: ['api', 'worker'] });
  await isActive(here, agencies.school, false);
  const ot = here.old.as(agencies.ot);
  const { cursor } = (await ot.pull()).body;
  const polling = ot.pull(`?after=${cursor}&wait=10`);
  await sleep(100);
  await isActive(here, agencies.school, true);
  const id = await push(atFresh(here, agencies.school));
  const { events } = (await polling).body;
  expect(events).toMatchObject([{ recordid: id }]);
}, 40_000);
