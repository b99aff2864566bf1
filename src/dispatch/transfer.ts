import type { AgencyId, ConsentId, ControllerId, RecordId, TransferId, YouthId } from '../common/ids.js';
import type { HoldReason, Terms } from './gate.js';

/** The states of a transfer and its moves; the database enforces the same table (migrations). */
export const moves = {
  held: ['available', 'expired', 'withdrawn'],
  available: ['collected', 'withdrawn', 'expired'],
  collected: ['acknowledged', 'rejected', 'withdrawn'],
  acknowledged: [],
  rejected: [],
  withdrawn: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>;
export type TransferState = keyof typeof moves;

/** A transfer to be made: how the gate judged one record for one recipient. */
export interface Draft {
  readonly id: TransferId;
  readonly recordId: RecordId;
  readonly recordType: string;
  readonly senderId: AgencyId;
  readonly controllerId: ControllerId;
  readonly recipientId: AgencyId;
  readonly recipientControllerId: ControllerId;
  readonly youthId: YouthId | null;
  readonly auditKey: Buffer | undefined;
  readonly shard: number;
  readonly terms: Terms;
  readonly hold: { readonly reason: HoldReason; readonly until: Date } | null;
}

/** News for a sender: what became of a transfer, or of a record that went nowhere. Names no youth. */
export interface Notice {
  readonly recordId: RecordId;
  readonly eventId: string;
  readonly recordType: string;
  readonly senderId: AgencyId;
  readonly shard: number;
  /** Null where the gate refused: then there is no transfer. `about` tells such notices of one record apart. */
  readonly transferId: TransferId | null;
  readonly about: string;
  readonly state: 'refused' | 'rejected' | 'withdrawn' | 'expired';
  readonly reason: string;
}

/** A transfer that exists, with what a move needs to know of its record. */
export interface OpenTransfer {
  readonly id: TransferId;
  readonly recordId: RecordId;
  readonly recipientId: AgencyId;
  readonly senderId: AgencyId;
  readonly recordType: string;
  readonly youthId: YouthId | null;
  readonly shard: number;
  readonly state: TransferState;
  readonly holdReason: HoldReason | null;
  readonly holdUntil: Date | null;
  readonly availableAt: Date | null;
  readonly reason: string | null;
  readonly eventId: string;
  readonly controllerId: ControllerId;
  readonly consentIds: readonly ConsentId[];
}

/** The notice of what became of a transfer. */
export const noticeOf = (transfer: OpenTransfer, state: Notice['state'], reason: string): Notice => ({
  recordId: transfer.recordId,
  eventId: transfer.eventId,
  recordType: transfer.recordType,
  senderId: transfer.senderId,
  shard: transfer.shard,
  transferId: transfer.id,
  about: transfer.id,
  state,
  reason,
});
