import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { ActDetail } from '../audit/acts.js';
import type { Act } from '../audit/entry.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId, type AgencyId, type RecordId, type TransferId } from '../common/ids.js';
import { lockInboxNumbers } from '../database/locks.js';
import type { SqlValue, Tx } from '../database/tx.js';
import type { Directory } from '../directory/directory.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Youth } from '../vault/youths.service.js';
import type { HoldReason, Terms } from './gate.js';
import { noticeOf, type Draft, type Notice, type OpenTransfer } from './transfer.js';
import {
  closeTransfers,
  eraseBodies,
  holdAgain,
  insertFurther,
  insertTransfers,
  releaseTransfers,
} from './transfers.sql.js';
import { WakeupsService } from './wakeups.service.js';

/** A transfer that ends, and why. */
export interface Closing {
  readonly transfer: OpenTransfer;
  readonly state: 'withdrawn' | 'expired';
  readonly reason: string;
}

/** A held transfer that the gate now lets go, or that waits for something else. */
export interface Rejudged {
  readonly transfer: OpenTransfer;
  readonly terms: Terms;
  readonly hold: HoldReason | null;
}

/** All that one dispatch transaction changes in inboxes. */
export interface Changes {
  /** Of records that had no transfers. */
  readonly drafts: readonly Draft[];
  /** Of records that their recipients may have already. */
  readonly further: readonly Draft[];
  readonly notices: readonly Notice[];
  readonly closings: readonly Closing[];
  readonly rejudged: readonly Rejudged[];
}

