import { setTimeout as sleep } from 'node:timers/promises';
import { ServerGuard, type ServerNews } from '../../src/database/server-guard.js';
import { until } from '../support/until.js';

const pace = { look: 5, again: 20 };

it('tries again, and tells why not, until the server is there', async () => {
  const told: ServerNews[] = [];
  let isUp = true;
  let starts = 0;
  const guard = new ServerGuard(
    () => isUp,
    () => {
      starts += 1;
      if (starts < 3) return Promise.reject(new Error('the port is taken'));
      isUp = true;
      return Promise.resolve();
    },
    (news) => told.push(news),
    pace,
  );
  await sleep(50);
  expect(told).toEqual([]);
  isUp = false;
  await until(() => told.at(-1)?.server === 'started');
  const failed = { server: 'failed', why: 'the port is taken' };
  expect(told).toEqual([
    { server: 'ended' },
    failed,
    { server: 'ended' },
    failed,
    { server: 'ended' },
    { server: 'started' },
  ]);
  guard.end();
});

it('starts nothing where the system cannot tell whether the server is there', async () => {
  const told: ServerNews[] = [];
  let looks = 0;
  const guard = new ServerGuard(
    () => {
      looks += 1;
      throw new Error('EMFILE: too many open files');
    },
    () => Promise.resolve(),
    (news) => told.push(news),
    pace,
  );
  await until(() => looks > 2);
  guard.end();
  expect(told).toEqual([]);
});

it('starts nothing once it has ended, even where it had begun to', async () => {
  let isOver: (() => boolean) | undefined;
  const guard = new ServerGuard(
    () => false,
    (over) => {
      isOver = over;
      return Promise.resolve();
    },
    () => undefined,
    pace,
  );
  await until(() => isOver !== undefined);
  guard.end();
  expect(isOver?.()).toBe(true);
  let again = 0;
  const later = new ServerGuard(
    () => false,
    () => Promise.resolve(void (again += 1)),
    () => undefined,
    pace,
  );
  later.end();
  await sleep(50);
  expect(again).toBe(0);
});
