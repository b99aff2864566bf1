import type { AgencyId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import type { Directory } from '../directory/directory.js';

/** A record, as far as telling the same event twice goes. Without a key it tells of no event that another could tell. */
export interface Teller {
  readonly controllerId: string;
  readonly sameEventKey: Buffer | null;
  readonly senderId: AgencyId;
}

/** With those who have it from this record: held, in their inbox, read or acknowledged, and not rejected or taken back. */
export interface Telling extends Teller {
  readonly recipients: readonly AgencyId[];
}

/** Which events are told already, before this batch or in it, by whom and to whom. One source may tell the same twice: ids keep that apart. */
export class Told {
  private readonly by = new Map<string, Map<AgencyId, Set<AgencyId>>>();

  constructor(private readonly earlier: readonly Telling[]) {
    for (const record of earlier) this.add(record, record.recipients);
  }

  /** Without what was added since. */
  anew(): Told {
    return new Told(this.earlier);
  }

  add(record: Teller, reached: readonly AgencyId[]): void {
    const name = eventOf(record);
    if (name === undefined) return;
    const by = this.by.get(name) ?? new Map<AgencyId, Set<AgencyId>>();
    const recipients = by.get(record.senderId) ?? new Set();
    for (const recipient of reached) recipients.add(recipient);
    this.by.set(name, by.set(record.senderId, recipients));
  }

  /**
   * Whether nobody would learn anything by it.
   * @param isSource whether a sender's word counts for this event
   * @param recipients who would get it
   */
  byAnother(
    record: Teller,
    isSource: (sender: AgencyId) => boolean,
    recipients: readonly AgencyId[],
  ): boolean {
    const name = eventOf(record);
    const by = name === undefined ? undefined : this.by.get(name);
    if (!by || by.has(record.senderId)) return false;
    const sources = [...by].filter(([sender]) => isSource(sender));
    const reached = new Set(sources.flatMap(([, some]) => [...some]));
    return sources.length > 0 && recipients.every((one) => reached.has(one));
  }
}

const eventOf = ({ controllerId, sameEventKey }: Teller): string | undefined =>
  sameEventKey ? `${controllerId}|${sameEventKey.toString('hex')}` : undefined;

/** The school that an event is about, and the county authority, whose connector reads the schools' system: no other school can silence it. */
export function isSourceOf(directory: Directory, sender: AgencyId, data: JsonObject): boolean {
  const agency = directory.agencyById(sender);
  return agency !== undefined && (agency.kind === 'county' || agency.orgNumber === data['school']);
}
