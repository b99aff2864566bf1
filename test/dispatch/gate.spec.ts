import 'reflect-metadata';
import fc from '../support/properties.js';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { categoriesOf } from '../../src/catalogue/project.js';
import type { RecordType } from '../../src/catalogue/record-type.js';
import { agencyKinds } from '../../src/common/access.js';
import type { Day } from '../../src/common/days.js';
import type { AgencyId, ConsentId, ControllerId } from '../../src/common/ids.js';
import { judge, type Party, type Question, type ReleaseInForce } from '../../src/dispatch/gate.js';

const today = '2026-11-24' as Day;
const typeOf = (key: string): RecordType => recordTypes.find((type) => type.key === key) as RecordType;

const party = (name: string, more: Partial<Party> = {}): Party => ({
  id: name as AgencyId,
  kind: 'school',
  controllerId: `of-${name}` as ControllerId,
  county: '05',
  active: true,
  agreement: true,
  ...more,
});
const county = 'county' as ControllerId;
const school = party('school', { controllerId: county });
const ot = party('ot', { kind: 'ot', controllerId: county });
const nav = party('nav', { kind: 'nav' });
const release = (more: Partial<ReleaseInForce> = {}): ReleaseInForce => ({
  id: 'yes' as ConsentId,
  fromAgencyId: ot.id,
  toAgencyId: nav.id,
  toControllerId: null,
  recordTypes: ['referral'],
  categories: ['identity', 'contact', 'education', 'follow-up'],
  validUntil: today,
  ...more,
});
const ask = (more: Partial<Question> = {}): Question => {
  const type = more.type ?? typeOf('referral');
  return {
    type,
    categories: categoriesOf(type),
    sender: ot,
    recipient: nav,
    named: false,
    protected: false,
    releases: [],
    holdForConsent: false,
    today,
    ...more,
  };
};
const verdict = (more: Partial<Question> = {}): string => {
  const answer = judge(ask(more));
  return 'reason' in answer ? `${answer.do} ${answer.reason}` : answer.do;
};

describe('the gate', () => {
  it.each<[string, Partial<Question>, string]>([
    [
      'delivers an interruption within the county authority on law alone',
      { type: typeOf('education-interrupted'), sender: school, recipient: ot },
      'deliver',
    ],
    ['refuses a referral to Nav for want of a release', {}, 'refuse consent-missing'],
    ['holds it where the sender asked for that', { holdForConsent: true }, 'hold consent-missing'],
    ['delivers it with a release', { releases: [release()] }, 'deliver'],
    [
      'takes a release to the whole controller',
      { releases: [release({ toAgencyId: null, toControllerId: nav.controllerId })] },
      'deliver',
    ],
    [
      'takes a release from every agency of the controller',
      { releases: [release({ fromAgencyId: null })] },
      'deliver',
    ],
    [
      'takes no release from another agency',
      { releases: [release({ fromAgencyId: school.id })] },
      'refuse consent-missing',
    ],
    [
      'takes no release to another agency',
      { releases: [release({ toAgencyId: school.id })] },
      'refuse consent-missing',
    ],
    [
      'takes no release to another controller',
      { releases: [release({ toAgencyId: null, toControllerId: county })] },
      'refuse consent-missing',
    ],
    [
      'takes no release for another record type',
      { releases: [release({ recordTypes: ['measure'] })] },
      'refuse consent-missing',
    ],
    [
      'takes no release that has run out',
      { releases: [release({ validUntil: '2026-11-23' as Day })] },
      'refuse consent-missing',
    ],
    [
      'takes no release that leaves an essential category out',
      { releases: [release({ categories: ['identity'] })] },
      'refuse consent-missing',
    ],
    [
      'holds a protected youth’s for a person',
      { releases: [release()], protected: true },
      'hold manual-handling',
    ],
    [
      'refuses a protected youth’s without a release in the same words',
      { protected: true },
      'refuse consent-missing',
    ],
    [
      'refuses a recipient that has gone',
      { releases: [release()], recipient: { ...nav, active: false } },
      'refuse recipient-inactive',
    ],
    [
      'refuses a sender that has gone',
      { releases: [release()], sender: { ...ot, active: false } },
      'refuse sender-inactive',
    ],
    [
      'refuses where the recipient’s controller has no agreement',
      { releases: [release()], recipient: { ...nav, agreement: false } },
      'refuse no-processor-agreement',
    ],
    [
      'refuses where the sender’s controller has none',
      { releases: [release()], sender: { ...ot, agreement: false } },
      'refuse no-processor-agreement',
    ],
    [
      'refuses a way that no route leads',
      { type: typeOf('education-interrupted'), sender: nav, recipient: school },
      'refuse route-not-allowed',
    ],
  ])('%s', (_name, question, expected) => {
    expect(verdict(question)).toBe(expected);
  });

  it('withholds the categories that a release leaves out, and says so', () => {
    const answer = judge(ask({ releases: [release({ categories: ['identity', 'follow-up'] })] }));
    expect(answer).toMatchObject({ do: 'deliver', categories: ['follow-up', 'identity'] });
    expect('withheld' in answer && answer.withheld).toEqual(expect.arrayContaining(['contact', 'education']));
  });
});

