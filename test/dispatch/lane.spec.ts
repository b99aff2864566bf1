import fc from '../support/properties.js';
import { Lane } from '../../src/dispatch/lane.js';
import { LATE_MS } from '../../src/records/record.js';

const BATCH = 100;

interface Waiting {
  readonly shard: number;
  readonly bad: boolean;
}

/** Looks as dispatch does until one finds nothing: takes from the front, all or nothing. Gives what was done, in order, and how many looks it took. */
function run(lane: Lane, waiting: Waiting[]): { done: Waiting[]; looks: number } {
  const done: Waiting[] = [];
  for (let looks = 1; looks < 10_000; looks += 1) {
    const open = new Set(lane.open([...Array(256).keys()]));
    const taken = waiting.filter(({ shard }) => open.has(shard)).slice(0, lane.limit);
    if (taken.length === 0) return { done, looks };
    if (taken.some(({ bad }) => bad)) lane.failed(taken);
    else {
      lane.went(taken);
      done.push(...taken);
      for (const one of taken) waiting.splice(waiting.indexOf(one), 1);
    }
  }
  throw new Error('it never comes to an end');
}

it('dispatches all that does not stand behind something that fails, each shard in its order, in looks that grow with the logarithm', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ shard: fc.nat(255), bad: fc.integer({ min: 0, max: 99 }).map((n) => n < 3) }), {
        maxLength: 600,
      }),
      (all) => {
        const { done, looks } = run(new Lane(BATCH, () => 0), [...all]);
        const broken = new Set<number>();
        const expected = all.filter(({ shard, bad }) => {
          if (bad) broken.add(shard);
          return !broken.has(shard);
        });
        expect(new Set(done)).toEqual(new Set(expected));
        for (const shard of new Set(all.map((one) => one.shard)))
          expect(done.filter((one) => one.shard === shard)).toEqual(
            expected.filter((one) => one.shard === shard),
          );
        // Down to one, with a look that goes well and one that goes too far at each step, and up again, for each that fails; and full batches for the rest.
        expect(looks).toBeLessThanOrEqual(2 + all.length / BATCH + broken.size * 4 * Math.log2(4 * BATCH));
      },
    ),
  );
});

it('leaves a shard alone for longer each time, and for no more than five minutes', () => {
  let now = 0;
  const lane = new Lane(BATCH, () => now);
  const waits = Array.from({ length: 9 }, () => {
    expect(lane.open([7, 8])).toEqual([7, 8]);
    lane.failed([{ shard: 7 }]);
    const since = now;
    while (lane.open([7, 8]).length === 1) now += 1000;
    return now - since;
  });
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000));
});

it('forgets that a shard failed once it has gone well', () => {
  let now = 0;
  const lane = new Lane(BATCH, () => now);
  for (let i = 0; i < 5; i += 1, now += 300_000) lane.failed([{ shard: 7 }]);
  lane.went([{ shard: 7 }]);
  lane.failed([{ shard: 7 }]);
  now += 5000;
  expect(lane.open([7])).toEqual([7]);
});

it('says what is left alone, and nothing while several may be at fault', () => {
  const lane = new Lane(BATCH, () => 0);
  const [one, two] = [
    { shard: 1, id: 'one' },
    { shard: 2, id: 'two' },
  ];
  expect(lane.failed([one, two])).toBeUndefined();
  expect(lane.limit).toBe(1);
  expect(lane.open([1, 2])).toEqual([1, 2]);
  expect(lane.failed([one])).toBe(one);
  expect(lane.open([1, 2])).toEqual([2]);
});

interface Arrived {
  readonly no: number;
  readonly shard: number;
  /** When it got its number, and when its commit was seen: within half of what dispatch looks back, or it would get a new number. */
  readonly numberedAt: number;
  readonly visibleAt: number;
  readonly bad: boolean;
}

interface Step {
  readonly comes?: { shard: number; late: number; bad: boolean };
  readonly passes?: number;
}

const steps = fc.array(
  fc.oneof(
    fc.record<Step>({
      comes: fc.record({
        shard: fc.nat(3),
        late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: LATE_MS / 2 })),
        bad: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
      }),
    }),
    fc.record<Step>({ passes: fc.oneof(fc.nat(50), fc.nat(4000)) }),
  ),
  { maxLength: 120 },
);

it('turns round nothing and leaves nothing behind, though commits are seen late, nobody rings, and what failed is mended later', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let now = 0;
      let mended = false;
      const lane = new Lane(3, () => now);
      const waiting: Arrived[] = [];
      const arrived: Arrived[] = [];
      const done: Arrived[] = [];
      const look = (): boolean => {
        const open = new Set(lane.open([0, 1, 2, 3]));
        const looking = lane.begin();
        const { limit } = lane;
        const taken = waiting
          .filter(({ shard, no, visibleAt }) => open.has(shard) && visibleAt <= now && no >= looking.from)
          .slice(0, limit);
        if (!mended && taken.some(({ bad }) => bad)) lane.failed(taken);
        else {
          looking.done(taken.at(-1)?.no, taken.length < limit);
          lane.went(taken);
          done.push(...taken);
          for (const one of taken) waiting.splice(waiting.indexOf(one), 1);
        }
        return taken.length > 0;
      };
      for (const step of all) {
        now += step.passes ?? 0;
        if (step.passes !== undefined) look();
        if (step.comes) {
          const { shard, late, bad } = step.comes;
          const no = arrived.length + 1;
          const one = { no, shard, bad, numberedAt: now, visibleAt: now + late };
          arrived.push(one);
          waiting.push(one);
        }
      }
      mended = true;
      now += 1_000_000;
      while (look());
      expect(waiting).toEqual([]);
      const broke = arrived.some(({ bad }) => bad);
      for (const [at, later] of done.entries())
        for (const earlier of done.slice(at + 1))
          // Told before the other was sent: of one shard, or of any where nothing failed.
          if (
            earlier.visibleAt <= later.numberedAt &&
            earlier.no < later.no &&
            (!broke || earlier.shard === later.shard)
          )
            throw new Error(`${later.no} was dispatched before ${earlier.no}`);
    }),
    { numRuns: 1000 },
  );
});
