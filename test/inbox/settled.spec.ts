import type { AgencyId } from '../../src/common/ids.js';
import { Settled } from '../../src/inbox/settled.js';

const [a, b] = ['a', 'b'] as AgencyId[] as [AgencyId, AgencyId];

it('begins at the beginning, and then where the last answer ended, for each inbox by itself', () => {
  const settled = new Settled();
  expect(settled.upTo(a, 0)).toBe('0');
  settled.reached(a, '9', 0);
  settled.reached(a, '10', 1);
  expect(settled.upTo(a, 2)).toBe('10');
  expect(settled.upTo(b, 2)).toBe('0');
});

it('does not go back', () => {
  const settled = new Settled();
  settled.reached(a, '9007199254740993', 0);
  settled.reached(a, '9007199254740992', 1);
  expect(settled.upTo(a, 2)).toBe('9007199254740993');
});

it('looks from the beginning again once a minute, however often it is answered', () => {
  const settled = new Settled();
  for (let at = 0; at < 60_000; at += 1000) settled.reached(a, String(at + 1), at);
  expect(settled.upTo(a, 59_999)).toBe('59001');
  expect(settled.upTo(a, 60_000)).toBe('0');
  settled.reached(a, '5', 60_000);
  expect(settled.upTo(a, 60_001)).toBe('5');
});
