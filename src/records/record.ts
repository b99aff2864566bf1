import type { RecordType } from '../catalogue/record-type.js';
import type { AgencyId, ControllerId, RecordId, YouthId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import type { Identity, Protection } from '../vault/youths.service.js';

export type RecordState = 'received' | 'dispatched' | 'refused' | 'retracted';

/**
 * Milliseconds. Group numbers are given before the commit, so a lower one may become visible after a higher one was claimed. Dispatch looks
 * for it for so long (low-water.ts); a group that took half as long gets a new number, before its senders are told.
 */
export const LATE_MS = 2000;

/** An event whose every part has been checked, before anything is written. */
export interface Prepared {
  readonly eventId: string;
  readonly type: RecordType;
  readonly recipientId: AgencyId | null;
  readonly inReplyTo: RecordId | null;
  readonly cancels: RecordId | null;
  readonly holdForConsent: boolean;
  readonly time: string | null;
  readonly data: JsonObject;
  readonly contentHash: Buffer;
  readonly youth: { readonly identity: Identity; readonly protection: Protection } | null;
}

/** What a sealed body belongs to. */
export interface BodyContext {
  readonly recordId: RecordId;
  readonly type: string;
  readonly controllerId: ControllerId;
}

/** Additional data of a sealed body: a body moved to another row does not open. */
export const bodyAad = (c: BodyContext): string[] => ['record-body', c.controllerId, c.type, c.recordId];

export interface Receipt {
  readonly index: number;
  readonly eventId: string | null;
  readonly recordId: RecordId | null;
  readonly state: RecordState | null;
  readonly duplicate: boolean;
  readonly problem: object | null;
}

/** What a record is, without its body. */
export interface RecordFacts {
  readonly id: RecordId;
  readonly senderId: AgencyId;
  readonly controllerId: ControllerId;
  readonly eventId: string;
  readonly type: string;
  readonly youthId: YouthId | null;
  readonly shard: number;
  readonly namedRecipientId: AgencyId | null;
  readonly inReplyTo: RecordId | null;
  readonly cancels: RecordId | null;
  readonly holdForConsent: boolean;
  readonly sameEventKey: Buffer | null;
}

/** A record as later areas see it. */
export interface StoredRecord extends RecordFacts {
  readonly groupNo: string;
  readonly state: RecordState;
}
