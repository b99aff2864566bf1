import { statement } from '../database/tx.js';

const columns = `month, kek_id as "kekId", wrapped`;

/** Whoever is first makes the month's key; the read after it sees that one. */
export const insertStaffKey = statement(
  'staff.insert-key',
  `insert into stafett.staff_key (controller_id, month, kek_id, wrapped) values ($1, $2, $3, $4) on conflict do nothing`,
);

export const staffKeyOf = statement(
  'staff.key-of',
  `select ${columns} from stafett.staff_key where controller_id = $1 and month = $2`,
);

export const staffKeysOf = statement(
  'staff.keys-of',
  `select ${columns} from stafett.staff_key where controller_id = $1 order by month`,
);

/** Of months before $1, if the database's clock says too that they are more than $2 months past: keys do not come back where the hub's is wrong. */
export const destroyStaffKeys = statement(
  'staff.destroy-keys',
  `delete from stafett.staff_key
   where month < least($1, to_char(now() at time zone 'UTC' - make_interval(months => $2::int), 'YYYY-MM')) returning controller_id as "controllerId", month`,
);

/** Months are destroyed oldest first. By the index of acts, as its condition says. */
export const lastDestroyed = statement(
  'staff.last-destroyed',
  `select max(detail->>'month') as month from stafett.entry_detail where controller_id = $1 and act = 'staff-key-destroyed'`,
);
