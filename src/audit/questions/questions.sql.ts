import { statement, type Statement } from '../../database/tx.js';
import { commonActs } from '../acts.js';
import type { Lead, Question } from './question.js';

/**
 * Entries of each list that one page looks at. Filters that no index knows (an act within an agency's entries) could otherwise
 * pass over millions before the page is full; a page that ends here is short, says that there is more, and goes on from here.
 * 5,000 rows of a list that lies all over a large table are 10 to 30 ms.
 */
export const WINDOW = 5000;

/** What statements name as `:word`. */
export interface Given extends Pick<
  Question,
  'acts' | 'record' | 'transfer' | 'person' | 'from' | 'to' | 'byPeople'
> {
  readonly controller: string;
  readonly agency: string | null;
  readonly after: string;
  readonly before: string;
  readonly limit: number;
}

/** A statement, and the values that it takes, in its order. */
export interface Asking {
  readonly statement: Statement;
  values(given: Given): unknown[];
}

/** An auditor reads the entries that its own controller is a side of, and those of the hub itself, which concern no one else. */
const visible = `(e.controller_id = :controller or e.other_controller_id = :controller or (e.controller_id is null and e.other_controller_id is null))`;
const between = `e.id > :after and e.id < :before`;
/**
 * What is between two places of an index that begins with these columns: so that no other index gives the order. One controller's
 * entries, asked for with \`=\`, were looked for among all by id, which takes seconds where they are few.
 */
const within = ({ keys }: List): string => {
  const values = keys.map(([, value]) => `${value}, `).join('');
  return `(${rowOf(keys)}) > (${values}:after) and (${rowOf(keys)}) < (${values}:before)`;
};
/** Within a list this is the order of ids; written like the index, so that nobody sorts a window of which a page needs the beginning. */
const rowOf = (keys: readonly Key[]): string => [...keys.map(([column]) => `e.${column}`), 'e.id'].join(', ');
/** Never looked up by: each statement has its leading condition, and a plan made for `or` and `is null` uses no index. */
const matching = `(:acts::text[] is null or e.act = any (:acts)) and (:from::timestamptz is null or e.at >= :from)
  and (:to::timestamptz is null or e.at < :to) and (:record::uuid is null or e.record_id = :record)
  and (:transfer::uuid is null or e.transfer_id = :transfer) and (:agency::uuid is null or e.agency_id = :agency or e.other_agency_id = :agency)
  and (:person::text is null or e.person = :person) and (not :byPeople::boolean or e.person is not null)`;
const columns = `e.id as "entryId", e.act, e.at, a.org_number as agency, o.org_number as "otherAgency", e.record_type as "recordType",
  e.record_id as "recordId", e.transfer_id as "transferId", e.consent_id as "consentId", e.person, e.detail`;
const withNames = `left join stafett.agency a on a.id = e.agency_id left join stafett.agency o on o.id = e.other_agency_id`;

/** A column that the list's index begins with, and the value that it must have. */
type Key = readonly [column: string, value: string];

/** Entries in the order of an index, or of each of some acts in its own. */
interface List {
  readonly keys: readonly Key[];
  /** What the index leaves out. */
  readonly where: string;
  readonly perAct?: boolean;
}

const rare = `e.act not in (${commonActs.map((act) => `'${act}'`).join(', ')})`;
const ofHub: List = { keys: [], where: 'e.controller_id is null and e.other_controller_id is null' };
const one = (column: string, value: string): List => ({
  keys: [[column, value]],
  where: `e.${column} is not null`,
});
const sides = (...conditions: string[]): List[] =>
  ['controller_id', 'other_controller_id'].map((side) => ({
    keys: [[side, ':controller']],
    where: [`e.${side} is not null`, ...conditions].join(' and '),
  }));

const lists: Record<Exclude<Lead, 'record' | 'transfer'>, readonly List[]> = {
  person: [one('person', ':person')],
  people: [...sides('e.person is not null'), ofHub],
  act: [
    ...sides(rare).map(({ keys, where }): List => ({
      keys: [...keys, ['act', 'w.act']],
      where,
      perAct: true,
    })),
    ofHub,
  ],
  agency: [one('agency_id', ':agency'), one('other_agency_id', ':agency')],
  controller: [...sides(), ofHub],
};

