import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { eventTypeOf } from '../catalogue/record-type.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { RecordId, YouthId } from '../common/ids.js';
import { canonicalJson } from '../common/json.js';
import { keepReadersOut } from '../database/locks.js';
import type { Tx } from '../database/tx.js';
import { Rechecks } from '../queue/recheck.js';
import { shardOf } from '../queue/shards.js';
import { seal } from '../vault/seal.js';
import { VaultService } from '../vault/vault.service.js';
import {
  foundOf,
  isHigher,
  YouthsService,
  type How,
  type Protection,
  type Sought,
  type WantedYouth,
  type Youth,
} from '../vault/youths.service.js';
import type { DispatchAtOnce, Fate, FreshRecord } from './at-once.js';
import { findRecords, insertBodies, insertMissingRecords, insertRecords } from './intake.sql.js';
import {
  firstOfEachEvent,
  nameOf,
  outcomeOf,
  type Earlier,
  type Outcome,
  type Submission,
} from './outcome.js';
import { bodyAad, type Prepared } from './record.js';
import { referencesOf, wrongReferences } from './references.js';

/** How a record is written that waits for dispatch. */
const waits = { state: 'received', reason: null } as const;

/** A submission with its place in the group. */
interface Placed extends Submission {
  readonly position: number;
  readonly wanted: WantedYouth | undefined;
}

/** The record that an event makes. */
interface Row extends FreshRecord {
  readonly position: number;
  readonly prepared: Prepared;
}

export interface Written {
  /** One per submission, in their order. */
  readonly outcomes: Outcome[];
  /** Shards of the records that were made and wait for dispatch. */
  readonly waiting: ReadonlySet<number>;
  /**
   * Those that were made before and still wait. Perhaps nobody has rung for one (the answer to its COMMIT was lost), or the process that took it in
   * stands still, or is gone, and has not given it the number that it needs (LATE_MS).
   */
  readonly overlooked: readonly Earlier[];
  /** Whether some of the events were there already. */
  readonly repeated: boolean;
}

/** A protection grade rises, for which readers must be kept out from the start (locks.ts). */
export class GradeRises extends Error {
  override readonly name = 'GradeRises';
}

/** What a group's transaction does besides. */
export interface Manner {
  readonly atOnce?: DispatchAtOnce | undefined;
  readonly readersOut?: boolean;
}

/**
 * What intake does in one transaction. The steps and their order, which is that of the locks, are those of docs/data-path.md: youths, then
 * records by (sender, event id), then bodies and audit entries.
 */
