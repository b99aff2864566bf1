import { GroupCommit, type GroupLimits, type Rest } from '../../src/records/group-commit.js';

const limits: GroupLimits = { groupSize: 10, parallel: 1, enough: 100, maxJobs: 100, maxBytes: 1000 };
const faulty = new Error('the fault of one job');

/** Time as these tests count it: turns of the event loop pass alike for the writes and for who waits for them, however busy the machine is. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

/** Writes take twenty turns; a job below zero makes the group fail, as the database would, and NaN makes every group fail. */
function groupsOf(
  given: Partial<GroupLimits> = {},
  rest: Rest = { times: 0, ms: 0 },
): {
  groups: GroupCommit<number, string>;
  begun: number[][];
  written: number[][];
  atOnce: () => number;
} {
  const begun: number[][] = [];
  const written: number[][] = [];
  let running = 0;
  let most = 0;
  const groups = new GroupCommit<number, string>(
    {
      write: async (jobs) => {
        begun.push([...jobs]);
        most = Math.max(most, (running += 1));
        await turns(20);
        running -= 1;
        if (jobs.some(Number.isNaN)) throw new Error('the database is away');
        if (jobs.some((job) => job < 0)) throw faulty;
        written.push([...jobs]);
        return jobs.map((job) => `wrote ${job}`);
      },
      isOfOneJob: (error) => error === faulty,
      failed: (job) => `refused ${job}`,
      ownerOf: (job) => `owner ${Math.floor(job / 100)}`,
    },
    { ...limits, ...given },
    rest,
  );
  return { groups, begun, written, atOnce: () => most };
}

it('writes a lone job at once, and those that come meanwhile together', async () => {
  const { groups, written } = groupsOf();
  const first = groups.join([1], 1);
  await turns(2);
  const others = [groups.join([2], 1), groups.join([3, 4], 1)];
  expect(await first).toEqual(['wrote 1']);
  expect(await Promise.all(others)).toEqual([['wrote 2'], ['wrote 3', 'wrote 4']]);
  expect(written).toEqual([[1], [2, 3, 4]]);
});

/** Longer than a test takes that is right. */
const forEver: Rest = { times: Infinity, ms: 10_000 };

it('lets nobody wait for company who sends one after the other', async () => {
  const { groups, begun } = groupsOf({}, forEver);
  await groups.join([1], 1);
  const second = groups.join([2], 1);
  await turns(3);
  expect(begun).toEqual([[1], [2]]);
  await second;
});

it('lets a sender of batches not wait because the next one is smaller', async () => {
  const { groups, begun } = groupsOf({}, forEver);
  await groups.join([1, 2, 3], 1);
  const second = groups.join([4], 1);
  await turns(3);
  expect(begun).toEqual([[1, 2, 3], [4]]);
  await second;
});

