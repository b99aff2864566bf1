import { Recent } from '../../src/common/recent.js';

const filled = (limit: number, count: number): Recent<number, string> => {
  const recent = new Recent<number, string>(limit);
  for (let i = 0; i < count; i += 1) recent.put(i, `of ${i}`);
  return recent;
};

it('has what was put in last, half of its limit at least, and never more than its limit', () => {
  for (let count = 0; count < 100; count += 1) {
    const recent = filled(10, count);
    expect(recent.size).toBeLessThanOrEqual(10);
    for (let i = Math.max(0, count - 5); i < count; i += 1) expect(recent.get(i)).toBe(`of ${i}`);
    for (let i = 0; i < count - 10; i += 1) expect(recent.get(i)).toBeUndefined();
  }
});

it('gives the newer of two values of a key, in whichever generation the older one is', () => {
  const recent = filled(10, 7);
  for (const key of [1, 6]) {
    recent.put(key, 'again');
    expect(recent.get(key)).toBe('again');
  }
});

it('has nothing of a key that was deleted, in whichever generation it was', () => {
  const recent = filled(10, 7);
  recent.put(1, 'again');
  for (const key of [1, 2, 6]) {
    recent.delete(key);
    expect(recent.get(key)).toBeUndefined();
  }
});

it('has nothing left after two turns', () => {
  const recent = filled(10, 3);
  recent.turn();
  expect(recent.size).toBe(3);
  recent.turn();
  expect(recent.size).toBe(0);
});
