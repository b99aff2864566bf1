import { findType } from '../../src/catalogue/catalogue.js';
import { addDays } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';
import { errorsIn, today } from './walk.js';

/** What a type's rules say of its example after a change. Undefined takes a field out. Without an error: it is taken. */
export type Case = readonly [
  key: string,
  sentence: string,
  change: Readonly<Record<string, unknown>>,
  ...errors: string[],
];

export const person = { name: 'Jo Eksempel', workPhone: '61000001' };
export const soon = addDays(today, 7);
export const ago = (days: number) => addDays(today, -days);
export const signedBy = (...roles: string[]) => ({
  signatures: roles.map((role) => ({ role, signedOn: today })),
});
export const born = (birthDate: string) => ({
  youth: { ...(findType('referral')?.example(today)['youth'] as JsonObject), birthDate },
});
export const answer = { contactPerson: undefined, firstMeetingOn: undefined };
export const nothing = { enrolled: undefined, educationLevel: undefined };

/** One test for each case. */
export function testEach(cases: readonly Case[]): void {
  const named = cases.map(([key, sentence, change, ...errors]) => ({ key, sentence, change, errors }));

  it.each(named)('the record $key $sentence', ({ key, change, errors }) => {
    const type = findType(key);
    if (!type) throw new Error(`no type ${key}`);
    const data = JSON.parse(JSON.stringify({ ...type.example(today), ...change })) as JsonObject;
    const found = errorsIn(type, data);
    expect(found.map(({ pointer, code }) => `${pointer.slice('/data/'.length)} ${code}`)).toEqual(errors);
  });
}
