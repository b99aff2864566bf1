import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { AgencyId, RecordId, TransferId, YouthId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import { firstRows } from '../database/first-rows.js';
import { withTx, type Tx } from '../database/tx.js';
import type { TransferState } from '../dispatch/transfer.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Rechecks } from '../queue/recheck.js';
import { YouthsService } from '../vault/youths.service.js';
import { AnsweredUpTo } from './answered-up-to.js';
import { answer, answerableById, answerableThrough } from './inbox.sql.js';

/** Transfers that one transaction acknowledges: two pages. */
const TRANSFERS_A_TRANSACTION = 1000;

interface Answerable {
  readonly transferId: TransferId;
  /** Null while it is held. */
  readonly no: string | null;
  readonly state: TransferState;
  readonly notice: boolean;
  readonly recordId: RecordId;
  readonly recordType: string;
  readonly senderId: AgencyId;
  readonly shard: number;
  readonly youthId: YouthId | null;
  readonly recipientYouthId: YouthId | null;
  readonly consentWithdrawn: boolean;
}

export interface AnswerLine {
  readonly transferId: string;
  readonly state: TransferState | null;
  readonly problem: object | null;
}

type Answer = { readonly state: 'acknowledged' } | { readonly state: 'rejected'; readonly reason: string };

/** What a recipient says of what it got. The sender learns of a rejection by a notice, which only dispatch writes. */
@Injectable()
export class AnswersService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly youths: YouthsService,
    private readonly rechecks: Rechecks,
    private readonly audit: AuditService,
    private readonly answered: AnsweredUpTo,
  ) {}

  /**
   * Acknowledges what was handed out at or below a number, and never what was not. A recipient that has not for months is answered after
   * several transactions, of which each keeps the others and the event loop for a moment only.
   */
  async acknowledgeThrough(
    caller: Caller,
    no: string,
    types: readonly string[] | null,
  ): Promise<{ acknowledged: number; skipped: number }> {
    const snapshot = await this.directory.snapshot();
    let from = this.answered.of(caller.agencyId);
    let [acknowledged, skipped] = [0, 0];
    for (let isLast = false; !isLast;) {
      const { open, done } = await withTx(this.db, async (tx) => {
        const open = await firstRows<Answerable>(tx, answerableThrough, [
          caller.agencyId,
          no,
          types,
          from,
          TRANSFERS_A_TRANSACTION,
        ]);
        const wanted = open.filter(canBeAnswered);
        const moved = await this.move(tx, caller, snapshot, wanted, { state: 'acknowledged' });
        const meanwhile = (await this.overtaken(tx, caller, wanted, moved)).filter(
          ({ state }) => state === 'acknowledged',
        );
        return { open, done: moved.size + meanwhile.length };
      });
      acknowledged += done;
      skipped += open.length - done;
      from = open.at(-1)?.no ?? from;
      isLast = open.length < TRANSFERS_A_TRANSACTION;
    }
    if (types === null && skipped === 0) this.answered.reached(caller.agencyId, no);
    return { acknowledged, skipped };
  }

  /** One line per transfer, in the order asked. Acknowledging again is fine. */
  async answer(caller: Caller, ids: readonly string[], how: Answer): Promise<AnswerLine[]> {
    const snapshot = await this.directory.snapshot();
    return withTx(this.db, async (tx) => {
      const rows = await tx.query<Answerable>(answerableById, [caller.agencyId, ids]);
      const wanted = rows.filter((row) => canBeAnswered(row) && !(row.notice && how.state === 'rejected'));
      const moved = await this.move(tx, caller, snapshot, wanted, how);
      const now = await this.overtaken(tx, caller, wanted, moved);
      const known = new Map([...rows, ...now].map((row) => [row.transferId as string, row]));
      return ids.map((transferId) => lineOf(transferId, known.get(transferId), moved, how));
    });
  }

  /** What another call moved meanwhile, as that one left it: acknowledged by both is acknowledged. */
  private async overtaken(
    tx: Tx,
    caller: Caller,
    wanted: readonly Answerable[],
    moved: ReadonlySet<TransferId>,
  ): Promise<Answerable[]> {
    const ids = wanted.flatMap(({ transferId }) => (moved.has(transferId) ? [] : [transferId]));
    return ids.length > 0 ? tx.query<Answerable>(answerableById, [caller.agencyId, ids]) : [];
  }

  private async move(
    tx: Tx,
    caller: Caller,
    snapshot: Directory,
    rows: readonly Answerable[],
    how: Answer,
  ): Promise<Set<TransferId>> {
    if (rows.length === 0) return new Set();
    const reason = how.state === 'rejected' ? how.reason : null;
    // Sent together and done in this order, which is that of the locks.
    const [directory, youths, answered] = await Promise.all([
      this.directory.knowing(
        tx,
        snapshot,
        rows.map(({ senderId }) => senderId),
      ),
      this.youths.byId(
        tx,
        rows.flatMap((row) => row.youthId ?? []),
      ),
      tx.query<{ id: TransferId }>(answer, [
        rows.map((row) => row.transferId).sort(),
        how.state,
        this.clock.now(),
        reason,
      ]),
    ]);
    const moved = new Set(answered.map(({ id }) => id));
    const records = rows.filter((row) => moved.has(row.transferId) && !row.notice);
    this.audit.append(
      tx,
      records.map((row) => {
        const youth = row.youthId ? youths.get(row.youthId) : undefined;
        return {
          act: how.state === 'rejected' ? ('transfer-rejected' as const) : ('transfer-acknowledged' as const),
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          otherControllerId: directory.agencyNamed(row.senderId).controllerId,
          otherAgencyId: row.senderId,
          recordType: row.recordType,
          recordId: row.recordId,
          transferId: row.transferId,
          ...(youth && {
            youthId: youth.id,
            auditKey: youth.auditKey,
            otherYouthId: row.recipientYouthId ?? undefined,
          }),
          detail: reason === null ? {} : { reason },
        };
      }),
    );
    if (how.state === 'rejected') {
      this.rechecks.add(
        tx,
        records.map((row) => ({ shard: row.shard, cause: 'transfer-rejected', subject: row.transferId })),
      );
    }
    return moved;
  }
}

const canBeAnswered = (row: Answerable): boolean => row.state === 'collected' && !row.consentWithdrawn;

function lineOf(
  transferId: string,
  row: Answerable | undefined,
  moved: ReadonlySet<TransferId>,
  how: Answer,
): AnswerLine {
  const problem = (
    code: 'transfer-unknown' | 'transfer-not-collected' | 'transfer-closed',
    state: TransferState | null,
  ): AnswerLine => ({ transferId, state, problem: new Problem(code).toJSON() });
  if (!row || row.no === null) return problem('transfer-unknown', null);
  const open = row.state === 'available' || row.state === 'collected';
  if (moved.has(row.transferId) || (!row.consentWithdrawn && row.state === how.state))
    return { transferId, state: how.state, problem: null };
  if (open && row.consentWithdrawn) return problem('transfer-closed', 'withdrawn');
  return row.state === 'available'
    ? problem('transfer-not-collected', row.state)
    : problem('transfer-closed', row.state);
}
