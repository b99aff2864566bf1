import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf } from '../common/days.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { ConfigError } from '../config/load.js';
import { ScheduledRuns } from '../queue/scheduled-runs.js';
import { faultFields, Log } from '../telemetry/log.js';
import { kinds } from './reconciliation.dto.js';
import { RunsService } from './runs.service.js';

/** One run of each kind a night, however many schedulers there are. */
@Injectable()
export class NightlyService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly registry: SchedulerRegistry,
    private readonly scheduled: ScheduledRuns,
    private readonly runs: RunsService,
    private readonly log: Log,
  ) {}

  /** @throws ConfigError where the setting is no time */
  onApplicationBootstrap(): void {
    if (!this.config.process.roles.includes('scheduler')) return;
    const { nightly } = this.config.reconciliation;
    let job: CronJob;
    try {
      job = new CronJob(nightly, () => this.tonight(), null, false, 'Europe/Oslo');
    } catch {
      throw new ConfigError(
        `reconciliation.nightly: "${nightly}" is not allowed. Allowed: a cron expression of five parts (minute hour day month weekday).`,
      );
    }
    this.registry.addCronJob('reconciliation', job);
    job.start();
  }

  /** The run of this day in Norway, unless another process has it or has done it. */
  async tonight(): Promise<void> {
    const day = dayOf(this.clock.now());
    for (const kind of kinds) {
      try {
        await this.scheduled.once(`reconcile-${kind}`, day, async (lease) => {
          const { runId, found } = await this.runs.run({ kind, lease });
          this.log.info('reconciled', { runId, job: kind, count: found });
        });
      } catch (error) {
        this.log.error('reconcile-failed', { job: kind, ...faultFields(error) });
      }
    }
  }
}
