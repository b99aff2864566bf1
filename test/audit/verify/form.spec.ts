import { isCanonicalJson } from '../../../src/audit/verify/form.js';

const is = (text: string): boolean => isCanonicalJson(Buffer.from(text));
const leaf = (act: string, v: string, more = ''): string =>
  `{"act":"${act}","commitment":"n4bQ_g-0","day":"2026-11-24","id":"01a2-ff"${more},"v":${v}}`;

it('takes a leaf, and whatever else is written in the one way', () => {
  for (const text of [leaf('record-received', '1'), leaf('é', '1'), leaf('a', '1.5'), '{"a":[],"b":{}}', '7'])
    expect([text, is(text)]).toEqual([text, true]);
});

it.each([
  ['a space', leaf('record-received', ' 1')],
  ['a number with a zero before it', leaf('record-received', '01')],
  ['a number with a part that is none', leaf('record-received', '1.0')],
  ['a number that no double is', leaf('record-received', '12345678901234567891')],
  ['an escape that nobody needs', leaf('\\u0061', '1')],
  ['a key twice', leaf('record-received', '1', ',"id":"02"')],
  ['keys in another order', '{"v":1,"id":"01"}'],
  ['a line more', `${leaf('record-received', '1')}\n`],
])('refuses %s', (_what, text) => {
  expect(is(text)).toBe(false);
});

it('refuses bytes that are no UTF-8', () => {
  expect(isCanonicalJson(Buffer.from(leaf('é', '1'), 'latin1'))).toBe(false);
});
