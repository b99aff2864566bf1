import 'reflect-metadata';
import { findType, recordTypes } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { describeType, inForce } from '../../src/catalogue/describe.js';
import { categoriesOf } from '../../src/catalogue/project.js';
import type { RecordType, Route } from '../../src/catalogue/record-type.js';
import { textsIn } from '../../src/catalogue/texts.js';
import type { AgencyKind } from '../../src/common/access.js';
import { addDays, type Day } from '../../src/common/days.js';
import type { AgencyId, ControllerId } from '../../src/common/ids.js';
import { judge, type Party } from '../../src/dispatch/gate.js';
import { today } from './walk.js';

describe('outside its dates', () => {
  const party = (kind: AgencyKind, id: string): Party => ({
    id: id as AgencyId,
    kind,
    controllerId: 'county' as ControllerId,
    county: '05',
    active: true,
    agreement: true,
  });

  /** A type whose answers for one category hold only from a day to a day. */
  function dated(type: RecordType, category: DataCategory, validFrom: Day, validTo: Day | null): RecordType {
    const redate = (route: Route): Route => ({
      ...route,
      answers: {
        ...route.answers,
        [category]: route.answers[category]?.map((answers) => ({ ...answers, validFrom, validTo })) ?? [],
      },
    });
    return { ...type, routes: type.routes.map(redate) };
  }

  const verdict = (type: RecordType) =>
    judge({
      type,
      categories: categoriesOf(type),
      sender: party('school', 'a'),
      recipient: party('ot', 'b'),
      named: false,
      protected: false,
      releases: [],
      holdForConsent: false,
      today,
    });

  const notice = findType('education-interrupted');
  if (!notice) throw new Error('no such type');

  it.each([
    ['on its last day', addDays(today, -9), today, true],
    ['on its first day', today, null, true],
    ['the day after its last', addDays(today, -9), addDays(today, -1), false],
    ['the day before its first', addDays(today, 1), null, false],
  ] as const)('%s a ground delivers, or no longer does', (_when, from, to, delivers) => {
    expect(verdict(dated(notice, 'contact', from, to))).toMatchObject({
      do: 'deliver',
      withheld: delivers ? [] : ['contact'],
    });
    const essential = verdict(dated(notice, 'education', from, to));
    if (delivers) expect(essential).toMatchObject({ do: 'deliver', withheld: [] });
    else expect(essential).toEqual({ do: 'refuse', reason: 'route-not-allowed' });
  });

  it('a ground is not shown among those in force', () => {
    const shown = (day: Day): number =>
      describeType(notice, day, textsIn('en')).routes.reduce(
        (total, { grounds }) => total + grounds.length,
        0,
      );
    expect(shown('2024-07-31' as Day)).toBe(0);
    expect(shown('2024-08-01' as Day)).toBeGreaterThan(0);
  });

  it('the answers of a category never hold two at once', () => {
    const periods = recordTypes
      .flatMap(({ routes }) => routes)
      .flatMap(({ answers }) => Object.values(answers));
    for (const each of periods) {
      for (const { validFrom } of each) {
        expect(each.filter((answers) => inForce([answers], validFrom))).toHaveLength(1);
      }
    }
  });
});