@Injectable()
export class IntakeSteps {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: VaultService,
    private readonly youths: YouthsService,
    private readonly audit: AuditService,
    private readonly rechecks: Rechecks,
  ) {}

  /**
   * @param atOnce where what is new may be dispatched in this transaction
   * @throws GradeRises unless readers are kept out
   */
  async take(
    tx: Tx,
    group: readonly Submission[],
    how: How,
    { atOnce, readersOut = false }: Manner = {},
  ): Promise<Written> {
    if (readersOut) keepReadersOut(tx);
    const placed = group.map((submission, position): Placed => {
      const { caller, prepared, id } = submission;
      return { caller, prepared, id, position, wanted: wantedBy(submission) };
    });
    // Sent together.
    const [locked, sought, references, known] = await Promise.all([
      atOnce?.lockIfFree(tx),
      this.youths.seek(
        tx,
        placed.flatMap(({ wanted }) => wanted ?? []),
      ),
      referencesOf(tx, placed),
      this.earlier(tx, how === 'look' ? placed.map(namedBy) : []),
    ]);
    const wrong = wrongReferences(placed, references, ({ wanted }) => wanted && foundOf(sought, wanted)?.id);
    const first = firstOfEachEvent(placed.filter(({ position }) => !wrong.has(position)));
    const rows = await this.withYouths(
      tx,
      [...first].flatMap(([name, one]) => (known.has(name) ? [] : one)),
      sought,
      how,
    );
    if (!readersOut && rows.some(raisesGrade)) throw new GradeRises();
    const settlement = await locked?.plan(rows);
    const made = await this.insert(tx, rows, how, settlement?.fates ?? rows.map(() => waits));
    const meanwhile = await this.earlier(
      tx,
      rows.filter(({ id }) => !made.has(id)),
    );
    const earlier = new Map([...known, ...meanwhile]);
    const inserted = rows.filter(({ id }) => made.has(id));
    await this.finish(tx, inserted);
    await settlement?.write();
    const outcomes = placed.map((one): Outcome => {
      const problem = wrong.get(one.position);
      return problem ? { problem } : outcomeOf(one, first, made, earlier);
    });
    return {
      outcomes,
      waiting: new Set(settlement ? [] : inserted.map(({ shard }) => shard)),
      overlooked: [...earlier.values()].filter(stillWaits),
      repeated: earlier.size > 0,
    };
  }

  /** Step (1): the youth of every event that is new is there and locked, with its key. One that is refused or was told before makes none. */
  private async withYouths(tx: Tx, events: readonly Placed[], sought: Sought, how: How): Promise<Row[]> {
    const wanted = events.flatMap((event) => event.wanted ?? []);
    const youths = await this.youths.make(tx, sought, wanted, how);
    return events.map((event): Row => {
      const { id, position, caller, prepared } = event;
      const { senderId, eventId } = namedBy(event);
      const youth = event.wanted && youths.get(event.wanted);
      return {
        id,
        position,
        prepared,
        senderId,
        eventId,
        controllerId: caller.controllerId,
        type: prepared.type.key,
        youth,
        youthId: youth?.id ?? null,
        shard: youth?.shard ?? shardOf(caller.agencyId),
        namedRecipientId: prepared.recipientId,
        inReplyTo: prepared.inReplyTo,
        cancels: prepared.cancels,
        holdForConsent: prepared.holdForConsent,
        sameEventKey: this.sameEventKey(event, youth),
        data: prepared.data,
      };
    });
  }

  /** Step (2). */
  private async insert(
    tx: Tx,
    rows: readonly Row[],
    how: How,
    fates: readonly (Fate | typeof waits)[],
  ): Promise<Set<RecordId>> {
    if (rows.length === 0) return new Set();
    const values = [
      this.clock.now(),
      rows.map((row) => row.id),
      rows.map((row) => row.senderId),
      rows.map((row) => row.controllerId),
      rows.map((row) => row.eventId),
      rows.map((row) => row.type),
      rows.map((row) => row.youthId),
      rows.map((row) => row.shard),
      rows.map((row) => row.position),
      rows.map((row) => row.namedRecipientId),
      rows.map((row) => row.inReplyTo),
      rows.map((row) => row.cancels),
      rows.map((row) => row.holdForConsent),
      rows.map((row) => row.prepared.contentHash),
      rows.map((row) => row.sameEventKey),
      rows.map((row) => row.prepared.time),
      fates.map(({ state }) => state),
      fates.map(({ reason }) => reason),
    ];
    if (how === 'all-new') {
      tx.send(insertRecords, values);
      return new Set(rows.map(({ id }) => id));
    }
    const made = await tx.query<{ id: RecordId }>(insertMissingRecords, values);
    return new Set(made.map(({ id }) => id));
  }

  /** What holds these event ids already: before step (1) where some are looked for, and in step (3) those that were taken meanwhile. */
  async earlier(tx: Tx, events: readonly Named[]): Promise<Map<string, Earlier>> {
    if (events.length === 0) return new Map();
    const found = await tx.query<Earlier>(findRecords, [
      events.map(({ senderId }) => senderId),
      events.map(({ eventId }) => eventId),
    ]);
    return new Map(found.map((record) => [nameOf(record.senderId, record.eventId), record]));
  }

  /** Step (4). Only what was inserted leaves anything: a refused or repeated event changes nothing. */
  private async finish(tx: Tx, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const bodies = rows.map(({ id, controllerId, type, youth, data }) => {
      const context = { recordId: id, type, controllerId };
      const own = youth ? undefined : this.vault.newRecordKey(controllerId, id);
      const key = youth?.key ?? own?.key;
      if (!key) throw new Error('a record without a key');
      return { sealed: seal(key, Buffer.from(JSON.stringify(data)), bodyAad(context)), own };
    });
    tx.send(insertBodies, [
      rows.map((row) => row.id),
      bodies.map((b) => b.sealed),
      bodies.map((b) => b.own?.kekId ?? null),
      bodies.map((b) => b.own?.wrapped ?? null),
    ]);
    await this.raiseProtection(tx, rows);
    this.audit.append(
      tx,
      rows.map(({ id, controllerId, senderId, type, youth }) => ({
        act: 'record-received',
        controllerId,
        agencyId: senderId,
        recordType: type,
        recordId: id,
        youthId: youth?.id,
        auditKey: youth?.auditKey,
      })),
    );
  }

  private async raiseProtection(tx: Tx, rows: readonly Row[]): Promise<void> {
    const grades = new Map<YouthId, Protection>();
    for (const row of rows) {
      const { youth } = row;
      if (youth && gradeOf(row) !== 'none' && grades.get(youth.id) !== 'strictly-confidential')
        grades.set(youth.id, gradeOf(row));
    }
    const risen = await this.youths.raiseProtection(tx, grades);
    this.rechecks.add(
      tx,
      risen.map(({ id, shard }) => ({ shard, cause: 'protection-raised', subject: id })),
    );
  }

  private sameEventKey({ caller, prepared }: Submission, youth: Youth | undefined): Buffer | null {
    const { sameEventBy } = prepared.type;
    if (!sameEventBy || !youth) return null;
    const facts = canonicalJson([
      eventTypeOf(prepared.type),
      ...sameEventBy.map((field) => prepared.data[field] ?? null),
    ]);
    return this.vault.sameEventKey(caller.controllerId, youth.id, facts);
  }
}

const gradeOf = ({ prepared }: Row): Protection => prepared.youth?.protection ?? 'none';

/** As the youth's row says it, which is locked: a grade only rises. */
const raisesGrade = (row: Row): boolean =>
  row.youth !== undefined && isHigher(gradeOf(row), row.youth.protection);

const wantedBy = ({ caller: { controllerId }, prepared: { youth } }: Submission): WantedYouth | undefined =>
  youth ? { controllerId, identity: youth.identity } : undefined;

type Named = Pick<FreshRecord, 'senderId' | 'eventId'>;

/** What an event is known again by. */
const namedBy = ({ caller, prepared }: Submission): Named => ({
  senderId: caller.agencyId,
  eventId: prepared.eventId,
});

export const stillWaits = ({ state }: Earlier): boolean => state === 'received';
