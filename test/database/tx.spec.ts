import type { DataSource } from 'typeorm';
import { Problem } from '../../src/common/problems.js';
import { openApp } from '../../src/database/data-source.js';
import { whyUnavailable } from '../../src/database/failures.js';
import { armFault } from '../../src/database/fault-point.js';
import { withoutTx, statement, withTx, type Tx } from '../../src/database/tx.js';
import { asAdmin, createDatabase, openPool, type TestDatabase } from '../support/database.js';
import { startPostgres } from '../support/postgres.js';
import { until } from '../support/until.js';
import { rmSync } from 'node:fs';

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  db = await openPool(database.appUrl);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const addCheck = statement('test.add-check', `insert into stafett.key_check values ($1, '\\x01')`);
const countChecks = statement(
  'test.count-checks',
  'select count(*)::int as n from stafett.key_check where name = $1',
);
const lock = statement('test.lock', 'select pg_advisory_xact_lock(1, $1::int)');
const backend = statement('test.backend', 'select pg_backend_pid() as pid');
const nap = statement('test.nap', 'select pg_sleep(10)');
const parallel = statement(
  'test.parallel',
  `select current_setting('max_parallel_workers_per_gather') as workers`,
);
const limits = statement(
  'test.limits',
  `select current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle,
     current_setting('tcp_user_timeout') as unread`,
);
const raise = statement('test.raise', 'select 1 / $1::int');

const count = (name: string): Promise<number> =>
  withTx(db, async (tx) => (await tx.query<{ n: number }>(countChecks, [name]))[0]?.n ?? -1);

it('commits all of the work, or nothing', async () => {
  await withTx(db, (tx) => tx.query(addCheck, ['kept']));
  await expect(
    withTx(db, async (tx) => {
      await tx.query(addCheck, ['gone']);
      await tx.query(raise, [0]);
    }),
  ).rejects.toMatchObject({ code: '22012' });
  expect([await count('kept'), await count('gone')]).toEqual([1, 0]);
});

describe('leaves nothing when its BEGIN is refused', () => {
  beforeEach(() => armFault('fail-57014:before:tx.begin'));
  afterEach(() => armFault(''));

  it.each<[string, (tx: Tx, name: string) => Promise<unknown> | void]>([
    ['what is sent', (tx, name) => tx.send(addCheck, [name])],
    ['what is asked', (tx, name) => tx.query(addCheck, [name])],
    [
      'what follows a read',
      async (tx, name) => {
        await tx.query(backend);
        tx.send(addCheck, [name]);
      },
    ],
    [
      'what is sent beside a read',
      async (tx, name) => {
        tx.send(addCheck, [name]);
        await tx.query(backend);
      },
    ],
    ['what goes through the manager', async (tx, name) => (await tx.manager()).query(addCheck.text, [name])],
  ])('of %s', async (name, work) => {
    await expect(withTx(db, (tx) => work(tx, name))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await count(name)).toBe(0);
  });
});

it('leaves nothing of work that fails while what it sent still waits for BEGIN', async () => {
  await expect(
    withTx(db, (tx) => {
      tx.send(addCheck, ['waited']);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await count('waited')).toBe(0);
});

it('lets no login wait for a lock, or keep one in a transaction that stands still, for ever', async () => {
  const another = await openPool(database.superUrl);
  try {
    expect(await withTx(another, (tx) => tx.query(limits))).toEqual([
      { lock: '10s', idle: '5s', unread: process.platform === 'linux' ? '6000' : '0' },
    ]);
  } finally {
    await another.destroy();
  }
});

it('takes a COMMIT that is refused back, and leaves its connection in order', async () => {
  const one = await openPool(database.appUrl, 1);
  try {
    armFault('fail-57014:before:tx.commit');
    const refused = await withTx(one, (tx) => tx.query(addCheck, ['refused'])).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'unavailable' });
    expect(whyUnavailable(refused)).toBe('fault point, SQLSTATE 57014');
    for (const other of [new Error('a row'), new Problem('internal', [], {}, { cause: new Error('a row') })])
      expect(whyUnavailable(other)).toBeUndefined();
    expect(await withTx(one, (tx) => tx.query(countChecks, ['refused']))).toEqual([{ n: 0 }]);
  } finally {
    armFault('');
    await one.destroy();
  }
});

