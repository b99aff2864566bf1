import { DataSource } from 'typeorm';
import type { AgencyId } from '../../src/common/ids.js';
import { withTx } from '../../src/database/tx.js';
import { DirectoryService } from '../../src/directory/directory.service.js';
import { ExpiryService } from '../../src/dispatch/expiry.service.js';
import { Rechecks } from '../../src/queue/recheck.js';
import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let school: Client;
let ot: AgencyId;

beforeAll(async () => {
  // A process that read the directory before another changed it.
  hub = await startTestHub((config) => ({
    ...config,
    identity: { ...config.identity, directoryCacheSeconds: 3600 },
  }));
  school = hub.as(agencies.school);
  const agency = (await hub.hub.app.get(DirectoryService).snapshot()).agencyByNumber(agencies.ot);
  ot = agency!.id;
});
afterAll(() => hub.close());

/** As another process changes it. */
const active = (yes: boolean): Promise<unknown> =>
  hub.sql('update stafett.agency set active = $2 where id = $1', [ot, yes]);

const interrupted = async (): Promise<string> => {
  const data = dataOf('education-interrupted', newYouth(), { school: school.orgNumber });
  const id = await school.send(school.event('education-interrupted', data));
  await school.dispatched(id);
  return id;
};

const isTold = async (id: string): Promise<void> => {
  const events = await school.pullUntil((all) => all.some(({ recordid }) => recordid === id));
  expect(events.find(({ recordid }: Json) => recordid === id)?.data).toMatchObject({
    state: 'withdrawn',
    reason: 'recipient-inactive',
  });
};

it('takes back what waits for an agency that left and tells the sender, however old the directory in memory', async () => {
  const id = await interrupted();
  await active(false);
  const { app } = hub.hub;
  await withTx(app.get(DataSource), (tx) =>
    app.get(Rechecks, { strict: false }).add(tx, [{ shard: 0, cause: 'agency-changed', subject: ot }]),
  );
  await isTold(id);
  await active(true);
});

it('finds, once a minute, what was made for an agency that had left', async () => {
  await active(false);
  const id = await interrupted();
  await hub.hub.app.get(ExpiryService, { strict: false }).findOverdue();
  await isTold(id);
  expect(await hub.hub.app.get(ExpiryService, { strict: false }).findOverdue()).toBe(0);
  await active(true);
});