const eachAct = 'from unnest(:acts::text[]) as w (act) cross join lateral';
const window = (list: List, what: string): string =>
  `(select ${what} from stafett.entry_detail e where ${list.where} and ${within(list)} order by ${rowOf(list.keys)} limit ${WINDOW}) e`;
const found = (list: List): string => {
  const some = `select e.* from ${window(list, '*')} where ${visible} and ${matching} order by ${rowOf(list.keys)} limit :limit`;
  return list.perAct ? `(select e.* ${eachAct} (${some}) e)` : `(${some})`;
};
/** The last id that was looked at, where there was more to look at. */
const end = (list: List): string => {
  const last = `select max(e.id::text) as id from ${window(list, 'e.id')} having count(*) = ${WINDOW}`;
  return list.perAct ? `(select e.id ${eachAct} (${last}) e)` : `(${last})`;
};

/** An entry may stand in two lists: its own controller on both sides. */
const merged = (parts: readonly string[]): string =>
  `select ${columns} from (
     select distinct on (e.id) e.* from (${parts.join(' union all ')}) e order by e.id limit :limit
   ) e ${withNames} order by e.id`;

/** All of a record are few, and taken whole: the index of records has no order by id, and is the only way in. */
const whole = (all: string): string =>
  merged([
    `(with e as materialized (${all}) select e.* from e where ${between} and ${visible} and ${matching})`,
  ]);

function asking(name: string, text: string): Asking {
  const names = [...new Set(text.match(/(?<!:):[a-zA-Z]+/g))];
  const numbered = text.replaceAll(/(?<!:):[a-zA-Z]+/g, (one) => `$${names.indexOf(one) + 1}`);
  return {
    statement: statement(name, numbered),
    values: (given) => names.map((one) => given[one.slice(1) as keyof Given]),
  };
}

const windowed = (lead: keyof typeof lists): { page: Asking; end: Asking } => ({
  page: asking(`questions.${lead}`, merged(lists[lead].map(found))),
  end: asking(
    `questions.${lead}-end`,
    `select min(e.id) as id from (${lists[lead].map(end).join(' union all ')}) e`,
  ),
});

export const byLead: Record<Lead, { readonly page: Asking; readonly end?: Asking }> = {
  record: {
    page: asking('questions.record', whole('select * from stafett.entry_detail where record_id = :record')),
  },
  // By the record that the transfer belongs to: its own entries are a handful among the record's.
  transfer: {
    page: asking(
      'questions.transfer',
      whole(
        'select d.* from stafett.transfer t join stafett.entry_detail d on d.record_id = t.record_id where t.id = :transfer',
      ),
    ),
  },
  person: windowed('person'),
  people: windowed('people'),
  act: windowed('act'),
  agency: windowed('agency'),
  controller: windowed('controller'),
};

export const agencyByNumber = statement(
  'questions.agency-by-number',
  'select id from stafett.agency where org_number = $1',
);

const aboutYouth = (column: string): string =>
  `(select * from stafett.entry_detail e where e.${column} = $4 and e.id > $2 and ${visible.replaceAll(':controller', '$1')}
    order by e.id limit $3)`;

export const entriesOfYouth = statement(
  'questions.youth',
  `select ${columns} from (
     select distinct on (e.id) e.* from (${aboutYouth('youth_id')} union all ${aboutYouth('other_youth_id')}) e order by e.id limit $3
   ) e ${withNames} order by e.id`,
);

/** One person has an id for each month: each of them by its index, and of all the first. */
export const entriesOfPerson = statement(
  'questions.staff',
  `select ${columns} from (
     select e.* from unnest($4::text[]) as p (id) cross join lateral (
       select * from stafett.entry_detail e where e.person = p.id and e.id > $2 and ${visible.replaceAll(':controller', '$1')}
       order by e.id limit $3) e order by e.id limit $3
   ) e ${withNames} order by e.id`,
);
