import type { AgencyId } from '../../src/common/ids.js';
import { AnsweredUpTo } from '../../src/inbox/answered-up-to.js';

const [a, b] = ['a', 'b'] as AgencyId[] as [AgencyId, AgencyId];

it('begins at the beginning, and then where the last answer ended, for each inbox by itself', () => {
  const answered = new AnsweredUpTo();
  expect(answered.of(a, 0)).toBe('0');
  answered.reached(a, '9', 0);
  answered.reached(a, '10', 1);
  expect(answered.of(a, 2)).toBe('10');
  expect(answered.of(b, 2)).toBe('0');
});

it('does not go back', () => {
  const answered = new AnsweredUpTo();
  answered.reached(a, '9007199254740993', 0);
  answered.reached(a, '9007199254740992', 1);
  expect(answered.of(a, 2)).toBe('9007199254740993');
});

it('looks from the beginning again once a minute, however often it is answered', () => {
  const answered = new AnsweredUpTo();
  for (let at = 0; at < 60_000; at += 1000) answered.reached(a, String(at + 1), at);
  expect(answered.of(a, 59_999)).toBe('59001');
  expect(answered.of(a, 60_000)).toBe('0');
  answered.reached(a, '5', 60_000);
  expect(answered.of(a, 60_001)).toBe('5');
});
