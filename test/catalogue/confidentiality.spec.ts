import 'reflect-metadata';
import { findType } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { inForce } from '../../src/catalogue/describe.js';
import type { AgencyKind } from '../../src/common/access.js';
import { today } from './walk.js';

/** What lifts confidentiality for a category on the one route between two kinds. */
function lifted(
  key: string,
  from: AgencyKind,
  to: AgencyKind,
  same: boolean,
  category: DataCategory,
  counties = 'same',
): string {
  const found = (findType(key)?.routes ?? []).filter(
    (route) =>
      route.from.includes(from) &&
      route.to.includes(to) &&
      (route.controllers === 'any' || (route.controllers === 'same') === same) &&
      (route.counties === 'any' || route.counties === counties),
  );
  if (found.length !== 1) return `${found.length} routes`;
  const answers = inForce(found[0]?.answers[category], today);
  return answers ? `${answers.confidentiality.by} ${answers.confidentiality.law.code}` : 'withheld';
}

const RELEASE = 'release FVL1967_13A_1';
const INTERNAL = 'exception FVL1967_13B_3';
const CONNECTION = 'exception FVL1967_13B_5';

describe('confidentiality', () => {
  it.each([
    [
      'a school’s notice to OT of the same county authority is internal',
      'education-interrupted',
      'school',
      'ot',
      true,
      'education',
      INTERNAL,
    ],
    [
      'a private school tells OT that the connection has ended',
      'education-interrupted',
      'school',
      'ot',
      false,
      'education',
      CONNECTION,
    ],
    [
      'a private school tells more only with a release',
      'education-interrupted',
      'school',
      'ot',
      false,
      'contact',
      RELEASE,
    ],
    [
      'an early notice from a private school needs a release',
      'early-notice',
      'school',
      'ot',
      false,
      'education',
      RELEASE,
    ],
    [
      'the county authority collects from lower secondary school without a release',
      'transition-information',
      'municipality',
      'county',
      false,
      'education',
      'exception OPPL2023_25_1_LAST',
    ],
    [
      'so it does in Oslo, where it is the municipality itself',
      'transition-information',
      'municipality',
      'ot',
      true,
      'education',
      'exception OPPL2023_25_1_LAST',
    ],
    [
      'adaptations need a permission',
      'transition-information',
      'municipality',
      'county',
      false,
      'adaptation',
      'release OPPL2023_25_1_4',
    ],
    ['a referral to Nav needs a release', 'referral', 'ot', 'nav', false, 'identity', RELEASE],
    [
      'a referral between school and OT of one county authority does not',
      'referral',
      'school',
      'ot',
      true,
      'follow-up',
      INTERNAL,
    ],
    [
      'a referral from a school to Nav needs a release',
      'referral',
      'school',
      'nav',
      false,
      'identity',
      RELEASE,
    ],
    [
      'a referral to a career centre needs a release, also inside the county authority',
      'referral',
      'ot',
      'career-centre',
      true,
      'identity',
      RELEASE,
    ],
    [
      'an answer from Nav tells the connection',
      'referral-response',
      'nav',
      'ot',
      false,
      'follow-up',
      'exception NAV2006_7_FVL1967_13B_5',
    ],
    ['Nav’s status needs a release', 'nav-status', 'nav', 'ot', false, 'follow-up', RELEASE],
    [
      'so it does from an office that answers to Oslo, as OT there does',
      'nav-status',
      'nav',
      'ot',
      true,
      'follow-up',
      RELEASE,
    ],
    ['a measure needs a release', 'measure', 'nav', 'ot', false, 'measure', RELEASE],
    [
      'the exact measure is not for a school',
      'measure',
      'nav',
      'school',
      false,
      'measure-detail',
      'withheld',
    ],
    [
      'an order overrides it',
      'information-order',
      'nav',
      'school',
      false,
      'case',
      'order ARBML2004_19_FTRL1997_21_4',
    ],
    [
      'so does the answer to an order',
      'information-order-answer',
      'ot',
      'nav',
      false,
      'attendance',
      'order ARBML2004_19_FTRL1997_21_4',
    ],
    [
      'each copy of a follow-up agreement needs a release',
      'follow-up-agreement',
      'ot',
      'school',
      true,
      'follow-up',
      RELEASE,
    ],
    [
      'a combined training agreement reaches Nav with a release',
      'combined-training-agreement',
      'school',
      'nav',
      false,
      'measure',
      RELEASE,
    ],
    [
      'a grant tells of no one',
      'measure-grant',
      'ot',
      'school',
      false,
      'economy',
      'none-needed FVL1967_13_1',
    ],
    ['why a case ended does not reach Nav', 'case-ended', 'ot', 'nav', false, 'case', 'withheld'],
  ] as const)('%s', (_sentence, key, from, to, same, category, expected) => {
    expect(lifted(key, from, to, same, category)).toBe(expected);
  });

  it('lets a case move to another county as a connection, and the rest with a release', () => {
    expect(lifted('case-moved', 'ot', 'ot', false, 'case', 'other')).toBe(CONNECTION);
    expect(lifted('case-moved', 'ot', 'ot', false, 'follow-up', 'other')).toBe(RELEASE);
  });
});

it('lets a referral go every way between school, OT, Nav, municipality and career centre, and its answer back', () => {
  const kinds: AgencyKind[] = ['school', 'ot', 'nav', 'municipality', 'career-centre'];
  for (const from of kinds) {
    for (const to of kinds.filter((kind) => kind !== from)) {
      for (const same of [true, false]) {
        expect(lifted('referral', from, to, same, 'identity')).not.toMatch(/routes|withheld/);
        expect(lifted('referral-response', to, from, same, 'identity')).not.toMatch(/routes|withheld/);
      }
    }
  }
});

it('lets only the state part of Nav order, and a person look at each answer', () => {
  expect(findType('information-order')?.routes.every(({ statePartOnly }) => statePartOnly)).toBe(true);
  expect(findType('information-order-answer')?.routes.every(({ manual }) => manual)).toBe(true);
});