const parties = fc.record({
  kind: fc.constantFrom(...agencyKinds),
  controllerId: fc.constantFrom('a', 'b', 'c') as fc.Arbitrary<ControllerId>,
  county: fc.constantFrom('05', '04'),
  active: fc.boolean(),
  agreement: fc.boolean(),
});
const questions = fc
  .record({
    type: fc.constantFrom(...recordTypes),
    from: parties,
    to: parties,
    named: fc.boolean(),
    protected: fc.boolean(),
    holdForConsent: fc.boolean(),
    today: fc.constantFrom('2026-11-24', '2027-08-01', '2030-01-01', '1999-01-01') as fc.Arbitrary<Day>,
    given: fc.array(
      fc.record({
        from: fc.constantFrom('s', 'x', null),
        to: fc.constantFrom('r', 'x', null),
        controller: fc.constantFrom('a', 'b'),
        days: fc.constantFrom('2026-11-23', '2031-01-01'),
        all: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ type, from, to, given, ...rest }): Question => ({
    ...rest,
    type,
    categories: categoriesOf(type),
    sender: { ...from, id: 's' as AgencyId },
    recipient: { ...to, id: 'r' as AgencyId },
    releases: given.map(({ from: fromId, to: toId, controller, days, all }, i) => ({
      id: `c${i}` as ConsentId,
      fromAgencyId: fromId as AgencyId | null,
      toAgencyId: toId as AgencyId | null,
      toControllerId: toId === null ? (controller as ControllerId) : null,
      recordTypes: all ? [type.key] : ['meeting'],
      categories: [...categoriesOf(type)],
      validUntil: days as Day,
    })),
  }));

describe('whatever the question', () => {
  it('delivers only categories for which a route in force answers all four questions, with a release where one is asked for', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const answer = judge(q);
        if (answer.do !== 'deliver') return;
        expect([
          q.sender.active,
          q.recipient.active,
          q.sender.agreement,
          q.recipient.agreement,
          q.protected,
        ]).toEqual([true, true, true, true, false]);
        const grounded = q.type.routes.filter(
          (route) =>
            route.from.includes(q.sender.kind) &&
            route.to.includes(q.recipient.kind) &&
            route.manual !== true &&
            answer.categories.every((category) => {
              const inForce = route.answers[category]?.find(
                ({ validFrom, validTo }) => validFrom <= q.today && (validTo === null || q.today <= validTo),
              );
              return inForce && (inForce.confidentiality.by !== 'release' || answer.consentIds.length > 0);
            }),
        );
        expect(grounded.length).toBeGreaterThan(0);
        for (const category of q.type.essential) expect(answer.categories).toContain(category);
        expect([...answer.categories, ...answer.withheld].sort()).toEqual([...q.categories]);
        for (const some of [answer.categories, answer.withheld]) expect(some).toEqual([...some].sort());
        for (const id of answer.consentIds) {
          const used = q.releases.find((each) => each.id === id);
          expect(used && used.validUntil >= q.today && used.recordTypes.includes(q.type.key)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('never gives more when a release is taken away', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const [, ...fewer] = q.releases;
        const more = judge(q);
        const less = judge({ ...q, releases: fewer });
        const carried = (answer: ReturnType<typeof judge>): number =>
          answer.do === 'deliver' ? answer.categories.length : 0;
        expect(carried(less)).toBeLessThanOrEqual(carried(more));
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same to the sender of a protected youth’s as of any other’s, but for what a person must handle', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const open = judge({ ...q, protected: false });
        const closed = judge({ ...q, protected: true });
        if (open.do === 'deliver') expect(closed).toEqual({ ...open, do: 'hold', reason: 'manual-handling' });
        else expect(closed).toEqual(open);
      }),
      { numRuns: 2000 },
    );
  });
});
