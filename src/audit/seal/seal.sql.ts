import { statement } from '../../database/tx.js';

/**
 * An entry as the sequencer reads it. The server hashes it (RFC 6962 section 2.1: SHA-256 of 0x00 and the bytes), so that 32
 * bytes travel and not the entry; what has its leaf already comes without a hash. Looked for entry by entry, and not joined: a plan
 * that was made while there were few leaves went over all of them for each entry, and sealed 1,000 entries a second.
 */
const columns = `e.no, e.id, case when (select l.entry_no from stafett.audit_leaf l where l.entry_no = e.no) is null
  then sha256('\\x00'::bytea || e.entry) end as hash`;

/** By the index of numbers in each partition, whatever old snapshot there is: entries are never updated. */
export const entriesAfter = statement(
  'seal.entries-after',
  `select ${columns} from stafett.audit_entry e where e.no > $1 order by e.no limit $2`,
);

/** Gap by gap, and not joined: with a limit, a join in the order of numbers may go over every entry there is to find a few in gaps. */
export const entriesWithin = statement(
  'seal.entries-within',
  `select found.* from unnest($1::bigint[], $2::bigint[]) as gap (lo, hi) cross join lateral (
     select ${columns} from stafett.audit_entry e where e.no between gap.lo and gap.hi order by e.no limit $3) found
   order by found.no limit $3`,
);

export const insertLeaves = statement(
  'seal.insert-leaves',
  `insert into stafett.audit_leaf (leaf_index, entry_no, entry_id, hash)
   select $1::bigint + place - 1, no, id, hash from unnest($2::bigint[], $3::uuid[], $4::bytea[]) with ordinality as leaf (no, id, hash, place)`,
);

export const insertTiles = statement(
  'seal.insert-tiles',
  `insert into stafett.audit_tile (level, n, hashes, root) select * from unnest($1::int[], $2::bigint[], $3::bytea[], $4::bytea[])`,
);

export const insertCheckpoint = statement(
  'seal.insert-checkpoint',
  `insert into stafett.audit_checkpoint (size, root, note, low_no, high_no) values ($1, $2, $3, $4, $5)`,
);

/**
 * $1: minutes after which no transaction can bring a number any more. What was missing below a checkpoint that is so old never came: its gaps do not
 * begin anew with each sequencer, which would have to go over everything since the oldest one.
 */
export const lastCheckpoint = statement(
  'seal.last-checkpoint',
  `select size, root, note, high_no as "highNo", greatest(low_no, (
     select high_no from stafett.audit_checkpoint where at < now() - $1::int * interval '1 minute' order by size desc limit 1)) as "lowNo"
   from stafett.audit_checkpoint order by size desc limit 1`,
);

/** How many leaves there are, and the highest number that has one. */
export const sealedSoFar = statement(
  'seal.sealed-so-far',
  `select coalesce((select leaf_index + 1 from stafett.audit_leaf order by leaf_index desc limit 1), 0) as size,
     coalesce((select entry_no from stafett.audit_leaf order by entry_no desc limit 1), 0) as "highNo"`,
);

/** The hashes of a tile that need not be full: of leaves, or the roots of the tiles below. */
export const leafHashes = statement(
  'seal.leaf-hashes',
  `select hash from stafett.audit_leaf where leaf_index >= $1 and leaf_index < $2 order by leaf_index`,
);
export const tileRoots = statement(
  'seal.tile-roots',
  `select root as hash from stafett.audit_tile where level = $1 and n >= $2 and n < $3 order by n`,
);

export const countBlock = statement(
  'seal.count-block',
  `select (select count(*) from stafett.audit_entry where no > $1 and no <= $2) as entries,
     (select count(*) from stafett.audit_leaf where entry_no > $1 and entry_no <= $2) as leaves`,
);

export const unsealedWithin = statement(
  'seal.unsealed-within',
  `select e.no from stafett.audit_entry e where e.no > $1 and e.no <= $2
     and not exists (select from stafett.audit_leaf l where l.entry_no = e.no) order by e.no limit $3`,
);

/** Seconds that the first entry has waited which no checkpoint covers. No row: everything is covered. */
export const waitingSince = statement(
  'seal.waiting-since',
  `select extract(epoch from clock_timestamp() - e.at)::float8 as seconds
   from (select coalesce((select high_no from stafett.audit_checkpoint order by size desc limit 1), 0) as no) c,
     lateral (select at from stafett.audit_entry where no > c.no order by no limit 1) e`,
);
