import type { Client } from 'pg';
import type { ControllerId } from '../../src/common/ids.js';
import { bulkSession, insertBulk, shard } from './bulk.js';
import { NEW_EVERY } from './mix.js';
import { leafOf } from './waiting-entries.js';

/** Entries that a record comes with on average: four of its own, and what else is going on. */
const ENTRIES_PER_RECORD = 4.141;
/** Days over which they are spread. */
export const DAYS = 365;
/** Of the youths of the large county, another controller has so many, and at least so many. */
const OTHERS_SHARE = 0.05;
const FEWEST = 20;

/**
 * Who sends to whom. Nine of ten records stay within the large county; one in 20,000 is the small county's, so that its few
 * entries are hard to find among all.
 */
const lanes = `
create schema bench;
create table bench.lane as
select row_number() over (partition by l.share order by l.sender_id, l.recipient_id) - 1 as no, l.* from (
  select case when s.county <> $county then 'small' when c.kind = 'private-school' then 'private' when r.kind = 'nav' then 'nav' else 'own' end as share,
    s.id as sender_id, s.controller_id, r.id as recipient_id, r.controller_id as other_controller_id
  from stafett.agency s
  join stafett.controller c on c.id = s.controller_id
  join stafett.agency r on r.county = s.county and (r.kind = 'ot' or r.kind = 'nav' and c.kind = 'county-authority' and s.county = $county)
  where s.kind = 'school'
) l;`;

const youths = `
create unlogged table bench.youth as
select row_number() over (partition by controller_id order by id) - 1 as no, controller_id, id from stafett.youth;
create unique index on bench.youth (controller_id, no);
create table bench.youths as select controller_id, count(*) as count from bench.youth group by controller_id;
create table bench.lanes as select share, count(*) as count from bench.lane group by share;
analyze bench.lane, bench.lanes, bench.youth, bench.youths;`;

/** `dice` decides what there is to a record: the same in every run. */
const records = `
create unlogged table bench.record as
select n.no, n.dice, n.at, uuidv7(n.at - clock_timestamp()) as record_id, uuidv7(n.at - clock_timestamp()) as transfer_id,
  l.sender_id, l.controller_id, l.recipient_id, l.other_controller_id, y.id as youth_id,
  case when l.other_controller_id = l.controller_id then y.id else o.id end as other_youth_id
from (
  select no, hashint8(no) & 2147483647 as dice, now() - interval '1 minute' - interval '${DAYS} days' * (1 - no / $records::float8) as at,
    case when no % 20000 = 10000 then 'small' when no % 100 < 5 then 'nav' when no % 100 < 9 then 'private' else 'own' end as share
  from generate_series(0, $records - 1) no
) n
join bench.lanes s on s.share = n.share
join bench.lane l on l.share = n.share and l.no = n.dice % s.count
join bench.youths c on c.controller_id = l.controller_id
join bench.youth y on y.controller_id = l.controller_id and y.no = (n.dice / 128) % c.count
join bench.youths d on d.controller_id = l.other_controller_id
join bench.youth o on o.controller_id = l.other_controller_id and o.no = (n.dice / 128) % d.count
order by n.no;
analyze bench.record;`;

const TYPE = `'education-interrupted'`;

const record = `
insert into stafett.record (id, sender_id, controller_id, event_id, type, youth_id, shard, group_no, position, hold_for_consent, content_hash,
  accepted_at, state, state_at)
select record_id, sender_id, controller_id, 'fill-' || no, ${TYPE}, youth_id, ${shard('youth_id')},
  (select last_value from stafett.record_group) + 1 + no, 0, false, sha256(uuid_send(record_id)), at, 'dispatched', at from bench.record`;

const transfer = `
insert into stafett.transfer (id, record_id, recipient_id, sender_id, record_type, youth_id, recipient_youth_id, shard, no, state, state_at,
  ground, categories, withheld, consent_ids, created_at, available_at, collected_at)
select transfer_id, record_id, recipient_id, sender_id, ${TYPE}, youth_id, other_youth_id, ${shard('youth_id')}, no + 1,
  'acknowledged', at + interval '21 s', 'law', '{}', '{}', '{}', at, at, at + interval '20 s' from bench.record`;