/** The only writer of inbox numbers and notices. Everything is written by one set of statements, in the one lock order. */
@Injectable()
export class TransfersService {
  constructor(
    private readonly audit: AuditService,
    private readonly wakeups: WakeupsService,
    private readonly metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param youths the youths of the closings and the rejudged, whose keys salt the log */
  async write(
    tx: Tx,
    changes: Changes,
    youths: ReadonlyMap<string, Youth>,
    directory: Directory,
  ): Promise<void> {
    const { drafts, further, closings, rejudged } = changes;
    const notices = [
      ...changes.notices,
      ...closings.map(({ transfer, state, reason }) => noticeOf(transfer, state, reason)),
    ];
    const released = rejudged.filter(({ hold }) => hold === null);
    const now = this.clock.now();

    if (closings.length > 0) {
      tx.send(closeTransfers, [
        closings.map((c) => c.transfer.id),
        closings.map((c) => c.state),
        closings.map((c) => c.reason),
        now,
      ]);
    }
    const heldAgain = rejudged.flatMap((r) => (r.hold === null ? [] : [{ ...r, hold: r.hold }]));
    if (heldAgain.length > 0) {
      tx.send(holdAgain, [
        heldAgain.map((r) => r.transfer.id),
        heldAgain.map((r) => r.hold),
        ...termColumns(heldAgain.map((r) => r.terms)),
      ]);
    }
    const numbered = new Set<AgencyId>([
      ...[...drafts, ...further].filter(({ hold }) => hold === null).map((d) => d.recipientId),
      ...released.map((r) => r.transfer.recipientId),
      ...notices.map((n) => n.senderId),
    ]);
    if (numbered.size > 0) lockInboxNumbers(tx, [...numbered]);
    if (released.length > 0)
      tx.send(releaseTransfers, [
        released.map((r) => r.transfer.id),
        ...termColumns(released.map((r) => r.terms)),
        now,
      ]);
    const made = [...drafts, ...(await this.insert(tx, drafts, further, notices, now))];

    this.audit.append(tx, [
      ...made.map(actOfDraft),
      ...rejudged.flatMap(({ transfer, hold, terms }) => {
        const act = (name: Move, more: ActDetail): Act => actOfMove(name, transfer, more, youths, directory);
        return hold === null
          ? [
              act('transfer-released', { reason: transfer.holdReason }),
              act('transfer-available', detailOf(terms)),
            ]
          : [act('transfer-held', { ...detailOf(terms), reason: hold })];
      }),
      ...closings.map((c) =>
        actOfMove(
          c.state === 'withdrawn' ? 'transfer-withdrawn' : 'transfer-expired',
          c.transfer,
          { reason: c.reason },
          youths,
          directory,
        ),
      ),
    ]);
    tx.afterCommit(() => {
      for (const { hold } of made) this.metrics.transfers.inc({ state: hold ? 'held' : 'available' });
      for (const { state } of closings) this.metrics.transfers.inc({ state });
      this.wakeups.wake(numbered);
    });
  }

  /** Erases what nobody may read or get any more, in the transaction that made it so. */
  eraseBodies(tx: Tx, records: readonly RecordId[]): void {
    if (records.length > 0) tx.send(eraseBodies, [records]);
  }

  /** @returns the further ones that were made: a recipient who has the record already gets it no second time */
  private async insert(
    tx: Tx,
    drafts: readonly Draft[],
    further: readonly Draft[],
    notices: readonly Notice[],
    now: Date,
  ): Promise<readonly Draft[]> {
    if (drafts.length > 0) tx.send(insertTransfers, valuesOf(drafts.map(rowOfDraft), now));
    const others = [
      ...further.map(rowOfDraft),
      ...notices.map((notice) => rowOfNotice(notice, newId<TransferId>(this.clock), now)),
    ];
    if (further.length === 0) {
      if (others.length > 0) tx.send(insertFurther, valuesOf(others, now));
      return [];
    }
    const made = await tx.query<{ id: TransferId }>(insertFurther, valuesOf(others, now));
    const ids = new Set(made.map(({ id }) => id));
    return further.filter(({ id }) => ids.has(id));
  }
}

const columns = [
  'id',
  'recordId',
  'recipientId',
  'part',
  'senderId',
  'recordType',
  'youthId',
  'shard',
  'state',
  'holdReason',
  'holdUntil',
  'ground',
  'categories',
  'withheld',
  'consents',
  'notice',
] as const;
type Row = Record<(typeof columns)[number], SqlValue>;

const valuesOf = (rows: readonly Row[], now: Date): SqlValue[] => [
  ...columns.map((column) => rows.map((row) => row[column])),
  now,
];

function rowOfDraft(draft: Draft): Row {
  const { id, recordId, recipientId, senderId, recordType, youthId, shard, hold } = draft;
  const state = hold ? 'held' : 'available';
  return {
    id,
    recordId,
    recipientId,
    part: 'whole',
    senderId,
    recordType,
    youthId,
    shard,
    state,
    holdReason: hold?.reason ?? null,
    holdUntil: hold?.until ?? null,
    ...textsOf(draft.terms),
    notice: null,
  };
}

function rowOfNotice(notice: Notice, id: TransferId, now: Date): Row {
  const { recordId, senderId, recordType, shard, transferId, eventId, state, reason } = notice;
  const data = JSON.stringify({ transferId, recordId, eventId, state, reason, at: now.toISOString() });
  return {
    id,
    recordId,
    recipientId: senderId,
    part: `notice:${notice.about}:${state}`,
    senderId,
    recordType,
    youthId: null,
    shard,
    state: 'available',
    holdReason: null,
    holdUntil: null,
    ground: '',
    categories: '',
    withheld: '',
    consents: '',
    notice: data,
  };
}

/** Lists as one text each: PostgreSQL cannot unnest arrays of unequal arrays. */
const textsOf = ({ grounds, categories, withheld, consentIds }: Terms) => ({
  ground: grounds.join(' '),
  categories: categories.join(' '),
  withheld: withheld.join(' '),
  consents: consentIds.join(' '),
});

/** ground, categories, withheld and consents, a column each. */
function termColumns(terms: readonly Terms[]): string[][] {
  const texts = terms.map(textsOf);
  return [
    texts.map(({ ground }) => ground),
    texts.map(({ categories }) => categories),
    texts.map(({ withheld }) => withheld),
    texts.map(({ consents }) => consents),
  ];
}

/** A held transfer is not the recipient's to know of, nor its controller's: only the discloser's side may read that entry. */
function actOfDraft(draft: Draft): Act {
  const { hold, terms, youthId, auditKey } = draft;
  return {
    act: hold ? 'transfer-held' : 'transfer-available',
    controllerId: draft.controllerId,
    agencyId: draft.senderId,
    ...(!hold && { otherControllerId: draft.recipientControllerId }),
    otherAgencyId: draft.recipientId,
    recordType: draft.recordType,
    recordId: draft.recordId,
    transferId: draft.id,
    ...(youthId && { youthId, auditKey }),
    detail: { ...detailOf(terms), ...(hold && { reason: hold.reason }) },
  };
}

type Move =
  'transfer-available' | 'transfer-held' | 'transfer-released' | 'transfer-withdrawn' | 'transfer-expired';

function actOfMove(
  act: Move,
  transfer: OpenTransfer,
  detail: ActDetail,
  youths: ReadonlyMap<string, Youth>,
  directory: Directory,
): Act {
  const youth = transfer.youthId ? youths.get(transfer.youthId) : undefined;
  const known = act === 'transfer-available' || transfer.state !== 'held';
  return {
    act,
    controllerId: transfer.controllerId,
    agencyId: transfer.senderId,
    ...(known && { otherControllerId: directory.agencyById(transfer.recipientId)?.controllerId }),
    otherAgencyId: transfer.recipientId,
    recordType: transfer.recordType,
    recordId: transfer.recordId,
    transferId: transfer.id,
    ...(youth && { youthId: youth.id, auditKey: youth.auditKey }),
    detail,
  };
}

const detailOf = (terms: Terms): Record<string, readonly string[]> => ({
  categories: terms.categories,
  withheld: terms.withheld,
  grounds: terms.grounds,
  consents: terms.consentIds,
});
