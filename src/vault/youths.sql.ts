import { statement } from '../database/tx.js';

const insert = (conflict: string): string => `with wanted as (
     select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::int[], $6::text[], $7::bytea[])
       as w (id, controller_id, blind_index, identity, shard, kek_id, wrapped)
   ), made as (
     insert into stafett.youth (id, controller_id, blind_index, identity_sealed, shard, created_at)
     select id, controller_id, blind_index, identity, shard, $8 from wanted order by blind_index, controller_id
     ${conflict} returning id
   )
   insert into stafett.youth_key (youth_id, kek_id, wrapped) select w.id, w.kek_id, w.wrapped from made join wanted w using (id)`;

/** Ordered by blind index: unordered, three writers on the same 256 keys deadlocked 262 times in 900. Fails (23505) where one is there. */
export const insertYouths = statement('vault.insert-youths', insert(''));

/** Leaves those that are there. */
export const insertMissingYouths = statement(
  'vault.insert-missing-youths',
  insert('on conflict (controller_id, blind_index) do nothing'),
);

/** Finds and locks, in the order of the blind index. */
export const lockYouths = statement(
  'vault.lock-youths',
  `select y.id, y.controller_id as "controllerId", y.blind_index as "blindIndex", y.shard, y.protection, k.kek_id as "kekId", k.wrapped
   from unnest($1::uuid[], $2::bytea[]) as w (controller_id, blind_index)
   join stafett.youth y using (controller_id, blind_index)
   join stafett.youth_key k on k.youth_id = y.id
   order by y.blind_index, y.controller_id
   for key share of y`,
);

/** A protection grade only rises here; lowering it is an act of its own. Rows are locked in the one order before they change. */
export const raiseProtection = statement(
  'vault.raise-protection',
  `with lower as (
     select y.id, w.protection from unnest($1::uuid[], $2::text[]) as w (id, protection) join stafett.youth y using (id)
     where array_position(array['none', 'confidential', 'strictly-confidential'], y.protection)
       < array_position(array['none', 'confidential', 'strictly-confidential'], w.protection)
     order by y.blind_index for no key update of y
   )
   update stafett.youth set protection = lower.protection from lower where youth.id = lower.id
   returning youth.id, youth.shard`,
);

export const findYouth = statement(
  'vault.find-youth',
  `select y.id, y.shard, y.protection, k.kek_id as "kekId", k.wrapped
   from stafett.youth y
   join stafett.youth_key k on k.youth_id = y.id
   where y.controller_id = $1 and y.blind_index = $2`,
);

/** Who waits here for an erasure sees the youth's new row, but the key as it was before: the row itself must say that it is erased. */
const keys = `select y.id, y.controller_id as "controllerId", y.shard, y.protection, k.kek_id as "kekId", k.wrapped
   from stafett.youth y join stafett.youth_key k on k.youth_id = y.id where y.id = any ($1::uuid[])
   and y.erased_at is null`;

export const keysOfYouths = statement(
  'vault.keys-of-youths',
  `${keys} order by y.blind_index for key share of y`,
);

/** For who has read their keys already. `for share`: a protection grade that rises waits for those who hand out by the lower one. */
export const lockPresent = statement(
  'vault.lock-present',
  `select y.id, y.protection from stafett.youth y where y.id = any ($1::uuid[]) and y.erased_at is null
   order by y.blind_index for share`,
);

/** For reading the log, which nothing hangs on. */
export const readKeysOfYouths = statement('vault.read-keys-of-youths', keys);
