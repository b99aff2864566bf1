import { statement } from '../../database/tx.js';

export const publishedCheckpoint = statement(
  'log.checkpoint',
  `select size, note from stafett.audit_checkpoint order by size desc limit 1`,
);

export const checkpointsAfter = statement(
  'log.checkpoints-after',
  `select size, note from stafett.audit_checkpoint where size > $1 order by size limit $2`,
);

/** The beginning of a tile that is full. No row: it is the last of its level, or was when it was asked for. */
export const fullTile = statement(
  'log.full-tile',
  `select substring(hashes from 1 for $3::int) as hashes from stafett.audit_tile where level = $1 and n = $2`,
);

export const bundle = statement(
  'log.bundle',
  `select e.entry from stafett.audit_leaf l join stafett.audit_entry e on e.id = l.entry_id
   where l.leaf_index >= $1 and l.leaf_index < $2 order by l.leaf_index`,
);

export const leafOfEntry = statement(
  'log.leaf-of-entry',
  `select e.entry, l.leaf_index as index from stafett.audit_entry e left join stafett.audit_leaf l on l.entry_no = e.no where e.id = $1`,
);
