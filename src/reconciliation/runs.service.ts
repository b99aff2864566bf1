import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { ActName } from '../audit/acts.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf, type Day } from '../common/days.js';
import {
  newId,
  type AgencyId,
  type ControllerId,
  type DiscrepancyId,
  type RecordId,
  type RunId,
  type TransferId,
} from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { withTx, type Tx } from '../database/tx.js';
import type { Lease } from '../queue/scheduled-runs.js';
import { acknowledgeBy, endOf, limitsOf } from './deadlines.js';
import type { Kind, RunDto } from './reconciliation.dto.js';
import {
  countOpen,
  findDeliveries,
  finishRun,
  insertDiscrepancies,
  insertRun,
  settleDiscrepancies,
} from './reconciliation.sql.js';

/** Discrepancies written in one transaction. */
const BATCH = 500;

interface Wrong {
  readonly code: string;
  readonly recordId: RecordId;
  readonly transferId: TransferId | null;
  readonly controllerId: ControllerId;
  readonly ownerId: AgencyId;
}
type Found = Wrong & { readonly since: Date };

export interface RunRequest {
  readonly kind: Kind;
  /** As if at the end of this day; now where it is left out. */
  readonly asOf?: Day | undefined;
  /** Who asked: its controller's side alone is looked at. Without it, everybody's. */
  readonly caller?: Caller;
  /** Of a scheduled run: checked in every transaction that writes. */
  readonly lease?: Lease;
}

/**
 * Compares what should have happened with what did. Runs again and again: what stands open is not found twice, and what
 * has come right is closed. A run that breaks off has told what it had found; the next one finds the rest.
 */
@Injectable()
export class RunsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  async run(request: RunRequest): Promise<RunDto> {
    const startedAt = this.clock.now();
    const asOf = request.asOf ?? dayOf(startedAt);
    const runId = newId<RunId>(this.clock);
    const side = request.caller?.controllerId ?? null;
    const checked = await this.write(request, async (tx) => {
      await tx.query(insertRun, [
        runId,
        request.kind,
        asOf,
        request.caller?.agencyId ?? null,
        side,
        startedAt,
      ]);
      const [row] = await tx.query<{ checked: string }>(countOpen, [side]);
      return Number(row?.checked ?? 0);
    });
    const settled = await this.write(request, (tx) => this.settle(tx, runId, request.kind, side));
    let found = 0;
    for (let last = BATCH; last === BATCH;) {
      last = await this.write(request, (tx) => this.find(tx, runId, request, side, startedAt));
      found += last;
    }
    const finishedAt = this.clock.now();
    await this.write(request, async (tx) => {
      await tx.query(finishRun, [runId, finishedAt, checked, found]);
      this.audit.append(tx, [
        {
          act: 'reconciliation-run',
          controllerId: side ?? undefined,
          agencyId: request.caller?.agencyId,
          detail: { run: runId, kind: request.kind, asOf, checked, found, settled },
        },
      ]);
    });
    const { kind } = request;
    return {
      runId,
      kind,
      asOf,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      checked,
      found,
      settled,
    };
  }

  private write<T>({ lease }: RunRequest, work: (tx: Tx) => Promise<T>): Promise<T> {
    return withTx(this.db, async (tx) => {
      await lease?.hold(tx);
      return work(tx);
    });
  }

  private async settle(tx: Tx, runId: RunId, kind: Kind, side: ControllerId | null): Promise<number> {
    const settled = await tx.query<Wrong>(settleDiscrepancies, [this.clock.now(), kind, side]);
    this.tell(tx, 'discrepancy-resolved', settled, { run: runId, outcome: 'settled' });
    return settled.length;
  }

  private async find(
    tx: Tx,
    runId: RunId,
    { kind, asOf }: RunRequest,
    side: ControllerId | null,
    startedAt: Date,
  ): Promise<number> {
    const limits = limitsOf(asOf ? endOf(asOf) : startedAt, this.config);
    const found = await tx.query<Found>(findDeliveries, [
      limits.asOf,
      limits.stuckBefore,
      limits.availableBefore,
      side,
      BATCH,
    ]);
    if (found.length === 0) return 0;
    const rows = found.map((wrong) => ({ ...wrong, id: newId<DiscrepancyId>(this.clock) }));
    const made = new Set(
      (
        await tx.query<{ id: DiscrepancyId }>(insertDiscrepancies, [
          rows.map((row) => row.id),
          runId,
          kind,
          this.clock.now(),
          rows.map((row) => row.code),
          rows.map((row) => row.recordId),
          rows.map((row) => row.transferId),
          rows.map((row) => row.controllerId),
          rows.map((row) => row.ownerId),
          rows.map((row) =>
            row.code === 'unacknowledged' ? acknowledgeBy(dayOf(row.since), this.config) : dayOf(row.since),
          ),
        ])
      ).map(({ id }) => id),
    );
    this.tell(
      tx,
      'discrepancy-found',
      rows.filter(({ id }) => made.has(id)),
      { run: runId },
    );
    return found.length;
  }

  private tell(tx: Tx, act: ActName, rows: readonly Wrong[], detail: Readonly<Record<string, string>>): void {
    this.audit.append(
      tx,
      rows.map((row) => ({
        act,
        controllerId: row.controllerId,
        otherAgencyId: row.ownerId,
        recordId: row.recordId,
        transferId: row.transferId ?? undefined,
        detail: { ...detail, code: row.code },
      })),
    );
  }
}