it('runs what waits for the commit only after it, and not after a rollback', async () => {
  const rung: string[] = [];
  await withTx(db, async (tx) => {
    tx.afterCommit(() => rung.push('committed'));
    await tx.query(addCheck, ['rung']);
    expect(rung).toEqual([]);
  });
  await expect(
    withTx(db, (tx) => {
      tx.afterCommit(() => rung.push('rolled back'));
      return Promise.reject(new Error('no'));
    }),
  ).rejects.toThrow('no');
  expect(rung).toEqual(['committed']);
});

it('answers a read that is cut as a transaction is, and reads again at once', async () => {
  const reads = withoutTx(db);
  const sleeping = expect(reads.query(nap)).rejects.toMatchObject({ code: 'unavailable' });
  await until(async () => {
    const cut = await asAdmin(database.superUrl, (admin) =>
      admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like '%pg_sleep(10)%' and pid <> pg_backend_pid()`,
        [database.name],
      ),
    );
    return cut.rowCount === 1;
  });
  await sleeping;
  expect(await reads.query(backend)).toHaveLength(1);
});

it('starts no parallel workers for its statements, however large the tables', async () => {
  await expect(withoutTx(db).query(parallel)).resolves.toEqual([{ workers: '0' }]);
});

it('runs the whole work again after a deadlock', async () => {
  let runs = 0;
  let meet: () => void = () => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  let waiting = 2;
  const cross = (first: number, second: number): Promise<unknown> =>
    withTx(db, async (tx) => {
      runs += 1;
      await tx.query(lock, [first]);
      waiting -= 1;
      if (waiting === 0) meet();
      await met;
      await tx.query(lock, [second]);
      await tx.query(addCheck, [`cross-${first}`]);
    });
  await Promise.all([cross(1, 2), cross(2, 1)]);
  expect(runs).toBe(3);
  expect([await count('cross-1'), await count('cross-2')]).toEqual([1, 1]);
});

it('answers with the problem "unavailable" when the connection is cut, and works again at once', async () => {
  const cut = withTx(db, async (tx) => {
    const pid = (await tx.query<{ pid: number }>(backend))[0]?.pid;
    await asAdmin(database.superUrl, (admin) => admin.query('select pg_terminate_backend($1)', [pid]));
    await tx.query(addCheck, ['cut']);
  });
  await expect(cut).rejects.toBeInstanceOf(Problem);
  await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
  expect(await count('cut')).toBe(0);
});

it('outlives the death of an idle connection', async () => {
  await count('x');
  await asAdmin(database.superUrl, (admin) =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'stafett'`,
      [database.name],
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await count('kept')).toBe(1);
});

it('answers "unavailable" when no connection becomes free in time', async () => {
  // It opens its first connection in that time too, beside whatever else the machine does.
  const small = await openApp(database.appUrl, {
    poolSize: 1,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 5000,
  });
  try {
    await withTx(small, async () => {
      await expect(withTx(small, (tx) => tx.query(countChecks, ['x']))).rejects.toMatchObject({
        code: 'unavailable',
      });
    });
  } finally {
    await small.destroy();
  }
});

it('answers "unavailable" when a statement takes longer than its time', async () => {
  const hasty = await openApp(database.appUrl, {
    poolSize: 2,
    connectTimeoutMs: 5000,
    statementTimeoutMs: 500,
  });
  try {
    await withTx(hasty, async (tx) => {
      await tx.query(lock, [9]);
      await expect(withTx(hasty, (other) => other.query(lock, [9]))).rejects.toMatchObject({
        code: 'unavailable',
      });
    });
  } finally {
    await hasty.destroy();
  }
});

describe('answers "unavailable", and works again at once,', () => {
  const briefly = statement('test.briefly', `select set_config($1, '50ms', true)`);
  const readOnly = statement('test.read-only', 'set transaction read only');
  const clash = statement('test.clash', `do $$ begin raise exception using errcode = '40001'; end $$`);
  const badDisk = statement('test.bad-disk', `do $$ begin raise exception using errcode = '58030'; end $$`);
  const isUnavailable = (work: Promise<unknown>): Promise<void> =>
    expect(work).rejects.toMatchObject({ code: 'unavailable' });
  afterEach(async () => expect(await count('kept')).toBe(1));

  it('when a lock does not come free in the time that its login may wait', () =>
    withTx(db, async (holder) => {
      await holder.query(lock, [11]);
      await isUnavailable(
        withTx(db, async (tx) => {
          await tx.query(briefly, ['lock_timeout']);
          await tx.query(lock, [11]);
        }),
      );
    }));

  it('when the server ends a session whose process stood still in the middle of a transaction', () =>
    isUnavailable(
      withTx(db, async (tx) => {
        await tx.query(briefly, ['idle_in_transaction_session_timeout']);
        await new Promise((resolve) => setTimeout(resolve, 200));
        await tx.query(addCheck, ['stood-still']);
      }),
    ));

  it('when it stood still itself, and not to those who waited for its locks', async () => {
    let isLocked: () => void = () => undefined;
    const locked = new Promise<void>((resolve) => (isLocked = resolve));
    const still = isUnavailable(
      withTx(db, async (tx) => {
        await tx.query(lock, [12]);
        isLocked();
        await new Promise((resolve) => setTimeout(resolve, 6000));
        await tx.query(addCheck, ['stood-still']);
      }),
    );
    await locked;
    await withTx(db, (tx) => tx.query(lock, [12]));
    await still;
  }, 15_000);

  it('when its connection breaks between two statements of the manager', () =>
    isUnavailable(
      withTx(db, async (tx) => {
        const manager = await tx.manager();
        const [{ pid }] = await manager.query<[{ pid: number }]>('select pg_backend_pid() as pid');
        await asAdmin(database.superUrl, (admin) => admin.query('select pg_terminate_backend($1)', [pid]));
        await new Promise((resolve) => setTimeout(resolve, 100));
        await manager.query(addCheck.text, ['broken']);
      }),
    ));

  it('when the server only reads, as after a switch to a standby', () =>
    isUnavailable(
      withTx(db, async (tx) => {
        await tx.query(readOnly);
        await tx.query(addCheck, ['read-only']);
      }),
    ));

  it('when its disk fails', () => isUnavailable(withTx(db, (tx) => tx.query(badDisk))));

  it('when others are in the way time after time', async () => {
    let runs = 0;
    await isUnavailable(
      withTx(db, (tx) => {
        runs += 1;
        return tx.query(clash);
      }),
    );
    expect(runs).toBe(5);
  });
});

it('answers "unavailable" while the server is down, and serves again when it is back', async () => {
  const server = await startPostgres();
  const away = await openApp(server.superUrl, {
    poolSize: 2,
    connectTimeoutMs: 2000,
    statementTimeoutMs: 5000,
  });
  try {
    await withTx(away, (tx) => tx.query(lock, [1]));
    await server.stop();
    await expect(withTx(away, (tx) => tx.query(lock, [1]))).rejects.toMatchObject({ code: 'unavailable' });
  } finally {
    await away.destroy();
    rmSync(server.folder, { recursive: true });
  }
});

it('refuses a second text under the name of a statement', () => {
  expect(() => statement('test.lock', 'select 1')).toThrow('declared twice');
});
