import type { Client } from 'pg';
import { bulkSession, insertBulk, shard } from './bulk.js';
import { NEW_EVERY } from './mix.js';

/** The relay's tables, the longest work first. */
const filled = [
  'entry_detail',
  'transfer',
  'record',
  'record_body',
  'audit_entry',
  'youth',
  'youth_key',
] as const;
type Table = (typeof filled)[number];

/** Connections that copy at the same time, a table each: Postgres writes rows with one core a statement. */
const AT_ONCE = 2;
/** As large as the groups that intake writes under load. */
const PER_GROUP = 64;

/** Rows that came through the hub: `no` of what is copied is that of a template, again and again. */
const templates = `
create schema bench;
create table bench.template as
select row_number() over (order by r.id) - 1 as no, r.youth_id, r.id as record_id, t.id as transfer_id, e.id as entry_id
from stafett.record r
join stafett.transfer t on t.record_id = r.id
cross join lateral (
  select d.id, row_number() over (order by d.id) as nth from stafett.entry_detail d where d.record_id = r.id
) e
where e.nth = 1 + get_byte(uuid_send(r.id), 15) % (select count(*) from stafett.entry_detail d where d.record_id = r.id);
analyze bench.template;`;

/**
 * The new rows' ids, as if they had come one after the other since the month began (bodies and entries lie in the partition of their
 * month), and by whom they are shown.
 */
const plan = `
create unlogged table bench.youth as
select n.no, uuidv7(age) as id, now() + age as at
from generate_series(0, $records / ${NEW_EVERY} - 1) as n (no), lateral (${age(`n.no * ${NEW_EVERY}`)}) a;
create unlogged table bench.row as
select n.no, n.no % (select count(*) from bench.template) as template, y.id as youth_id, now() + age as at,
  uuidv7(age) as record_id, uuidv7(age) as transfer_id, uuidv7(age) as entry_id
from generate_series(0, $records - 1) as n (no)
cross join lateral (${age('n.no')}) a
join bench.youth y on y.no = (n.no * 7919::bigint) % ($records / ${NEW_EVERY})
order by n.no;
analyze bench.youth, bench.row;`;

function age(no: string): string {
  return `select (date_trunc('month', now()) - now()) * (1 - (${no}) / $records::float8) as age`;
}

const random = (id: string): string => `sha256(uuid_send(${id}))`;
/** A link that the template has. */
const link = (column: string, id: string): string => `case when t.${column} is not null then ${id} end`;

const fromYouths = (key: string): string =>
  `bench.youth n join bench.template m on m.no = n.no % (select count(*) from bench.template) join stafett.$table t on t.${key} = m.youth_id`;
const fromRows = (key: string, id: string): string =>
  `bench.row n join bench.template m on m.no = n.template join stafett.$table t on t.${key} = m.${id}`;

/** Where each table's rows come from, and what is new in them; all else is the template's. */
const sources: Readonly<Record<Table, { readonly from: string; readonly own: Record<string, string> }>> = {
  youth: {
    from: fromYouths('id'),
    own: { id: 'n.id', blind_index: random('n.id'), shard: shard('n.id'), created_at: 'n.at' },
  },
  youth_key: { from: fromYouths('youth_id'), own: { youth_id: 'n.id' } },
  record: {
    from: fromRows('id', 'record_id'),
    own: {
      id: 'n.record_id',
      event_id: `'fill-' || n.no`,
      youth_id: link('youth_id', 'n.youth_id'),
      shard: shard('n.youth_id'),
      group_no: `(select last_value from stafett.record_group) + 1 + n.no / ${PER_GROUP}`,
      position: `n.no % ${PER_GROUP}`,
      content_hash: random('n.record_id'),
      same_event_key: link('same_event_key', random('n.transfer_id')),
      accepted_at: 'n.at',
      state_at: 'n.at',
    },
  },
  record_body: { from: fromRows('id', 'record_id'), own: { id: 'n.record_id' } },
  transfer: {
    from: fromRows('id', 'transfer_id'),
    own: {
      id: 'n.transfer_id',
      record_id: 'n.record_id',
      youth_id: link('youth_id', 'n.youth_id'),
      recipient_youth_id: link('recipient_youth_id', 'n.youth_id'),
      shard: shard('n.youth_id'),
      no: '(select count(*) from bench.template) + n.no + 1',
      created_at: 'n.at',
      available_at: 'n.at',
      collected_at: 'n.at',
      state_at: 'n.at',
    },
  },
  audit_entry: {
    from: fromRows('id', 'entry_id'),
    own: { id: 'n.entry_id', no: `nextval('stafett.audit_entry_no')`, at: 'now()' },
  },
  entry_detail: {
    from: fromRows('id', 'entry_id'),
    own: {
      id: 'n.entry_id',
      at: 'n.at',
      record_id: link('record_id', 'n.record_id'),
      transfer_id: link('transfer_id', 'n.transfer_id'),
      youth_id: link('youth_id', 'n.youth_id'),
      other_youth_id: link('other_youth_id', 'n.youth_id'),
    },
  },
};

/**
 * Makes records that have been handed out and acknowledged, with all that belongs to them, by copying those that came through the hub.
 * Sealed values and leaves are copies, which nobody opens; ids, indexes and hashes are new. Each record has one audit entry, of the four
 * kinds in turn. The hub must be stopped.
 * @param connect a superuser's connection to the hub's database
 */
export async function fill(
  connect: () => Promise<Client>,
  records: number,
  say: (text: string) => void,
): Promise<void> {
  const clients = await Promise.all(Array.from({ length: AT_ONCE }, connect));
  const [first] = clients;
  const run = async (text: string): Promise<void> =>
    void (await first?.query(text.replaceAll('$records', String(records))));
  for (const client of clients) await client.query(bulkSession);
  say('growth, making records');
  await run(templates);
  await run(plan);
  const todo = [...filled];
  await Promise.all(
    clients.map(async (client) => {
      for (let table = todo.shift(); table; table = todo.shift())
        await insertBulk(client, table, await copies(client, table));
    }),
  );
  await run(`select setval('stafett.record_group', (select max(group_no) from stafett.record))`);
  await run('drop schema bench cascade');
  say('growth, vacuum analyze');
  await run('vacuum analyze');
  await run('checkpoint');
  for (const client of clients) await client.end();
}

async function copies(admin: Client, table: Table): Promise<string> {
  const { from, own } = sources[table];
  const { rows } = await admin.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [`stafett.${table}`],
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => own[name] ?? `t.${name}`);
  return `
    insert into stafett.${table} (${names.join(', ')})
    select ${values.join(', ')} from ${from.replace('$table', table)};`;
}
