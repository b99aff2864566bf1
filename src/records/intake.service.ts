import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { eventTypeOf } from '../catalogue/record-type.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId, type RecordId, type YouthId } from '../common/ids.js';
import { canonicalJson } from '../common/json.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { sqlState, toProblem } from '../database/failures.js';
import { withTx, type Tx } from '../database/tx.js';
import { Doorbell } from '../queue/doorbell.js';
import { Rechecks } from '../queue/recheck.js';
import { shardOf } from '../queue/shards.js';
import { faultFields, Log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import { seal } from '../vault/seal.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService, type How, type Protection, type Youth } from '../vault/youths.service.js';
import { Backlog } from './backlog.js';
import { GroupCommit } from './group-commit.js';
import {
  findRecords,
  insertBodies,
  insertMissingRecords,
  insertRecords,
  renumberRecords,
} from './intake.sql.js';
import { firstOfEachEvent, judge, nameOf, type Earlier, type Outcome, type Submission } from './judge.js';
import { wrongReferences } from './references.js';
import { bodyAad, LATE_MS, type Prepared } from './record.js';

/** A submission with its place in the group, and the youth that it is about. */
interface Row extends Submission {
  readonly position: number;
  readonly youth: Youth | undefined;
}

interface Written {
  readonly outcomes: Outcome[];
  readonly inserted: readonly Row[];
  /** Whether some of the events were there already. */
  readonly repeated: boolean;
}

const isLate = (began: number): boolean => performance.now() - began > LATE_MS / 2;
/** Where each takes as long as the group did, its senders are told all the same. */
const RENUMBER_TIMES = 5;

/** SQLSTATE. */
const UNIQUE_VIOLATION = '23505';

/**
 * Takes records in. The steps and their order are those of docs/data-path.md: youths, then records by (sender, event id), then
 * bodies and audit entries, in one transaction that records of many callers share; the answer goes out after the commit, and
 * the doorbell is rung.
 */
@Injectable()
export class IntakeService {
  private readonly groups: GroupCommit<Submission, Outcome>;
  /** Whether the last group had an event that was there already: senders that repeat some repeat many. */
  private repeated = false;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: VaultService,
    private readonly youths: YouthsService,
    private readonly audit: AuditService,
    private readonly doorbell: Doorbell,
    private readonly rechecks: Rechecks,
    private readonly backlog: Backlog,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const { groupSize, groupsAtOnce, groupEnough, bufferEvents, bufferBytes } = config.intake;
    this.groups = new GroupCommit<Submission, Outcome>(
      {
        write: (group) => this.write(group),
        isOfOneJob,
        failed: (_, error) => this.failed(error),
      },
      {
        groupSize,
        atOnce: groupsAtOnce,
        enough: groupEnough,
        maxJobs: bufferEvents,
        maxBytes: bufferBytes,
      },
    );
  }

  /** @throws Problem busy when the hub takes no more just now; to be asked before a body is read and checked */
  admit(): void {
    if (this.groups.isFull || this.backlog.isFull) throw new Problem('busy');
  }

  /** Events whose senders wait for their receipts. */
  get pending(): number {
    return this.groups.pending;
  }

  /**
   * @param bytes size of the request
   * @returns one outcome per event, in their order
   * @throws Problem busy, unavailable
   */
  async accept(caller: Caller, events: readonly Prepared[], bytes: number): Promise<Outcome[]> {
    const jobs = events.map((prepared) => ({ caller, prepared, id: newId<RecordId>(this.clock) }));
    const outcomes = await this.groups.join(jobs, bytes);
    for (const outcome of outcomes) {
      this.metrics.records.inc({
        outcome: 'problem' in outcome ? 'refused' : outcome.duplicate ? 'duplicate' : 'accepted',
      });
    }
    return outcomes;
  }

  /**
   * As if every event were new, and every youth that was not found, which spares two round trips; where one is not, the group is written
   * again with a look at what is there (the one extra round that an event may cost its neighbours).
   */
  private async write(group: readonly Submission[]): Promise<Outcome[]> {
    const began = performance.now();
    const { outcomes, inserted, repeated } = this.repeated
      ? await this.transaction(group, 'look')
      : await this.transaction(group, 'all-new').catch((error: unknown) => {
          if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
          return this.transaction(group, 'look');
        });
    this.repeated = repeated;
    if (isLate(began)) await this.renumber(group.map(({ id }) => id));
    this.doorbell.ring(new Set(inserted.map(shardOfRow)));
    return outcomes;
  }

  /**
   * A group that was held up on its way (a lock, a disk that stalls, a process that stood still) may have a number that dispatch no longer
   * looks for, while what its senders send next, once they are told, would be dispatched at once.
   */
  private async renumber(ids: readonly RecordId[]): Promise<void> {
    for (let late = true, times = 1; late && times <= RENUMBER_TIMES; times += 1) {
      const began = performance.now();
      await withTx(this.db, (tx) => tx.query(renumberRecords, [ids]));
      late = isLate(began);
    }
  }

  private transaction(group: readonly Submission[], how: How): Promise<Written> {
    return withTx(this.db, (tx) => this.inOneTransaction(tx, group, how), {
      // A row that is there after a lost answer, under the id made for it here, is this group's own.
      againAfterLostCommit: true,
    });
  }

  private async inOneTransaction(tx: Tx, group: readonly Submission[], how: How): Promise<Written> {
    const rows = await this.rowsFor(tx, group, how);
    const wrong = await wrongReferences(tx, rows);
    const first = firstOfEachEvent(rows.filter((row) => !wrong.has(row.position)));
    const leaders = [...first.values()];
    const made = await this.insert(tx, leaders, how);
    const earlier = await this.earlier(
      tx,
      leaders.filter((row) => !made.has(row.id)),
    );
    const inserted = leaders.filter((row) => made.has(row.id));
    await this.finish(tx, inserted);
    const outcomes = rows.map((row): Outcome => {
      const problem = wrong.get(row.position);
      return problem ? { problem } : judge(row, first, made, earlier);
    });
    return { outcomes, inserted, repeated: earlier.size > 0 };
  }

  /** Step (1): every youth of the group is there and locked, with its key. */
  private async rowsFor(tx: Tx, group: readonly Submission[], how: How): Promise<Row[]> {
    const youths = await this.youths.ensure(
      tx,
      group.flatMap(({ caller, prepared }) =>
        prepared.youth ? [{ controllerId: caller.controllerId, identity: prepared.youth.identity }] : [],
      ),
      how,
    );
    let next = 0;
    return group.map((submission, position) => ({
      ...submission,
      position,
      youth: submission.prepared.youth ? youths[next++] : undefined,
    }));
  }

  /** Step (2). */
  private async insert(tx: Tx, rows: readonly Row[], how: How): Promise<Set<RecordId>> {
    if (rows.length === 0) return new Set();
    const values = [
      this.clock.now(),
      rows.map((row) => row.id),
      rows.map((row) => row.caller.agencyId),
      rows.map((row) => row.caller.controllerId),
      rows.map((row) => row.prepared.eventId),
      rows.map((row) => row.prepared.type.key),
      rows.map((row) => row.youth?.id ?? null),
      rows.map(shardOfRow),
      rows.map((row) => row.position),
      rows.map((row) => row.prepared.recipientId),
      rows.map((row) => row.prepared.inReplyTo),
      rows.map((row) => row.prepared.cancels),
      rows.map((row) => row.prepared.holdForConsent),
      rows.map((row) => row.prepared.contentHash),
      rows.map((row) => this.sameEventKey(row)),
      rows.map((row) => row.prepared.time),
    ];
    if (how === 'all-new') {
      tx.send(insertRecords, values);
      return new Set(rows.map(({ id }) => id));
    }
    const made = await tx.query<{ id: RecordId }>(insertMissingRecords, values);
    return new Set(made.map(({ id }) => id));
  }

  /** Step (3): what holds the event ids that were taken. */
  private async earlier(tx: Tx, rows: readonly Row[]): Promise<Map<string, Earlier>> {
    if (rows.length === 0) return new Map();
    const found = await tx.query<Earlier>(findRecords, [
      rows.map((row) => row.caller.agencyId),
      rows.map((row) => row.prepared.eventId),
    ]);
    return new Map(found.map((record) => [nameOf(record.senderId, record.eventId), record]));
  }

  /** Step (4). Only what was inserted leaves anything: a refused or repeated event changes nothing. */
  private async finish(tx: Tx, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const bodies = rows.map(({ id, caller, prepared, youth }) => {
      const context = { recordId: id, type: prepared.type.key, controllerId: caller.controllerId };
      const own = youth ? undefined : this.vault.newRecordKey(caller.controllerId, id);
      const key = youth?.key ?? own?.key;
      if (!key) throw new Error('a record without a key');
      return { sealed: seal(key, Buffer.from(JSON.stringify(prepared.data)), bodyAad(context)), own };
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
      rows.map(({ id, caller, prepared, youth }) => ({
        act: 'record-received',
        controllerId: caller.controllerId,
        agencyId: caller.agencyId,
        recordType: prepared.type.key,
        recordId: id,
        youthId: youth?.id,
        auditKey: youth?.auditKey,
      })),
    );
  }

  private async raiseProtection(tx: Tx, rows: readonly Row[]): Promise<void> {
    const grades = new Map<YouthId, Protection>();
    for (const { youth, prepared } of rows) {
      const grade = prepared.youth?.protection ?? 'none';
      if (youth && grade !== 'none' && grades.get(youth.id) !== 'strictly-confidential')
        grades.set(youth.id, grade);
    }
    const risen = await this.youths.raiseProtection(tx, grades);
    this.rechecks.add(
      tx,
      risen.map(({ id, shard }) => ({ shard, cause: 'protection-raised', subject: id })),
    );
  }

  private sameEventKey({ caller, prepared, youth }: Row): Buffer | null {
    const { sameEventBy } = prepared.type;
    if (!sameEventBy || !youth) return null;
    const facts = canonicalJson([
      eventTypeOf(prepared.type),
      ...sameEventBy.map((field) => prepared.data[field] ?? null),
    ]);
    return this.vault.sameEventKey(caller.controllerId, youth.id, facts);
  }

  /** One event that the database refuses is a fault of the hub's checks: its neighbours are taken without it. */
  private failed(error: unknown): Outcome {
    const problem = toProblem(error);
    if (problem instanceof Problem) return { problem };
    this.log.error('event-failed', faultFields(error));
    return { problem: new Problem('internal', [], {}, { cause: error }) };
  }
}

/**
 * What the database refuses for its values, and what is no answer of the database's at all: a youth whose key does not open. What passes,
 * as a database that is away, is a Problem by now.
 */
function isOfOneJob(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined ? !(error instanceof Problem) : /^2[23]/.test(state);
}

const shardOfRow = ({ youth, caller }: Row): number => youth?.shard ?? shardOf(caller.agencyId);
