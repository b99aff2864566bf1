import 'reflect-metadata';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import type { DataCategory } from '../../src/catalogue/data-categories.js';
import { inForce } from '../../src/catalogue/describe.js';
import { categoriesOf } from '../../src/catalogue/project.js';
import type { Answers, LawCode, RecordType, Route } from '../../src/catalogue/record-type.js';
import { today } from './walk.js';

const routes = recordTypes.flatMap((type) => type.routes.map((route) => ({ type, route })));
const nameOf = ({ type, route }: (typeof routes)[number]): string =>
  `${type.key} ${route.from.join('/')}→${route.to.join('/')}`;

/**
 * What a route withholds although its type has it, each for a reason of shared/domain.md 9.4: the exact measure is not for
 * schools, why a case ended stays in the county authority, and OT's status goes from OT alone and never to a school.
 */
function isMeantToStay(type: RecordType, route: Route, category: DataCategory): boolean {
  const [from, to] = [route.from[0], route.to[0]];
  if (type.key === 'measure') return to === 'school' && ['measure-detail', 'health'].includes(category);
  if (type.key === 'case-ended') return category === 'case' && to !== 'ot' && to !== 'county';
  return type.key === 'referral' && category === 'case' && (from !== 'ot' || to === 'school');
}

const lawsOf = ({ sender, recipient, confidentiality, special }: Answers): LawCode[] => [
  sender,
  recipient,
  confidentiality.law,
  ...(special.is === 'special' ? [special.law] : []),
];

describe('the grounds in force today', () => {
  it('answer all four questions for every category of every route, but for those that are meant to stay', () => {
    const wrong = routes.flatMap(({ type, route }) =>
      [...categoriesOf(type)].flatMap((category) => {
        const answered = inForce(route.answers[category], today) !== undefined;
        const meant = !isMeantToStay(type, route, category);
        return answered === meant ? [] : [`${nameOf({ type, route })}: ${category}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('answer each with a law: a code with its year, and a paragraph that a lawyer would cite', () => {
    for (const { route } of routes) {
      for (const answers of Object.values(route.answers).flat()) {
        for (const { code, paragraph } of lawsOf(answers)) {
          expect(code).toMatch(/^[A-Z]+\d{4}_[A-Z0-9_]+$/);
          expect(paragraph).toMatch(/§|art\./);
        }
      }
    }
  });

  it('call by one code one paragraph', () => {
    const paragraphs = new Map<string, string>();
    for (const { route } of routes) {
      for (const { code, paragraph } of Object.values(route.answers).flat().flatMap(lawsOf)) {
        expect(paragraphs.get(code) ?? paragraph).toBe(paragraph);
        paragraphs.set(code, paragraph);
      }
    }
  });

  it('mark what counsel must confirm wherever fvl § 13 b nr. 5 is relied on, or a release stands in its place', () => {
    const connections = routes
      .flatMap(({ route }) => Object.values(route.answers).flat())
      .map(({ confidentiality }) => confidentiality.law);
    const reliedOn = connections.filter(({ code }) => code.endsWith('FVL1967_13B_5'));
    expect(reliedOn.length).toBeGreaterThan(0);
    expect(reliedOn.filter(({ counsel }) => counsel === undefined)).toEqual([]);
    for (const key of ['nav-status', 'measure', 'referral']) {
      const laws = routes
        .filter(({ type }) => type.key === key)
        .flatMap(({ route }) => Object.values(route.answers).flat());
      expect(
        laws.some(({ confidentiality: { by, law } }) => by === 'release' && law.counsel !== undefined),
      ).toBe(true);
    }
  });

  it('allow health only with an explicit yes, and adaptations as the special category that they may be', () => {
    const special = routes.flatMap(({ route }) =>
      Object.entries(route.answers).flatMap(([category, periods]) =>
        periods.map(
          (answers) => `${category} ${answers.special.is === 'special' ? answers.special.law.code : 'none'}`,
        ),
      ),
    );
    expect([...new Set(special)].filter((each) => /^(health|adaptation) /.test(each)).sort()).toEqual([
      'adaptation OPPL2023_25_1_5',
      'health GDPR2016_9_2A',
    ]);
  });
});
