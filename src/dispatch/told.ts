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

  add(record: Teller): void {
    const name = eventOf(record);
    if (name !== undefined) this.by.set(name, (this.by.get(name) ?? new Set()).add(record.senderId));
  }

  /** @param isSource whether a sender's word counts for this event */
  byAnother(record: Teller, isSource: (sender: AgencyId) => boolean): boolean {
    const name = eventOf(record);
    const by = name === undefined ? undefined : this.by.get(name);
    return by ? !by.has(record.senderId) && [...by].some(isSource) : false;
  }
}

const eventOf = ({ controllerId, sameEventKey }: Teller): string | undefined =>
  sameEventKey ? `${controllerId}|${sameEventKey.toString('hex')}` : undefined;

/** The school that an event is about, and the county authority, whose connector reads the schools' system: no other school can silence it. */
export function isSourceOf(directory: Directory, sender: AgencyId, data: JsonObject): boolean {
  const agency = directory.agencyById(sender);
  return agency !== undefined && (agency.kind === 'county' || agency.orgNumber === data['school']);
}
