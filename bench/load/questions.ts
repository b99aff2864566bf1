import { randomInt } from 'node:crypto';
import type { Site } from '../site.js';
import { get, post } from './http.js';
import { someYouths } from './youths.js';

/** What an auditor asks: the first page's request, and that of a page that a cursor leads to. */
export interface Question {
  readonly name: string;
  /** Whose auditor asks, by its place in the site's list. */
  readonly auditor: number;
  /** Whether there must be an answer. */
  readonly certain: boolean;
  /** @returns a request for any page of one random subject */
  ask(): (after: string | undefined, token: string) => string;
}

/** The large county's auditor, and the small one's. */
const LARGE = 0;
const SMALL = 1;
/** Subjects of each kind that are chosen among. */
const SUBJECTS = 500;
const JSON_TYPE = 'application/json';

interface Subjects {
  readonly records: readonly string[];
  readonly transfers: readonly string[];
  readonly people: readonly string[];
  readonly agencies: readonly string[];
  readonly numbers: readonly string[];
  /** The small county's. */
  readonly few: readonly string[];
}

/** Chosen at random among all that there is. */
async function subjectsOf(site: Site): Promise<Subjects> {
  const some = async (column: string, from: string): Promise<string[]> =>
    (
      await site.sql<{ one: string }>(
        `select ${column} as one from ${from} order by random() limit ${SUBJECTS}`,
      )
    ).map(({ one }) => one);
  const [large, small] = site.auditors;
  const controller = `(select controller_id from stafett.agency where org_number = '${large}')`;
  const agenciesOf = (county: string | undefined): string =>
    `stafett.agency where kind in ('school', 'ot') and county = (select county from stafett.agency where org_number = '${county}')`;
  return {
    records: await some('id', `stafett.record where controller_id = ${controller}`),
    transfers: await some(
      't.id',
      `stafett.transfer t join stafett.record r on r.id = t.record_id where r.controller_id = ${controller}`,
    ),
    people: await some(
      'person',
      `(select distinct person from stafett.entry_detail where person is not null and controller_id = ${controller}) p`,
    ),
    agencies: await some('org_number', `${agenciesOf(large)} and controller_id = ${controller}`),
    few: await some('org_number', agenciesOf(small)),
    numbers: [...someYouths(SUBJECTS)].map(({ nationalId }) => nationalId),
  };
}

const oneOf = (list: readonly string[]): string => {
  const one = list[list.length > 0 ? randomInt(list.length) : 0];
  if (one === undefined) throw new Error('there is nothing to ask about');
  return one;
};

/**
 * The questions that auditors ask, each about something else every time.
 * @param days over which the log is spread
 */
export async function questionsOf(site: Site, days: number): Promise<Question[]> {
  const { records, transfers, people, agencies, numbers, few } = await subjectsOf(site);
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const week = (): string => {
    const ago = randomInt(8, days);
    return `from=${day(ago)}&to=${day(ago - 6)}`;
  };
  const entries = (name: string, query: () => string, auditor = LARGE, certain = true): Question => ({
    name,
    auditor,
    certain,
    ask: () => {
      const asked = query();
      return (after, token) =>
        get(`/v1/audit/entries?${asked}${after === undefined ? '' : `&after=${after}`}`, token);
    },
  });
  const youth: Question = {
    name: 'youth',
    auditor: LARGE,
    certain: false,
    ask: () => {
      const nationalId = oneOf(numbers);
      return (after, token) =>
        post('/v1/audit/searches', token, JSON_TYPE, JSON.stringify({ nationalId, reason: 'Tilsyn', after }));
    },
  };
  return [
    entries('record', () => `record=${oneOf(records)}`),
    entries('transfer', () => `transfer=${oneOf(transfers)}`),
    youth,
    entries('agency', () => `agency=${oneOf(agencies)}`),
    entries('agencyActs', () => `agency=${oneOf(agencies)}&act=transfer-disclosed&${week()}`),
    entries('person', () => `person=${oneOf(people)}`),
    entries('refusals', () => 'kind=refusals'),
    entries('refusalsInPeriod', () => `kind=refusals&${week()}`),
    entries('readsInPeriod', () => `kind=reads-by-people&${week()}`),
    entries('period', () => week()),
    entries('smallAll', () => 'limit=100', SMALL),
    entries('smallPeriod', () => week(), SMALL, false),
    entries('smallAgency', () => `agency=${oneOf(few)}`, SMALL, false),
    entries('smallRefusals', () => 'kind=refusals', SMALL, false),
    entries('smallReads', () => `kind=reads-by-people&${week()}`, SMALL, false),
  ];
}
