import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { CronJob } from 'cron';
import type { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../common/clock.js';
import type { ControllerId } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { withTx } from '../database/tx.js';
import { ScheduledRuns } from '../queue/scheduled-runs.js';
import { faultFields, Log } from '../telemetry/log.js';
import { AuditService } from './audit.service.js';
import { monthBefore } from './entry.js';
import { destroyStaffKeys } from './staff.sql.js';

/** At 03:40 UTC, each night: a hub that was down on the first of a month does it on the second. */
const NIGHTLY = '40 3 * * *';

/** Destroys the keys of staff ids once their month is older than the controllers keep their logs. */
@Injectable()
export class StaffKeysService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @InjectDataSource() private readonly db: DataSource,
    private readonly registry: SchedulerRegistry,
    private readonly scheduled: ScheduledRuns,
    private readonly audit: AuditService,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.process.roles.includes('scheduler')) return;
    const job = new CronJob(NIGHTLY, () => this.tonight(), null, false, 'UTC');
    this.registry.addCronJob('staff-keys', job);
    job.start();
  }

  /** The run of this day (UTC), unless another process has it or has done it. */
  async tonight(): Promise<void> {
    const now = this.clock.now();
    try {
      await this.scheduled.once('staff-keys', now.toISOString().slice(0, 10), (lease) =>
        withTx(this.db, async (tx) => {
          await lease.hold(tx);
          const { staffIdMonths } = this.config.log;
          const gone = await tx.query<{ controllerId: ControllerId; month: string }>(destroyStaffKeys, [
            monthBefore(now, staffIdMonths),
            staffIdMonths,
          ]);
          this.audit.append(
            tx,
            gone.map(({ controllerId, month }) => ({
              act: 'staff-key-destroyed',
              controllerId,
              detail: { month },
            })),
          );
        }),
      );
    } catch (error) {
      this.log.error('staff-keys-failed', faultFields(error));
    }
  }
}
