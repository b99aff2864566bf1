import { Waits, type Waiting } from '../../src/queue/waits.js';

let now = 0;
const waits = (): Waits => new Waits(5000, () => now);
const record = (shard: number, oldest: number, newest = oldest): Waiting => ({
  shard,
  what: 'record',
  oldest: String(oldest),
  newest: String(newest),
});
const recheck = (shard: number, no: number): Waiting => ({ ...record(shard, no), what: 'recheck' });

beforeEach(() => (now = 1000));

it('rings at its first look for everything, as nobody knows how long that has waited', () => {
  expect([...waits().overdue([record(1, 7), recheck(2, 3)])]).toEqual([1, 2]);
});

it('rings for what was there at a look that long ago and is there still, and for nothing that came since', () => {
  const mine = waits();
  mine.overdue([]);
  now += 1000;
  expect([...mine.overdue([record(1, 10), recheck(3, 4)])]).toEqual([]);
  now += 1000;
  expect([...mine.overdue([record(1, 10, 11), record(2, 11), recheck(3, 4)])]).toEqual([]);
  now += 4000;
  expect([...mine.overdue([record(1, 10, 11), record(2, 11), recheck(3, 4), recheck(4, 5)])]).toEqual([1, 3]);
  now += 1000;
  expect([...mine.overdue([record(1, 12), record(2, 11)])]).toEqual([2]);
});

it('goes on ringing for as long as it waits', () => {
  const mine = waits();
  mine.overdue([record(1, 10)]);
  const times = Array.from({ length: 20 }, () => {
    now += 1000;
    return mine.overdue([record(1, 10)]).size;
  });
  expect(times).toEqual([0, 0, 0, 0, ...Array<number>(16).fill(1)]);
});