it('begins again when as many have come as the last group had, or enough for a group beside another', async () => {
  const { groups, begun } = groupsOf({ enough: 5 }, forEver);
  const join = (...jobs: number[]): Promise<unknown> => Promise.all(jobs.map((job) => groups.join([job], 1)));
  await join(1, 2, 3);
  const fourth = groups.join([4], 1);
  await turns(50);
  expect(begun).toEqual([[1, 2, 3]]);
  await Promise.all([fourth, join(5, 6)]);
  expect(begun).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const five = join(1, 2, 3, 4, 5);
  await join(1, 2, 3, 4, 5, 6, 7, 8);
  await five;
  expect(begun.at(-1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  await join(1, 2, 3, 4, 5);
  expect(begun.at(-1)).toEqual([1, 2, 3, 4, 5]);
});

it('waits for company that does not come no longer than it may', async () => {
  const { groups, begun } = groupsOf({}, { times: Infinity, ms: 30 });
  await Promise.all([groups.join([1], 1), groups.join([2], 1)]);
  const alone = groups.join([3], 1);
  await turns(1);
  await alone;
  expect(begun).toEqual([[1, 2], [3]]);
});

it('never splits what one caller gave, and never makes a group larger than allowed of several', async () => {
  const { groups, written } = groupsOf();
  const eleven = Array.from({ length: 11 }, (_, i) => i);
  await Promise.all([
    groups.join([1, 2, 3, 4, 5, 6], 1),
    groups.join([7, 8, 9, 10, 11], 1),
    groups.join(eleven, 1),
  ]);
  expect(written.map((group) => group.length)).toEqual([6, 5, 11]);
});

it('writes no more groups at once than allowed', async () => {
  const { groups, atOnce } = groupsOf({ parallel: 2, groupSize: 1, enough: 1 });
  await Promise.all(Array.from({ length: 12 }, (_, i) => groups.join([i], 1)));
  expect(atOnce()).toBe(2);
});

it('keeps a fault with the job whose it is: neighbours wait one more round, and no longer', async () => {
  const { groups, written } = groupsOf();
  const answers = await Promise.all([groups.join([1], 1), groups.join([-2], 1), groups.join([3], 1)]);
  expect(answers).toEqual([['wrote 1'], ['refused -2'], ['wrote 3']]);
  expect(written).toEqual([[1], [3]]);
});

it('finds the faulty jobs of one caller and writes the rest in order', async () => {
  const { groups, written } = groupsOf();
  expect(await groups.join([1, 2, -3, 4, 5, -6], 1)).toEqual([
    'wrote 1',
    'wrote 2',
    'refused -3',
    'wrote 4',
    'wrote 5',
    'refused -6',
  ]);
  expect(written.flat()).toEqual([1, 2, 4, 5]);
});

it('tells everybody when nothing could be written, and goes on with the next', async () => {
  const { groups } = groupsOf();
  const lost = await Promise.allSettled([groups.join([1], 1), groups.join([Number.NaN], 1)]);
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await groups.join([5], 1)).toEqual(['wrote 5']);
});

it('turns callers away while the buffer is full, by jobs or by bytes, and takes them again after', async () => {
  for (const full of [{ maxJobs: 3 }, { maxBytes: 30 }]) {
    const { groups } = groupsOf(full);
    const taken = [groups.join([1, 2], 20), groups.join([103], 10)];
    await expect(groups.join([4], 10)).rejects.toMatchObject({ code: 'busy' });
    expect(groups.isFullFor('anybody')).toBe(true);
    await Promise.all(taken);
    expect(await groups.join([4], 10)).toEqual(['wrote 4']);
  }
});

it('lets nobody who has a quarter of a crowded buffer have more, and others still come in', async () => {
  for (const size of [{ maxJobs: 8 }, { maxBytes: 8 }]) {
    const { groups } = groupsOf(size);
    const taken = [groups.join([1], 1), groups.join([2], 1), groups.join([3], 1), groups.join([104], 1)];
    await expect(groups.join([5], 1)).rejects.toMatchObject({ code: 'busy' });
    taken.push(groups.join([105], 1));
    await expect(groups.join([106], 1)).rejects.toMatchObject({ code: 'busy' });
    taken.push(groups.join([207], 1));
    await Promise.all(taken);
    expect(await groups.join([5], 1)).toEqual(['wrote 5']);
  }
});

it('answers nothing at once where there is nothing to write', async () => {
  expect(await groupsOf().groups.join([], 10)).toEqual([]);
});

it('begins a group beside one under way only when enough have come to make it worth a transaction', async () => {
  const { groups, written, atOnce } = groupsOf({ parallel: 2, enough: 3 });
  const first = groups.join([1], 1);
  await turns(2);
  const few = [groups.join([2], 1), groups.join([3], 1)];
  await Promise.all([first, ...few]);
  expect(written).toEqual([[1], [2, 3]]);
  expect(atOnce()).toBe(1);

  const next = groups.join([4], 1);
  await turns(2);
  await Promise.all([next, groups.join([5, 6, 7], 1)]);
  expect(written.slice(2)).toEqual([[4], [5, 6, 7]]);
  expect(atOnce()).toBe(2);
});

it('begins groups in the turn in which enough have come: the database does not wait while others are still read', async () => {
  const { groups, begun } = groupsOf({ parallel: 2, enough: 3 });
  const all = [1, 2, 3, 4, 5, 6, 7, 8].map((job) => groups.join([job], 1));
  expect(begun).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  await Promise.all(all);
  expect(begun.at(-1)).toEqual([7, 8]);
});

it('lets a group that is held up keep nobody: the next begins beside it after a moment, be they ever so few', async () => {
  let release = (): void => undefined;
  const heldUp = new Promise<void>((resolve) => (release = resolve));
  const groups = new GroupCommit<number, number>(
    {
      write: async (jobs) => {
        if (jobs.includes(1)) await heldUp;
        return [...jobs];
      },
      isOfOneJob: () => false,
      failed: (job) => job,
      ownerOf: () => 'one',
    },
    { ...limits, parallel: 2 },
  );
  const first = groups.join([1], 1);
  await turns(2);
  expect(await groups.join([2], 1)).toEqual([2]);
  release();
  expect(await first).toEqual([1]);
});

it('counts for that group those who come one after the other, too', async () => {
  const { groups, written, atOnce } = groupsOf({ parallel: 2, enough: 3 });
  const all = [groups.join([1], 1)];
  for (const job of [2, 3, 4]) {
    await new Promise(setImmediate);
    all.push(groups.join([job], 1));
  }
  await Promise.all(all);
  expect(written).toEqual([[1], [2, 3, 4]]);
  expect(atOnce()).toBe(2);
});

it('lets a few begin after what goes on beside them, if that ends in time, and many at once', async () => {
  const { groups, begun } = groupsOf({ enough: 4 });
  let end = (): void => undefined;
  groups.beside(new Promise<void>((resolve) => (end = resolve)));
  const few = groups.join([1, 2], 1);
  await turns(10);
  expect(begun).toEqual([]);
  end();
  await few;
  expect(begun).toEqual([[1, 2]]);

  groups.beside(new Promise(() => undefined));
  await Promise.all([groups.join([3, 4], 1), groups.join([5, 6], 1)]);
  expect(begun.at(-1)).toEqual([3, 4, 5, 6]);
  // It never ends.
  await groups.join([7], 1);
  expect(begun.at(-1)).toEqual([7]);
});
