import type { AgencyKind } from '../common/access.js';
import type { AgencyId } from '../common/ids.js';
import type { RecordType } from '../catalogue/record-type.js';

/** What routing must know; the directory and the records area answer. */
export interface Address {
  readonly type: RecordType;
  readonly senderId: AgencyId;
  readonly senderKind: AgencyKind;
  readonly namedRecipientId: AgencyId | null;
  /** The sender of the record that this one answers. */
  readonly askerId: AgencyId | null;
  /** The unit of a kind that serves the youth: by home municipality, or without one by the sender's own place. */
  unitFor(kind: AgencyKind): AgencyId | undefined;
}

export type Recipients =
  { readonly to: readonly AgencyId[] } | { readonly none: 'recipient-unknown' | 'route-not-allowed' };

/**
 * Who a record goes to: the recipient that the event names; else whoever asked; else the units that the youth's residence
 * decides. Whether it may go there is the gate's to say.
 */
export function recipientsOf(address: Address): Recipients {
  if (address.namedRecipientId) return { to: [address.namedRecipientId] };
  const routes = address.type.routes.filter(
    (route) => route.from.includes(address.senderKind) && route.addressed !== 'by-name',
  );
  if (routes.length === 0) return { none: 'route-not-allowed' };
  const to = new Set<AgencyId>();
  for (const route of routes) {
    if (route.addressed === 'to-asker') {
      if (address.askerId) to.add(address.askerId);
      continue;
    }
    for (const kind of route.to) {
      const unit = address.unitFor(kind);
      if (unit) to.add(unit);
    }
  }
  to.delete(address.senderId);
  return to.size > 0 ? { to: [...to].sort() } : { none: 'recipient-unknown' };
}
