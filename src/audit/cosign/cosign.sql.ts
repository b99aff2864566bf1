import { statement } from '../../database/tx.js';

export const insertCosignature = statement(
  'cosign.insert-cosignature',
  `insert into stafett.audit_cosignature (size, witness, line) values ($1, $2, $3) on conflict do nothing`,
);

export const lastCosigned = statement(
  'cosign.last-cosigned',
  `select max(size) as size from stafett.audit_cosignature where witness = $1`,
);

export const cosignaturesOf = statement(
  'cosign.cosignatures-of',
  `select line from stafett.audit_cosignature where size = $1 and witness = any ($2::text[]) order by witness`,
);

/**
 * The newest checkpoint that enough of the witnesses have cosigned. No such size is above the last one of the witness that is
 * behind with it, so that a witness that is away for weeks does not make the look long.
 */
export const quorumCheckpoint = statement(
  'cosign.quorum-checkpoint',
  `select c.size, c.note from stafett.audit_checkpoint c where c.size = (
     select size from stafett.audit_cosignature
     where witness = any ($1::text[]) and size <= (
       select last from unnest($1::text[]) as w (witness),
         lateral (select max(size) as last from stafett.audit_cosignature o where o.witness = w.witness) o
       order by last desc nulls last offset $2::int - 1 limit 1)
     group by size having count(*) >= $2::int order by size desc limit 1)`,
);
