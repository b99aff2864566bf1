import type { DataSource } from 'typeorm';
import { withTx } from '../../src/database/tx.js';
import { StandingJobs } from '../../src/queue/standing-jobs.js';
import { LeaseLost, ScheduledRuns, type Lease } from '../../src/queue/scheduled-runs.js';
import { until } from '../support/until.js';
import { asAdmin, createDatabase, openPool, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: DataSource;
let one: ScheduledRuns, other: ScheduledRuns;
beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
  [one, other] = [new ScheduledRuns(db), new ScheduledRuns(db)];
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** As if whoever has the run had not said anything for longer than its lease. */
const leaseEnds = (job: string): Promise<unknown> =>
  asAdmin(database.superUrl, (admin) =>
    admin.query(`update stafett.scheduled_run set lease_until = now() - interval '1 second' where job = $1`, [
      job,
    ]),
  );

it('does a run once for a slot, however many ask at once, and again for the next', async () => {
  let done = 0;
  const ask = (slot: string): Promise<boolean>[] =>
    [one, other, one, other].map((runs) => runs.once('many', slot, () => Promise.resolve(void (done += 1))));
  expect((await Promise.all(ask('monday'))).filter(Boolean)).toHaveLength(1);
  expect(await one.once('many', 'monday', () => Promise.resolve())).toBe(false);
  expect((await Promise.all(ask('tuesday'))).filter(Boolean)).toHaveLength(1);
  expect(done).toBe(2);
});

it('lets nobody write who stood still while another took the run over', async () => {
  let goOn: () => void = () => undefined;
  const stands = new Promise<void>((resolve) => (goOn = resolve));
  let lease: Lease | undefined;
  const first = one.once('paused', 'monday', async (held) => {
    lease = held;
    await withTx(db, (tx) => held.hold(tx));
    await stands;
    await withTx(db, (tx) => held.hold(tx));
  });
  const lost = expect(first).rejects.toThrow(LeaseLost);
  await until(() => lease !== undefined);
  expect(await other.once('paused', 'monday', () => Promise.resolve())).toBe(false);
  await leaseEnds('paused');
  const taken = await other.once('paused', 'monday', async (held) => {
    await withTx(db, (tx) => held.hold(tx));
    goOn();
    await lost;
    await withTx(db, (tx) => held.hold(tx));
  });
  expect(taken).toBe(true);
});

it('takes over a run whose lease was made by a clock that was set back since', async () => {
  await expect(one.once('ahead', 'monday', () => Promise.reject(new Error('killed')))).rejects.toThrow(
    'killed',
  );
  await asAdmin(database.superUrl, (admin) =>
    admin.query(
      `update stafett.scheduled_run set lease_until = now() + interval '1 hour' where job = 'ahead'`,
    ),
  );
  expect(await other.once('ahead', 'monday', () => Promise.resolve())).toBe(true);
});

it('does not count as done where its lease was lost before the end, nor where it failed', async () => {
  const late = one.once('late', 'monday', async () => {
    await leaseEnds('late');
    await other.once('late', 'monday', () => Promise.resolve());
  });
  await expect(late).rejects.toThrow(LeaseLost);
  const fails = one.once('fails', 'monday', () => Promise.reject(new Error('broken')));
  await expect(fails).rejects.toThrow('broken');
  expect(await other.once('fails', 'monday', () => Promise.resolve())).toBe(false);
  await leaseEnds('fails');
  expect(await other.once('fails', 'monday', () => Promise.resolve())).toBe(true);
});

it('gives a standing job to the next where only a clock that was set back since can have made its lease, and to nobody before', async () => {
  const [jobs, others] = [new StandingJobs(db), new StandingJobs(db)];
  const first = await jobs.take('standing', 15);
  expect(await others.take('standing', 15)).toBeUndefined();
  await asAdmin(database.superUrl, (admin) =>
    admin.query(`update stafett.standing_term set until = now() + interval '1 hour' where job = 'standing'`),
  );
  const second = await others.take('standing', 15);
  await withTx(db, (tx) => second?.hold(tx) ?? Promise.reject(new Error('nobody has it')));
  await expect(withTx(db, (tx) => first?.hold(tx) ?? Promise.resolve())).rejects.toThrow(LeaseLost);
});
