import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId, type RecordId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { LOCK_NOT_AVAILABLE, sqlState, toProblem } from '../database/failures.js';
import { withTx } from '../database/tx.js';
import { Doorbell } from '../queue/doorbell.js';
import { faultFields, Log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import type { How } from '../vault/youths.service.js';
import type { DispatchAtOnce } from './at-once.js';
import { Backlog } from './backlog.js';
import { GroupCommit } from './group-commit.js';
import { keepNumbers, renumberRecords } from './intake.sql.js';
import { GradeRises, IntakeSteps, stillWaits, type Manner, type Written } from './intake.steps.js';
import { nameOf, type Earlier, type Outcome, type Submission } from './outcome.js';
import { LATE_MS, type Prepared } from './record.js';

const isLate = (began: number): boolean => performance.now() - began > LATE_MS / 2;
/** Where each takes as long as the group did, its senders are told all the same. */
const RENUMBER_TIMES = 5;
/** Milliseconds for which others may have one of the group's records locked: a transaction that stands still has it for five seconds. */
const HELD_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** SQLSTATE. */
const UNIQUE_VIOLATION = '23505';

/** Milliseconds in which a hub that has failed to dispatch at once does not try again. */
const WITHOUT_DISPATCH_MS = 5000;

/**
 * Takes records in: those of many callers share one transaction (intake.steps.ts says what it does); the answer goes out after the commit,
 * and the doorbell is rung.
 */
@Injectable()
export class IntakeService {
  private readonly groups: GroupCommit<Submission, Outcome>;
  /** Whether the last group had an event that was there already: senders that repeat some repeat many. */
  private repeated = false;
  private atOnce: DispatchAtOnce | undefined;
  /** Milliseconds: until then dispatch is left to itself. */
  private withoutDispatchUntil = 0;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly steps: IntakeSteps,
    private readonly doorbell: Doorbell,
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
        ownerOf: ({ caller }) => caller.agencyId,
      },
      {
        groupSize,
        parallel: groupsAtOnce,
        enough: groupEnough,
        maxJobs: bufferEvents,
        maxBytes: bufferBytes,
      },
    );
  }

  /** @throws Problem busy when the hub takes no more of this caller just now; to be asked before a body is parsed and checked */
  admit({ agencyId }: Caller): void {
    if (this.groups.isFullFor(agencyId) || this.backlog.isFullFor(agencyId)) throw new Problem('busy');
  }

  /** Says who dispatches in intake's own transactions. Called by dispatch, before the application is up; by nobody where it does not. */
  dispatchedBy(atOnce: DispatchAtOnce): void {
    this.atOnce = atOnce;
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

  /** The first receipts of events that were taken once, whatever would be said of them today. In the order asked; undefined where there is none. */
  async firstReceipts(
    caller: Caller,
    events: readonly { eventId: string; contentHash: Buffer }[],
  ): Promise<(Outcome | undefined)[]> {
    const { agencyId: senderId } = caller;
    const earlier = await withTx(this.db, (tx) =>
      this.steps.earlier(
        tx,
        events.map(({ eventId }) => ({ senderId, eventId })),
      ),
    );
    const firsts = events.map(({ eventId, contentHash }) => {
      const record = earlier.get(nameOf(senderId, eventId));
      return record?.contentHash.equals(contentHash) ? record : undefined;
    });
    await this.lookFor(firsts.flatMap((record) => (record && stillWaits(record) ? record : [])));
    return firsts.map((record) => {
      if (!record) return undefined;
      this.metrics.records.inc({ outcome: 'duplicate' });
      return { recordId: record.id, state: record.state, duplicate: true };
    });
  }

  /**
   * As if every event were new, and every youth that was not found, which spares two round trips; where one is not, the group is written
   * again with a look at what is there (the one extra round that an event may cost its neighbours).
   */
  private async write(group: readonly Submission[]): Promise<Outcome[]> {
    const began = performance.now();
    const { outcomes, waiting, overlooked, repeated } = await this.written(group);
    this.repeated = repeated;
    if (isLate(began)) await this.renumber(group.map(({ id }) => id));
    if (waiting.size > 0) {
      this.doorbell.ring(waiting);
      // As long as these wait, nothing that comes after them can be dispatched at once.
      this.groups.beside(this.doorbell.answered());
    }
    await this.lookFor(overlooked);
    return outcomes;
  }

  /**
   * Before the sender is told that its record is there: it keeps its number from now on, and is looked for past every mark, as what the sender sends
   * next must not go first.
   */
  private async lookFor(overlooked: readonly Earlier[]): Promise<void> {
    if (overlooked.length === 0) return;
    await withTx(this.db, (tx) => tx.query(keepNumbers, [overlooked.map(({ id }) => id)]));
    this.doorbell.ring(new Set(overlooked.map(({ shard }) => shard)), true);
    await this.doorbell.answered();
  }

  private async written(group: readonly Submission[]): Promise<Written> {
    if (!this.repeated) {
      try {
        return await this.asNew(group);
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    }
    return this.inTransaction(group, 'look');
  }

  /**
   * Dispatched in the same transaction where that can be (at-once.ts). Where that fails, it may be for what dispatch does: then without it,
   * for a while. Intake must not fail because dispatch does.
   */
  private async asNew(group: readonly Submission[]): Promise<Written> {
    if (!this.atOnce || !this.mayDispatchAtOnce(group)) return this.inTransaction(group, 'all-new');
    try {
      return await this.inTransaction(group, 'all-new', this.atOnce);
    } catch (error) {
      if (isTaken(error) || (error instanceof Problem && !isHeldUp(error))) throw error;
      const fault = error instanceof Problem ? error.cause : error;
      this.log.warnSeldom('dispatch-at-once-failed', faultFields(fault));
      this.withoutDispatchUntil = performance.now() + WITHOUT_DISPATCH_MS;
      return this.inTransaction(group, 'all-new');
    }
  }

  /** In a burst receipts go first (docs/decisions/0013), and what concerns other records or a protection grade is looked up by dispatch itself. */
  private mayDispatchAtOnce(group: readonly Submission[]): boolean {
    return (
      this.pending < this.config.dispatch.atOnceBelow &&
      performance.now() >= this.withoutDispatchUntil &&
      group.every(({ prepared }) => isPlain(prepared))
    );
  }

  /**
   * A group that was held up on its way (a lock, a disk that stalls, a process that stood still) may have a number that dispatch no longer
   * looks for, while what its senders send next, once they are told, would be dispatched at once.
   */
  private async renumber(ids: readonly RecordId[]): Promise<void> {
    const until = performance.now() + HELD_MS;
    for (let times = 0; times < RENUMBER_TIMES;) {
      const began = performance.now();
      const held = await withTx(this.db, (tx) => tx.query(renumberRecords, [ids]));
      if (held.length > 0) {
        if (began > until) throw new Problem('unavailable');
        await sleep(LOOK_AGAIN_MS);
      } else if (isLate(began)) times += 1;
      else return;
    }
  }

  /** Once more from the beginning, with readers kept out, where a grade rises. */
  private async inTransaction(
    group: readonly Submission[],
    how: How,
    atOnce?: DispatchAtOnce,
  ): Promise<Written> {
    const take = (how: How, manner: Manner): Promise<Written> =>
      withTx(this.db, (tx) => this.steps.take(tx, group, how, manner), {
        // A row that is there after a lost answer, under the id made for it here, is this group's own.
        againAfterLostCommit: true,
      });
    try {
      return await take(how, { atOnce });
    } catch (error) {
      if (!(error instanceof GradeRises)) throw error;
      return take('look', { readersOut: true });
    }
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

const isTaken = (error: unknown): boolean => sqlState(error) === UNIQUE_VIOLATION;
/** Something that dispatch locks and intake does not may be locked for long. */
const isHeldUp = ({ cause }: Problem): boolean => sqlState(cause) === LOCK_NOT_AVAILABLE;

const isPlain = ({ inReplyTo, cancels, youth }: Prepared): boolean =>
  inReplyTo === null && cancels === null && (youth === null || youth.protection === 'none');
