import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { LOCK_NOT_AVAILABLE, sqlState } from '../database/failures.js';
import { firstRows } from '../database/first-rows.js';
import { ensurePartitions } from '../database/partitions.js';
import { withTx } from '../database/tx.js';
import { Rechecks, type Recheck } from '../queue/recheck.js';
import { ScheduledRuns } from '../queue/scheduled-runs.js';
import { faultFields, Log } from '../telemetry/log.js';
import { leftBehind, overdue } from './transfers.sql.js';

const EVERY_MS = 60_000;
/** Transfers of each kind; the next minute finds the others. */
const MOST_AT_ONCE = 1000;

/** Once a minute, in one process: finds transfers whose window has run out or whose recipient has left, and keeps the months ahead partitioned. */
@Injectable()
export class ExpiryService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly rechecks: Rechecks,
    private readonly runs: ScheduledRuns,
    private readonly log: Log,
  ) {}

  @Interval(EVERY_MS)
  async everyMinute(): Promise<void> {
    if (!this.config.process.roles.includes('scheduler')) return;
    try {
      const now = await this.runs.now();
      const slot = new Date(Math.floor(now.getTime() / EVERY_MS) * EVERY_MS).toISOString();
      await this.runs.once('expiry', slot, async () => {
        await this.findOverdue();
        await this.partition();
      });
    } catch (error) {
      this.log.error('expiry-failed', faultFields(error));
    }
  }

  private async partition(): Promise<void> {
    try {
      await ensurePartitions(this.db);
    } catch (error) {
      // Somebody reads the whole table. There is half a year to try again.
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
      this.log.warnSeldom('partitions-not-free', faultFields(error));
    }
  }

  /**
   * Leaves a recheck row for each transfer whose hold or time to collect is over, and for each agency that left and still has any to collect.
   * Twice does no harm: dispatch looks again.
   */
  async findOverdue(): Promise<number> {
    const { availableDays } = this.config.deadlines;
    return withTx(this.db, async (tx) => {
      const rows = await firstRows<{ id: string; shard: number; cause: 'hold-over' | 'available-over' }>(
        tx,
        overdue,
        [this.clock.now(), availableDays.value, MOST_AT_ONCE],
      );
      const left = await firstRows<{ id: string }>(tx, leftBehind, []);
      const news = [
        ...rows.map(({ id, shard, cause }): Recheck => ({ shard, cause, subject: id })),
        ...left.map(({ id }): Recheck => ({ shard: 0, cause: 'agency-changed', subject: id })),
      ];
      this.rechecks.add(tx, news);
      return news.length;
    });
  }
}
