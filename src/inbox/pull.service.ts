import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Act } from '../audit/entry.js';
import { SealWatch } from '../audit/seal/seal-watch.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { ConsentId, TransferId, YouthId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import { Problem } from '../common/problems.js';
import { ConsentsService, type Release } from '../consents/consents.service.js';
import { firstRows } from '../database/first-rows.js';
import { asReader } from '../database/locks.js';
import { withTx, type Tx } from '../database/tx.js';
import { BodiesService } from '../dispatch/bodies.service.js';
import type { Verdict } from '../dispatch/gate.js';
import { PlanService, typeOf } from '../dispatch/plan.service.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Log } from '../telemetry/log.js';
import { SealBroken } from '../vault/seal.js';
import { YouthsService, type Graded, type Keyed } from '../vault/youths.service.js';
import { deliveryOf, noticeEvent, recordEvent, type Delivery, type PageRow } from './delivery.js';
import { ownYouths, unlinkedYouths } from './own-youths.js';
import { AnsweredUpTo } from './answered-up-to.js';
import { collect, highest, lockTransfers, openPage, pageAfter } from './inbox.sql.js';

export interface Page {
  readonly events: readonly object[];
  /** The inbox number that the reader has now seen everything up to. */
  readonly upTo: string;
  readonly more: boolean;
}

/** A notice, or a record with the gate's word. */
interface Judged {
  readonly row: PageRow;
  readonly verdict?: Verdict;
}

/** What is handed out: a notice, or a record by the gate's word. */
interface Handed {
  readonly row: PageRow;
  /** Whether somebody had it before. */
  readonly again: boolean;
  readonly delivery?: Delivery;
  /** Not erased since the page was read. A group record is about no youth, and always there. */
  readonly youthIsThere?: boolean;
}

/** A page with what its records say. */
interface Opened {
  readonly rows: readonly PageRow[];
  readonly keys: ReadonlyMap<YouthId, Keyed>;
  readonly bodies: ReadonlyMap<TransferId, JsonObject | undefined>;
}

/** What a page is handed out by. */
interface Locked {
  readonly youths: ReadonlyMap<YouthId, Graded>;
  /** The recipient's own youth of each transfer. */
  readonly own: ReadonlyMap<TransferId, YouthId>;
  readonly releases: ReadonlyMap<YouthId, Release[]>;
  /** The states, under their locks, of transfers that were not withdrawn and did not expire meanwhile. */
  readonly states: ReadonlyMap<TransferId, string>;
}

