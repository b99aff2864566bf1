import { CronTime } from 'cron';
import { ExpiryService } from '../../src/dispatch/expiry.service.js';
import { lastDue, NightlyService } from '../../src/reconciliation/nightly.service.js';
import { startTestHub, type TestHub } from '../support/hub.js';

const at = (nightly: string): Promise<TestHub> =>
  startTestHub((config) => ({ ...config, reconciliation: { ...config.reconciliation, nightly } }));
const lastNight = (hub: TestHub): Promise<void> =>
  hub.hub.app.get(NightlyService, { strict: false }).lastNight();

interface Run {
  readonly job: string;
  readonly slot: string;
  readonly fence: string;
  readonly done: boolean;
}
const runs = (hub: TestHub): Promise<Run[]> =>
  hub.sql<Run>(
    `select job, slot, fence::text, finished_at is not null as done from stafett.scheduled_run where job like 'reconcile-%' order by job`,
  );

describe('the nightly runs', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await at('15 2 * * *');
  });
  afterAll(() => hub.close());

  it('are made up for where nobody was there for them, once', async () => {
    await lastNight(hub);
    const made = await runs(hub);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ slot }) => slot)).size).toBe(1);
    expect(made.every(({ fence, done }) => fence === '1' && done)).toBe(true);
    await lastNight(hub);
    expect(await runs(hub)).toEqual(made);
  });

  it('are of nights that have been by the database’s clock, however far ahead the hub’s is', async () => {
    const made = await runs(hub);
    hub.clock.days(3);
    await lastNight(hub);
    await hub.hub.app.get(ExpiryService, { strict: false }).everyMinute();
    hub.clock.days(-3);
    expect(await runs(hub)).toEqual(made);
    expect(
      await hub.sql(`select from stafett.scheduled_run where job = 'expiry' and slot::timestamptz > now()`),
    ).toEqual([]);
    expect(await hub.sql(`select from stafett.scheduled_run where job = 'expiry'`)).not.toEqual([]);
  });

  it('are left to who has them, and taken over from who is gone', async () => {
    const unfinished = (until: string): Promise<unknown> =>
      hub.sql(
        `update stafett.scheduled_run set finished_at = null, lease_until = now() + $1::interval where job like 'reconcile-%'`,
        [until],
      );
    await unfinished('1 minute');
    await lastNight(hub);
    expect((await runs(hub)).some(({ done }) => done)).toBe(false);
    await unfinished('-1 second');
    await lastNight(hub);
    expect((await runs(hub)).every(({ fence, done }) => fence === '2' && done)).toBe(true);
  });
});

it('do nothing in a night that has none', async () => {
  // In so many days as make it neither today nor yesterday.
  const weekday = (new Date().getUTCDay() + 3) % 7;
  const hub = await at(`15 2 * * ${weekday}`);
  try {
    await lastNight(hub);
    expect(await runs(hub)).toEqual([]);
  } finally {
    await hub.close();
  }
});

it.each([
  ['15 2 * * *', '2026-11-27T12:00:00Z', '2026-11-27T01:15:00.000Z'],
  ['15 2 * * *', '2026-11-27T01:14:59Z', '2026-11-26T01:15:00.000Z'],
  ['15 2 * * *', '2026-11-27T01:15:00Z', '2026-11-27T01:15:00.000Z'],
  ['15 2,14 * * *', '2026-11-27T13:20:00Z', '2026-11-27T13:15:00.000Z'],
  ['0 * * * *', '2026-11-27T13:20:00Z', '2026-11-27T13:00:00.000Z'],
  // Summer time ends.
  ['15 4 * * *', '2026-10-25T12:00:00Z', '2026-10-25T03:15:00.000Z'],
  // A Friday.
  ['15 2 * * 1', '2026-11-27T12:00:00Z', undefined],
])('by "%s" the last time at %s was %s', (nightly, now, last) => {
  expect(lastDue(new CronTime(nightly, 'Europe/Oslo'), new Date(now))?.toISOString()).toBe(last);
});
