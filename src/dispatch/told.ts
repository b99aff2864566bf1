import type { AgencyId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import type { Directory } from '../directory/directory.js';

/** A record, as far as telling the same event twice goes. Without a key it tells of no event that another could tell. */
export interface Teller {
  readonly controllerId: string;
  readonly sameEventKey: Buffer | null;
  readonly senderId: AgencyId;
}

/** Which events are told already, before this batch or in it, and by whom. One source may tell the same twice: ids keep that apart. */
export class Told {
  private readonly by = new Map<string, Set<AgencyId>>();

  constructor(earlier: readonly Teller[]) {
    earlier.forEach((record) => this.add(record));
  }

  add({ controllerId, sameEventKey, senderId }: Teller): void {
    if (!sameEventKey) return;
    const name = `${controllerId}|${sameEventKey.toString('hex')}`;
    this.by.set(name, (this.by.get(name) ?? new Set()).add(senderId));
  }

  /** @param isSource whether a sender's word counts for this event */
  byAnother(
    { controllerId, sameEventKey, senderId }: Teller,
    isSource: (sender: AgencyId) => boolean,
  ): boolean {
    const by = sameEventKey && this.by.get(`${controllerId}|${sameEventKey.toString('hex')}`);
    return by ? !by.has(senderId) && [...by].some(isSource) : false;
  }
}

/** The school that an event is about, and the county authority, whose connector reads the schools' system: no other school can silence it. */
export function isSourceOf(directory: Directory, sender: AgencyId, data: JsonObject): boolean {
  const agency = directory.agencyById(sender);
  return agency !== undefined && (agency.kind === 'county' || agency.orgNumber === data['school']);
}