/** One of 300 people of a controller in a month, as the log names them. */
const person = (controller: string): string =>
  `left(translate(encode(sha256((${controller}::text || to_char(r.at, 'YYYY-MM') || (r.dice / 1000) % 300)::bytea), 'base64'), '+/', '-_'), 22)`;

interface ActRow {
  readonly act: string;
  /** Which records come with it; every one unless told otherwise. */
  readonly of?: string;
  readonly afterMs: number;
  readonly by: 'sender' | 'recipient' | 'hub';
  /** Whether the act concerns the other side too, a person did it, it is about the record, about the transfer, or about the youth alone. */
  readonly other?: true;
  readonly person?: string;
  readonly about?: 'record' | 'transfer' | 'youth';
  readonly detail?: string;
}

const told = `{"categories": ["attendance", "contact"], "withheld": [], "grounds": ["opplaringslova-2023/25-8"], "again": false}`;

/** What happens about a record, and beside it. */
const acts: readonly ActRow[] = [
  { act: 'record-received', afterMs: 0, by: 'sender', about: 'record' },
  { act: 'transfer-available', afterMs: 50, by: 'sender', other: true, about: 'transfer', detail: told },
  {
    act: 'transfer-disclosed',
    afterMs: 20_000,
    by: 'recipient',
    other: true,
    about: 'transfer',
    detail: told,
    person: 'r.dice % 20 = 0',
  },
  { act: 'transfer-acknowledged', afterMs: 21_000, by: 'recipient', other: true, about: 'transfer' },
  { act: 'record-refused', of: 'r.dice % 50 = 7', afterMs: 100, by: 'sender', about: 'record' },
  { act: 'call-refused', of: 'r.dice % 100 = 11', afterMs: 200, by: 'sender' },
  { act: 'calls-unauthenticated', of: 'r.dice % 1000 = 13', afterMs: 300, by: 'hub' },
  { act: 'consent-given', of: 'r.dice % 25 = 3', afterMs: 400, by: 'sender', about: 'youth', person: 'true' },
  {
    act: 'consent-read',
    of: 'r.dice % 25 = 4',
    afterMs: 500,
    by: 'recipient',
    other: true,
    about: 'youth',
    person: 'true',
  },
  { act: 'audit-read', of: 'r.dice % 40 = 5', afterMs: 600, by: 'sender', person: 'true' },
  {
    act: 'audit-searched',
    of: 'r.dice % 200 = 6',
    afterMs: 700,
    by: 'sender',
    about: 'youth',
    person: 'true',
  },
];

const detailColumns = [
  'id',
  'act',
  'at',
  'controller_id',
  'agency_id',
  'other_controller_id',
  'other_agency_id',
  'record_type',
  'record_id',
  'transfer_id',
  'person',
  'youth_id',
  'other_youth_id',
  'detail',
] as const;

/** The act's values, as SQL over a record `r`. */
function valuesOf(row: ActRow): Record<(typeof detailColumns)[number], string> {
  const { act, by, other, about, afterMs, detail = '{}' } = row;
  const sender = ['r.controller_id', 'r.sender_id', 'r.youth_id'] as const;
  const recipient = ['r.other_controller_id', 'r.recipient_id', 'r.other_youth_id'] as const;
  const [controller, agency] =
    by === 'hub' ? ['null::uuid', 'null::uuid'] : by === 'sender' ? sender : recipient;
  const [otherController, otherAgency] = !other
    ? ['null::uuid', 'null::uuid']
    : by === 'sender'
      ? recipient
      : sender;
  const ofRecord = about === 'record' || about === 'transfer';
  return {
    id: 'null::uuid',
    act: `'${act}'`,
    at: `r.at + interval '${afterMs} ms'`,
    controller_id: controller,
    agency_id: agency,
    other_controller_id: otherController,
    other_agency_id: otherAgency,
    record_type: ofRecord ? TYPE : 'null',
    record_id: ofRecord ? 'r.record_id' : 'null::uuid',
    transfer_id: about === 'transfer' ? 'r.transfer_id' : 'null::uuid',
    person: row.person ? `case when ${row.person} then ${person(controller)} end` : 'null',
    youth_id: about ? 'r.youth_id' : 'null::uuid',
    other_youth_id: by === 'recipient' && other ? 'r.other_youth_id' : 'null::uuid',
    detail: `'${detail}'::jsonb`,
  };
}

