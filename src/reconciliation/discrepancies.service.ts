import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Cursors } from '../common/cursor.js';
import {
  NIL,
  urnOfOrgNumber,
  type DiscrepancyId,
  type OrgNumber,
  type RecordId,
  type TransferId,
} from '../common/ids.js';
import { Problem } from '../common/problems.js';
import { withTx, type Tx } from '../database/tx.js';
import { VaultService } from '../vault/vault.service.js';
import type {
  DiscrepanciesDto,
  DiscrepanciesQuery,
  DiscrepancyDto,
  ResolutionInput,
} from './reconciliation.dto.js';
import { discrepanciesPage, discrepancyById, resolveDiscrepancy } from './reconciliation.sql.js';

type Row = Omit<DiscrepancyDto, 'owner' | 'resolvedBy' | 'foundAt' | 'resolvedAt'> & {
  readonly owner: OrgNumber;
  readonly resolvedBy: OrgNumber | null;
  readonly foundAt: Date;
  readonly resolvedAt: Date | null;
};

const DEFAULT_LIMIT = 100;

/** What the runs have found, for the controller on whose side it is. */
@Injectable()
export class DiscrepanciesService {
  private readonly cursors: Cursors;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditService,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  async page({ controllerId }: Caller, query: DiscrepanciesQuery): Promise<DiscrepanciesDto> {
    const { kind, state, after, limit = DEFAULT_LIMIT } = query;
    const list = ['discrepancies', controllerId, kind ?? '*', state ?? '*'];
    const place = after === undefined ? NIL : this.cursors.decode(list, after);
    const rows = await withTx(this.db, (tx) =>
      tx.query<Row>(discrepanciesPage, [controllerId, place, limit + 1, kind ?? null, state ?? null]),
    );
    const items = rows.slice(0, limit).map(view);
    return {
      items,
      cursor: this.cursors.encode(list, items.at(-1)?.discrepancyId ?? place),
      more: rows.length > limit,
    };
  }

  /**
   * The same by the same agency again, where the answer to the first was lost, is fine.
   * @throws Problem not-found, discrepancy-resolved where it was resolved otherwise already
   */
  resolve(caller: Caller, id: DiscrepancyId, { outcome, reason }: ResolutionInput): Promise<DiscrepancyDto> {
    const { controllerId, agencyId, orgNumber } = caller;
    return withTx(this.db, async (tx) => {
      const moved = await tx.query(resolveDiscrepancy, [
        id,
        controllerId,
        outcome,
        reason,
        agencyId,
        this.clock.now(),
      ]);
      const row = await this.byId(tx, caller, id);
      if (moved.length === 0) {
        if (row.resolvedBy === urnOfOrgNumber(orgNumber) && row.outcome === outcome && row.reason === reason)
          return row;
        throw new Problem('discrepancy-resolved');
      }
      const { code, recordId, transferId } = row;
      this.audit.append(tx, [
        {
          act: 'discrepancy-resolved',
          controllerId,
          agencyId,
          recordId: recordId as RecordId,
          transferId: (transferId as TransferId | null) ?? undefined,
          detail: { code, outcome, reason },
        },
      ]);
      return row;
    });
  }

  private async byId(tx: Tx, { controllerId }: Caller, id: DiscrepancyId): Promise<DiscrepancyDto> {
    const [row] = await tx.query<Row>(discrepancyById, [id, controllerId]);
    if (!row) throw new Problem('not-found');
    return view(row);
  }
}

const view = (row: Row): DiscrepancyDto => ({
  ...row,
  owner: urnOfOrgNumber(row.owner),
  resolvedBy: row.resolvedBy && urnOfOrgNumber(row.resolvedBy),
  foundAt: row.foundAt.toISOString(),
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
});