/** Hands out what is addressed to the caller: checks, opens, marks and leaves the trace in one transaction, and only then answers. */
@Injectable()
export class PullService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly youths: YouthsService,
    private readonly consents: ConsentsService,
    private readonly bodies: BodiesService,
    private readonly plans: PlanService,
    private readonly audit: AuditService,
    private readonly seal: SealWatch,
    private readonly answered: AnsweredUpTo,
    private readonly log: Log,
  ) {}

  /**
   * @param after undefined: only what is open
   * @throws Problem audit-log-behind where there is something to disclose and the log is not sealed
   */
  async page(
    caller: Caller,
    after: string | undefined,
    types: readonly string[] | null,
    limit: number,
  ): Promise<Page> {
    const [snapshot, isSealed] = await Promise.all([this.directory.snapshot(), this.seal.isCurrent()]);
    return withTx(this.db, async (tx) => {
      // The highest number before the page, in this order: what is committed between the two comes after an empty page's cursor.
      const [start, rows] = await Promise.all([
        after === undefined
          ? tx.query<{ no: string }>(highest, [caller.agencyId])
          : Promise.resolve([{ no: after }]),
        firstRows<PageRow>(tx, after === undefined ? openPage : pageAfter, [
          caller.agencyId,
          after ?? this.answered.of(caller.agencyId),
          types,
          limit + 1,
        ]),
      ]);
      const page = rows.slice(0, limit);
      if (!isSealed && page.some((row) => row.notice === null)) throw new Problem('audit-log-behind');
      const opened = this.open(page);
      return {
        events: await this.handOut(tx, caller, snapshot, opened),
        upTo: opened.rows.at(-1)?.no ?? start[0]?.no ?? '0',
        more: rows.length > opened.rows.length,
      };
    });
  }

  /**
   * As far as the first body that does not open: a reader who was given what comes after it would have a cursor past it, and never get it.
   * @throws SealBroken where it is the first
   */
  private open(page: readonly PageRow[]): Opened {
    const keys = this.keysOf(page.filter((row) => row.notice === null));
    const bodies = new Map<TransferId, JsonObject | undefined>();
    for (const [place, row] of page.entries()) {
      if (row.notice !== null) continue;
      try {
        bodies.set(row.transferId, this.bodies.open(row, keys));
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
        this.log.error('body-broken', { recordId: row.id, transferId: row.transferId });
        if (place === 0) throw error;
        return { rows: page.slice(0, place), keys, bodies };
      }
    }
    return { rows: page, keys, bodies };
  }

  private async handOut(
    tx: Tx,
    caller: Caller,
    snapshot: Directory,
    { rows: page, keys, bodies }: Opened,
  ): Promise<object[]> {
    if (page.length === 0) return [];
    let directory = await this.directory.knowing(
      tx,
      snapshot,
      page.map(({ senderId }) => senderId),
    );
    const { youths, own, releases, states } = await this.lock(tx, caller, page, bodies);
    const inForce = new Set<ConsentId>([...releases.values()].flat().map(({ id }) => id));
    const judge = (by: Directory): Judged[] =>
      page
        .filter((row) => states.has(row.transferId))
        .map((row) => {
          if (row.notice) return { row };
          const { type, senderId, youthId } = row;
          const asked = { type, senderId, youthId, recipientId: caller.agencyId };
          return { row, verdict: this.plans.judgeTransfer(by, asked, youths, releases, false) };
        });
    let judged = judge(directory);
    if (judged.some(({ verdict }) => verdict?.do === 'refuse')) {
      // A reader with a cursor does not come back to what is left out.
      directory = await this.directory.readIn(tx);
      judged = judge(directory);
    }
    const handed = judged.flatMap(({ row, verdict }): Handed[] => {
      const again = states.get(row.transferId) !== 'available';
      if (!verdict) return [{ row, again }];
      const delivery = deliveryOf(row, typeOf(row.type), verdict, inForce);
      return delivery ? [{ row, again, delivery, youthIsThere: isThere(row, youths) }] : [];
    });
    this.mark(tx, caller, directory, handed, keys, own);
    return handed.map(({ row, delivery, youthIsThere }) => {
      if (!delivery) return noticeEvent(row);
      const data = youthIsThere ? bodies.get(row.transferId) : undefined;
      const { orgNumber } = directory.agencyNamed(row.senderId);
      return recordEvent(row, typeOf(row.type), orgNumber, delivery, data);
    });
  }

  private keysOf(records: readonly PageRow[]): Map<YouthId, Keyed> {
    return new Map(
      records.flatMap(({ youthId: id, controllerId, youthKekId: kekId, youthWrapped: wrapped }) =>
        id && kekId && wrapped ? [[id, this.youths.keyOf({ id, controllerId, kekId, wrapped })]] : [],
      ),
    );
  }

  /**
   * The locks in the one order: youths (the senders', then the recipient's own), releases, transfers. What was read before them counts only
   * as far as they confirm it.
   */
  private async lock(
    tx: Tx,
    caller: Caller,
    page: readonly PageRow[],
    bodies: ReadonlyMap<TransferId, JsonObject | undefined>,
  ): Promise<Locked> {
    const records = page.filter((row) => row.notice === null);
    const unlinked = unlinkedYouths(caller, records, bodies);
    asReader(tx);
    const [youths, sought] = await Promise.all([
      this.youths.present(
        tx,
        records.flatMap((row) => row.youthId ?? []),
      ),
      this.youths.seek(tx, [...unlinked.values()]),
    ]);
    const present = records.filter((row) => isThere(row, youths));
    const [linked, releases, transfers] = await Promise.all([
      this.youths.make(
        tx,
        sought,
        present.flatMap((row) => unlinked.get(row.transferId) ?? []),
        'look',
      ),
      this.consents.lockReleases(tx, youths.keys()),
      tx.query<{ id: TransferId; state: string }>(lockTransfers, [page.map((row) => row.transferId)]),
    ]);
    return {
      youths,
      own: ownYouths(present, unlinked, linked),
      releases,
      states: new Map(
        transfers.flatMap(({ id, state }) =>
          state === 'withdrawn' || state === 'expired' ? [] : [[id, state]],
        ),
      ),
    };
  }

  private mark(
    tx: Tx,
    caller: Caller,
    directory: Directory,
    handed: readonly Handed[],
    keys: ReadonlyMap<YouthId, Keyed>,
    own: ReadonlyMap<TransferId, YouthId>,
  ): void {
    if (handed.length === 0) return;
    tx.send(collect, [
      handed.map(({ row }) => row.transferId),
      handed.map(({ row }) => own.get(row.transferId) ?? null),
      this.clock.now(),
    ]);
    this.audit.append(
      tx,
      handed.flatMap(({ row, again, delivery, youthIsThere }): Act[] => {
        if (!delivery) return [];
        const youth = row.youthId && youthIsThere ? keys.get(row.youthId) : undefined;
        return [
          {
            act: 'transfer-disclosed',
            controllerId: caller.controllerId,
            agencyId: caller.agencyId,
            otherControllerId: directory.agencyNamed(row.senderId).controllerId,
            otherAgencyId: row.senderId,
            recordType: row.type,
            recordId: row.id,
            transferId: row.transferId,
            ...(row.youthId &&
              youth && {
                youthId: row.youthId,
                auditKey: youth.auditKey,
                otherYouthId: own.get(row.transferId),
              }),
            detail: {
              categories: [...delivery.categories],
              withheld: delivery.withheld,
              grounds: delivery.grounds,
              again,
            },
          },
        ];
      }),
    );
  }
}

const isThere = ({ youthId }: PageRow, youths: ReadonlyMap<YouthId, Graded>): boolean =>
  youthId === null || youths.has(youthId);
