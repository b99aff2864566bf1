import { Lanes, type Found } from '../../src/queue/lanes.js';

/** A look that ends when it is told what it has found. */
function lanesOf(): { lanes: Lanes; found: (what: Found) => Promise<void>; looks: () => number } {
  let looks = 0;
  let answer: (what: Found) => void = () => undefined;
  const lanes = new Lanes(
    1,
    () => {
      looks += 1;
      return new Promise<Found>((resolve) => (answer = resolve));
    },
    () => undefined,
  );
  const found = async (what: Found): Promise<void> => {
    answer(what);
    await new Promise(setImmediate);
  };
  return { lanes, found, looks: () => looks };
}

/** Whether it has come by now. */
const hasCome = (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((no) => setImmediate(() => no(false)))]);

it('is idle before it is woken, and when nothing is left', async () => {
  const { lanes, found, looks } = lanesOf();
  expect(await hasCome(lanes.idle())).toBe(true);
  void lanes.wake(0);
  const idle = lanes.idle();
  // Woken during a look: one more.
  void lanes.wake(0);
  await found('nothing');
  expect(looks()).toBe(2);
  expect(await hasCome(idle)).toBe(false);
  await found('nothing');
  expect(await hasCome(idle)).toBe(true);
  expect(looks()).toBe(2);
});

it.each(['more', 'busy'] as const)('keeps nobody waiting who would wait long: %s', async (what) => {
  const { lanes, found } = lanesOf();
  const run = lanes.wake(0);
  const idle = lanes.idle();
  await found(what);
  expect(await hasCome(idle)).toBe(true);
  expect(await hasCome(run)).toBe(false);
  void lanes.stop();
  await found('nothing');
});
