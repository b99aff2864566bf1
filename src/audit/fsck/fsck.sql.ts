import { statement } from '../../database/tx.js';

/** Every check walks one table in blocks of its key, and gives only what is wrong. */

export const totals = statement(
  'fsck.totals',
  `select (select count(*) from stafett.audit_leaf) as leaves, (select count(*) from stafett.entry_detail) as details,
     (select count(*) from stafett.record) as records, (select count(*) from stafett.transfer) as transfers,
     (select count(*) from stafett.consent) as consents, (select count(*) from stafett.audit_cosignature) as cosignatures`,
);

export const cosignaturesAfter = statement(
  'fsck.cosignatures-after',
  `select c.size, c.witness, c.line, k.note from stafett.audit_cosignature c left join stafett.audit_checkpoint k on k.size = c.size
   where (c.size, c.witness) > ($1, $2) order by c.size, c.witness limit $3`,
);

const lastOf = (table: string): string =>
  `select id as last, count(*) over () as rows from (select id from stafett.${table} where id > $1 order by id limit $2) block order by id desc limit 1`;
export const lastEntry = statement('fsck.last-entry', lastOf('audit_entry'));
export const lastRecord = statement('fsck.last-record', lastOf('record'));
export const lastTransfer = statement('fsck.last-transfer', lastOf('transfer'));
export const lastConsent = statement('fsck.last-consent', lastOf('consent'));

export const wrongLeaves = statement(
  'fsck.wrong-leaves',
  `select l.leaf_index as subject, case when e.id is null then 'gone' when e.no <> l.entry_no then 'number' else 'hash' end as fault
   from stafett.audit_leaf l left join stafett.audit_entry e on e.id = l.entry_id
   where l.leaf_index >= $1 and l.leaf_index < $2
     and (e.id is null or e.no <> l.entry_no or sha256('\\x00'::bytea || e.entry) <> l.hash) order by l.leaf_index`,
);

/** Entries of the last minute may still wait for their places. */
export const wrongEntries = statement(
  'fsck.wrong-entries',
  `select e.id as subject, case when d.id is null then 'no-detail' else 'no-leaf' end as fault
   from stafett.audit_entry e left join stafett.entry_detail d on d.id = e.id left join stafett.audit_leaf l on l.entry_no = e.no and l.entry_id = e.id
   where e.id > $1 and e.id <= $2 and (d.id is null or l.entry_no is null and e.at < now() - interval '1 minute') order by e.id`,
);

/** What a record went through, and what the log must tell of it. */
export const silentRecords = statement(
  'fsck.silent-records',
  `select r.id as subject, a.act as fault from stafett.record r
   cross join lateral (values ('record-received', true), ('record-refused', r.state = 'refused'), ('record-retracted', r.state = 'retracted'))
     as a (act, must)
   where r.id > $1 and r.id <= $2 and a.must
     and not exists (select from stafett.entry_detail d where d.record_id = r.id and d.act = a.act) order by r.id`,
);

export const silentTransfers = statement(
  'fsck.silent-transfers',
  `select t.id as subject, a.act as fault from stafett.transfer t
   cross join lateral (values ('transfer-available', t.no is not null), ('transfer-disclosed', t.collected_at is not null),
     ('transfer-' || t.state, t.state not in ('available', 'collected'))) as a (act, must)
   where t.id > $1 and t.id <= $2 and t.notice is null and a.must
     and not exists (select from stafett.entry_detail d where d.record_id = t.record_id and d.transfer_id = t.id and d.act = a.act) order by t.id`,
);

const gone = (table: string, id: string): string =>
  `${id} is not null and not exists (select from stafett.${table} o where o.id = ${id})`;

/** What no foreign key watches (docs/decisions/0018-no-foreign-keys-that-locks-prove.md). */
export const looseRecords = statement(
  'fsck.loose-records',
  `select r.id as subject, 'loose' as fault from stafett.record r
   where r.id > $1 and r.id <= $2 and ${gone('youth', 'r.youth_id')} order by r.id`,
);

export const looseTransfers = statement(
  'fsck.loose-transfers',
  `select t.id as subject, 'loose' as fault from stafett.transfer t
   where t.id > $1 and t.id <= $2 and (${gone('record', 't.record_id')} or ${gone('youth', 't.youth_id')} or ${gone('youth', 't.recipient_youth_id')})
   order by t.id`,
);

export const silentConsents = statement(
  'fsck.silent-consents',
  `select c.id as subject, a.act as fault from stafett.consent c
   cross join lateral (values ('consent-given', true), ('consent-withdrawn', c.state = 'withdrawn')) as a (act, must)
   where c.id > $1 and c.id <= $2 and a.must
     and not exists (select from stafett.entry_detail d where d.youth_id = c.youth_id and d.consent_id = c.id and d.act = a.act)
   order by c.id`,
);

/** Details whose youth was taken away although the record still has its own: no erasure does that. */
export const unlinkedDetails = statement(
  'fsck.unlinked-details',
  `select d.id as subject, 'unlinked' as fault from stafett.entry_detail d join stafett.record r on r.id = d.record_id
   join stafett.youth_key k on k.youth_id = r.youth_id
   where d.id > $1 and d.id <= $2 and d.youth_id is null and d.act ~ '^(record|transfer)-' order by d.id`,
);
