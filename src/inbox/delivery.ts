import { eventTypeOf, type RecordType } from '../catalogue/record-type.js';
import { categoriesOf, project } from '../catalogue/project.js';
import type { DataCategory } from '../catalogue/data-categories.js';
import type { AgencyId, ConsentId, OrgNumber, TransferId, YouthId } from '../common/ids.js';
import { urnOfOrgNumber } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import type { SealedBody } from '../dispatch/bodies.service.js';
import type { Verdict } from '../dispatch/gate.js';

/** One row of an inbox page, as read, before anything is locked. */
export interface PageRow extends SealedBody {
  readonly transferId: TransferId;
  readonly no: string;
  readonly categories: readonly DataCategory[];
  /** As seen without a lock: a release that the transfer relies on is taken back, so that nothing is prepared for handing out. */
  readonly consentWithdrawn: boolean;
  readonly consentIds: readonly ConsentId[];
  readonly notice: JsonObject | null;
  /** Null where it is no notice. */
  readonly noticedAt: Date | null;
  readonly recipientYouthId: YouthId | null;
  /** Null where there is no youth, or none any more. */
  readonly youthKekId: string | null;
  readonly youthWrapped: Buffer | null;
  readonly eventId: string;
  readonly senderId: AgencyId;
  readonly groupNo: string;
  readonly position: number;
  readonly occurredAt: string | null;
  readonly inReplyTo: string | null;
}

/** What a recipient gets of one record: never more than the transfer was made for, nor than the gate lets through now. */
export interface Delivery {
  readonly categories: ReadonlySet<DataCategory>;
  readonly withheld: readonly DataCategory[];
  readonly grounds: readonly string[];
}

/**
 * The gate's word at the time of reading, or undefined where the record may not be read now. A transfer that relies on a release
 * which is no longer in force is not read, even where another release would cover it: a withdrawal is final for what it covered.
 */
export function deliveryOf(
  row: PageRow,
  type: RecordType,
  verdict: Verdict,
  inForce: ReadonlySet<ConsentId>,
): Delivery | undefined {
  if (verdict.do !== 'deliver' || row.consentIds.some((id) => !inForce.has(id))) return undefined;
  const categories = new Set(row.categories.filter((category) => verdict.categories.includes(category)));
  if ([...type.essential].some((category) => !categories.has(category))) return undefined;
  return {
    categories,
    withheld: [...categoriesOf(type)].filter((category) => !categories.has(category)),
    grounds: verdict.grounds,
  };
}

/** Fixed width, so that it sorts as text: group number, then position in the group. */
const sequenceOf = (row: PageRow): string =>
  `${row.groupNo.padStart(16, '0')}.${String(row.position).padStart(4, '0')}`;

/** The CloudEvent that the recipient gets. `data` is undefined once the body is erased. */
export function recordEvent(
  row: PageRow,
  type: RecordType,
  sender: OrgNumber,
  delivery: Delivery,
  data: JsonObject | undefined,
): object {
  return {
    specversion: '1.0',
    id: row.eventId,
    source: urnOfOrgNumber(sender),
    type: eventTypeOf(type),
    ...(row.occurredAt !== null && { time: row.occurredAt }),
    datacontenttype: 'application/json',
    transferid: row.transferId,
    recordid: row.id,
    sequence: sequenceOf(row),
    ground: delivery.grounds.join(' '),
    withheld: delivery.withheld.join(' '),
    ...(row.inReplyTo !== null && { inreplyto: row.inReplyTo }),
    ...(data === undefined ? { dataerased: true } : { data: project(type, data, delivery.categories) }),
  };
}

/** News from the hub itself about something the agency sent. Names no youth. */
export function noticeEvent(row: PageRow): object {
  return {
    specversion: '1.0',
    id: row.transferId,
    source: 'urn:stafett:hub',
    type: 'no.stafett.notice.v1',
    time: row.noticedAt?.toISOString(),
    datacontenttype: 'application/json',
    transferid: row.transferId,
    recordid: row.id,
    sequence: sequenceOf(row),
    ground: '',
    withheld: '',
    data: row.notice,
  };
}
