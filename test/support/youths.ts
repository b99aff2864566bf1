import { recordTypes } from '../../src/catalogue/catalogue.js';
import { syntheticNationalId } from '../../src/catalogue/synthetic.js';
import { addDays, dayOf, type Day } from '../../src/common/days.js';
import type { Json } from './client.js';

let made = 0;

/** A new youth of the synthetic population: never the same twice in a test file. */
export function newYouth(more: Json = {}): Json {
  made += 1;
  // Twenty individual numbers for each are enough to find one with two check digits: 25 youths a day of birth. Older ones come when those are used up.
  const [day, round] = [made % 1000, Math.floor(made / 1000)];
  const birthDate = addDays('2008-01-01' as Day, day - Math.floor(round / 25) * 1000);
  return {
    nationalId: syntheticNationalId(birthDate, 500 + (round % 25) * 20),
    givenName: 'Ronja',
    familyName: 'Testheim',
    birthDate,
    homeMunicipality: '0501',
    ...more,
  };
}

/** Valid data of a record type, about a youth, with some fields changed. */
export function dataOf(key: string, youth?: Json, more: Json = {}): Json {
  const type = recordTypes.find((each) => each.key === key);
  if (!type) throw new Error(`no record type ${key}`);
  return { ...type.example(dayOf(new Date())), ...(youth && { youth }), ...more };
}

/** A release for a referral from OT to Nav, as the youth gives it. */
export function releaseFor(youth: Json, from: string, to: string, more: Json = {}): Json {
  return {
    youth: { nationalId: youth.nationalId },
    from: `urn:stafett:agency:${from}`,
    to: `urn:stafett:agency:${to}`,
    recordTypes: ['referral'],
    categories: ['identity', 'contact', 'education', 'follow-up'],
    purpose: 'Nav finner arbeidstrening',
    validUntil: addDays(dayOf(new Date()), 90),
    signers: [{ role: 'youth', how: 'id-porten', at: dayOf(new Date()), reference: 'test' }],
    ...more,
  };
}