/** An id is made of its act's moment, as auditors' periods rely on. */
const details = `
insert into stafett.entry_detail (${detailColumns.join(', ')})
select uuidv7(e.at - clock_timestamp()), ${detailColumns
  .slice(1)
  .map((name) => `e.${name}`)
  .join(', ')}
from bench.record r cross join lateral (
  ${acts
    .map((row) => {
      const values = valuesOf(row);
      const selected = detailColumns.map((name) => `${values[name]} as ${name}`).join(', ');
      return `select ${selected}${row.of ? ` where ${row.of}` : ''}`;
    })
    .join('\n  union all ')}
) e
order by r.no, e.at`;

/** Leaves in the order in which they came. */
const entries = `
insert into stafett.audit_entry (id, entry)
select d.id, ${leafOf('d.act', 'd.at', 'd.id')} from (
  select id, act, at from stafett.entry_detail where id not in (select id from stafett.audit_entry) order by id
) d`;

/** Months of which the hub, which has only just been started, has no partition. */
const partitions = `
do $$ declare
  first_month timestamptz; name text;
  owner text := (select pg_get_userbyid(relowner) from pg_class where oid = 'stafett.audit_entry'::regclass);
begin
  for i in 1..${Math.ceil(DAYS / 28)} loop
    first_month := (date_trunc('month', now() at time zone 'UTC') - make_interval(months => i)) at time zone 'UTC';
    name := 'audit_entry_' || to_char(first_month at time zone 'UTC', 'YYYY_MM');
    execute format('create table stafett.%I partition of stafett.audit_entry for values from (%L) to (%L)', name, stafett.uuid_at(first_month),
      stafett.uuid_at((first_month at time zone 'UTC' + interval '1 month') at time zone 'UTC'));
    execute format('alter table stafett.%I owner to %I', name, owner);
  end loop;
end $$;`;

export interface FillLog {
  readonly entries: number;
  /** Number of the county that most is about. */
  readonly county: string;
  /** A superuser's connection to the hub's database. */
  connect(): Promise<Client>;
  /** Has the vault make youths of a controller, which the others are not told of. */
  makeYouths(controller: ControllerId, count: number): Promise<void>;
  say(text: string): void;
}

/**
 * Makes a year's entries with their details, records, transfers and youths, and none of the bodies, which nobody asks for. Leaves
 * commit to nothing: whether a detail is what its leaf says is looked at as ever, and found not to be. The hub must be stopped.
 */
export async function fillLog({ entries: wanted, county, connect, makeYouths, say }: FillLog): Promise<void> {
  const count = Math.ceil(wanted / ENTRIES_PER_RECORD);
  const [one, two] = await Promise.all([connect(), connect()]);
  const run = async (text: string): Promise<void> =>
    void (await one.query(text.replaceAll('$records', String(count)).replaceAll('$county', `'${county}'`)));
  for (const client of [one, two]) await client.query(bulkSession);
  await run(partitions);
  await run(lanes);
  say('audit.large: making youths');
  const { rows } = await one.query<{ id: ControllerId; large: boolean }>(
    `select controller_id as id, bool_or(share = 'own') as large
     from (select controller_id, share from bench.lane union select other_controller_id, 'other' from bench.lane) l group by 1`,
  );
  const most = Math.ceil(count / NEW_EVERY);
  for (const { id, large } of rows)
    await makeYouths(id, large ? most : Math.max(FEWEST, Math.ceil(most * OTHERS_SHARE)));
  say('audit.large: making records');
  await run(youths);
  await run(records);
  say('audit.large: making entries');
  let told: () => void = () => undefined;
  const detailsThere = new Promise<void>((resolve) => (told = resolve));
  await Promise.all([
    insertBulk(one, 'entry_detail', details, told),
    (async () => {
      await insertBulk(two, 'record', record);
      await insertBulk(two, 'transfer', transfer);
      await detailsThere;
      await insertBulk(two, 'audit_entry', entries);
    })(),
  ]);
  await run(`select setval('stafett.record_group', (select max(group_no) from stafett.record))`);
  await run('drop schema bench cascade');
  say('audit.large: vacuum analyze');
  await run('vacuum analyze');
  await run('checkpoint');
  for (const client of [one, two]) await client.end();
}
