import type { Caller } from '../common/access.js';
import type { TransferId, YouthId } from '../common/ids.js';
import { isObject, type JsonObject } from '../common/json.js';
import { identityOf, type Identity, type WantedYouth, type Youth } from '../vault/youths.service.js';
import type { PageRow } from './delivery.js';

/**
 * The recipient's controller gets its own row of each youth: two controllers' rows are linked only by a transfer between them.
 * @returns by transfer, whom it is still to be linked to
 */
export function unlinkedYouths(
  { controllerId }: Caller,
  records: readonly PageRow[],
  bodies: ReadonlyMap<TransferId, JsonObject | undefined>,
): Map<TransferId, WantedYouth> {
  return new Map(
    records.flatMap((row) => {
      const youth = bodies.get(row.transferId)?.['youth'];
      return row.recipientYouthId === null && !row.consentWithdrawn && isObject(youth)
        ? // The body was valid when it was sealed.
          [[row.transferId, { controllerId, identity: identityOf(youth as unknown as Identity) }]]
        : [];
    }),
  );
}

/** The recipient's own youth of each transfer, linked before or just now. */
export function ownYouths(
  records: readonly PageRow[],
  unlinked: ReadonlyMap<TransferId, WantedYouth>,
  linked: ReadonlyMap<WantedYouth, Youth>,
): Map<TransferId, YouthId> {
  return new Map(
    records.flatMap(({ transferId, recipientYouthId }) => {
      const wanted = unlinked.get(transferId);
      const own = recipientYouthId ?? (wanted && linked.get(wanted)?.id);
      return own ? [[transferId, own]] : [];
    }),
  );
}
