import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { eventTypeOf } from '../catalogue/record-type.js';
import type { Caller } from '../common/access.js';
import type { Cursors } from '../common/cursor.js';
import { urnOfOrgNumber, type AgencyId, type RecordId, type TransferId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import { withTx, type Tx } from '../database/tx.js';
import { typeOf } from '../dispatch/plan.service.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { VaultService } from '../vault/vault.service.js';
import {
  recordStates,
  type OutboxPageDto,
  type OutboxQuery,
  type RecordViewDto,
  type TransferViewDto,
} from './outbox.dto.js';
import {
  outboxPage,
  outboxPageByRecordState,
  outboxPageByTransferState,
  recordById,
  transfersOf,
} from './outbox.sql.js';

interface RecordRow {
  readonly id: RecordId;
  readonly senderId: AgencyId;
  readonly eventId: string;
  readonly type: string;
  readonly state: string;
  readonly reason: string | null;
  readonly acceptedAt: Date;
  readonly groupNo: string;
  readonly position: number;
}

interface TransferRow {
  readonly id: TransferId;
  readonly recordId: RecordId;
  readonly recipientId: AgencyId;
  readonly holdReason: string | null;
  readonly holdUntil: Date | null;
  readonly stateAt: Date;
  readonly ground: string;
  readonly withheld: readonly string[];
  readonly reason: string | null;
  readonly numbered: boolean;
  readonly storedState: string;
  readonly state: string;
}

const DEFAULT_LIMIT = 100;
const endsWith: Readonly<Record<string, string>> = {
  'consent-missing': 'consent',
  'manual-handling': 'handler',
};

/** The sender's view: what became of each record, and why. Tells nothing about the youth. */
@Injectable()
export class OutboxService {
  private readonly cursors: Cursors;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly directory: DirectoryService,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  /** To its sender the whole record, to a recipient its own transfer. @throws Problem not-found to everyone else */
  async one(caller: Caller, id: RecordId): Promise<RecordViewDto> {
    const snapshot = await this.directory.snapshot();
    return withTx(this.db, async (tx) => {
      const [record] = await tx.query<RecordRow>(recordById, [id]);
      if (!record) throw new Problem('not-found');
      const transfers = await tx.query<TransferRow>(transfersOf, [[id]]);
      const directory = await this.directory.knowing(tx, snapshot, recipientsOf(transfers));
      if (record.senderId === caller.agencyId) return view(directory, record, transfers);
      const own = transfers.filter((t) => t.recipientId === caller.agencyId && mayKnow(t));
      if (own.length === 0) throw new Problem('not-found');
      return view(directory, { ...record, reason: null }, own);
    });
  }

  /** What the caller has sent, oldest first. */
  async page(caller: Caller, query: OutboxQuery): Promise<OutboxPageDto> {
    const snapshot = await this.directory.snapshot();
    const limit = query.limit ?? DEFAULT_LIMIT;
    const list = ['outbox', caller.agencyId, query.state ?? '*'];
    const [group = '0', position = '0'] =
      query.after === undefined ? [] : this.cursors.decode(list, query.after).split('.');
    return withTx(this.db, async (tx) => {
      const rows = await this.rows(tx, query.state, [caller.agencyId, group, position, limit + 1]);
      const records = rows.slice(0, limit);
      const transfers = await tx.query<TransferRow>(transfersOf, [records.map(({ id }) => id)]);
      const directory = await this.directory.knowing(tx, snapshot, recipientsOf(transfers));
      const last = records.at(-1);
      return {
        items: records.map((record) =>
          view(
            directory,
            record,
            transfers.filter((t) => t.recordId === record.id),
          ),
        ),
        cursor: last ? this.cursors.encode(list, `${last.groupNo}.${last.position}`) : (query.after ?? null),
        more: rows.length > limit,
      };
    });
  }

  private rows(tx: Tx, state: string | undefined, values: readonly unknown[]): Promise<RecordRow[]> {
    if (state === undefined) return tx.query(outboxPage, values);
    const ofRecord = (recordStates as readonly string[]).includes(state);
    return tx.query(ofRecord ? outboxPageByRecordState : outboxPageByTransferState, [...values, state]);
  }
}

/** A recipient may know of what was made available to it, and of what a person must handle; not of what waits for a yes. */
const mayKnow = (t: TransferRow): boolean =>
  t.numbered || (t.storedState === 'held' && t.holdReason === 'manual-handling');

const recipientsOf = (transfers: readonly TransferRow[]): AgencyId[] => transfers.map((t) => t.recipientId);

function view(directory: Directory, record: RecordRow, transfers: readonly TransferRow[]): RecordViewDto {
  return {
    recordId: record.id,
    eventId: record.eventId,
    type: eventTypeOf(typeOf(record.type)),
    state: record.state,
    acceptedAt: record.acceptedAt.toISOString(),
    ...(record.reason !== null && { reason: record.reason }),
    transfers: transfers.map((t) => viewTransfer(directory, t)),
  };
}

function viewTransfer(directory: Directory, t: TransferRow): TransferViewDto {
  const held = t.state === 'held' && t.holdReason !== null && t.holdUntil !== null;
  return {
    transferId: t.id,
    recipient: urnOfOrgNumber(directory.agencyNamed(t.recipientId).orgNumber),
    state: t.state,
    ...(held && {
      hold: {
        reason: t.holdReason,
        endsWith: endsWith[t.holdReason] ?? 'handler',
        until: t.holdUntil.toISOString(),
      },
    }),
    withheld: t.withheld.join(' '),
    ground: t.ground,
    at: t.stateAt.toISOString(),
    ...(t.reason !== null && { reason: t.reason }),
  };
}
