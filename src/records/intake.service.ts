import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId, type RecordId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { sqlState, toProblem } from '../database/failures.js';
import { withTx } from '../database/tx.js';
import { Doorbell } from '../queue/doorbell.js';
import { faultFields, Log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import type { How } from '../vault/youths.service.js';
import { Backlog } from './backlog.js';
import { GroupCommit } from './group-commit.js';
import { renumberRecords } from './intake.sql.js';
import { IntakeSteps, type Written } from './intake.steps.js';
import type { Outcome, Submission } from './judge.js';
import { LATE_MS, type Prepared } from './record.js';

const isLate = (began: number): boolean => performance.now() - began > LATE_MS / 2;
/** Where each takes as long as the group did, its senders are told all the same. */
const RENUMBER_TIMES = 5;

/** SQLSTATE. */
const UNIQUE_VIOLATION = '23505';

/**
 * Takes records in: those of many callers share one transaction (intake.steps.ts says what it does); the answer goes out after the commit,
 * and the doorbell is rung.
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
    const { outcomes, shards, repeated } = this.repeated
      ? await this.inTransaction(group, 'look')
      : await this.inTransaction(group, 'all-new').catch((error: unknown) => {
          if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
          return this.inTransaction(group, 'look');
        });
    this.repeated = repeated;
    if (isLate(began)) await this.renumber(group.map(({ id }) => id));
    this.doorbell.ring(shards);
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

  private inTransaction(group: readonly Submission[], how: How): Promise<Written> {
    return withTx(this.db, (tx) => this.steps.take(tx, group, how), {
      // A row that is there after a lost answer, under the id made for it here, is this group's own.
      againAfterLostCommit: true,
    });
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
