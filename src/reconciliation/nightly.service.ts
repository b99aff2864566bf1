import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob, type CronTime } from 'cron';
import { dayOf, type Day } from '../common/days.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { ConfigError } from '../config/load.js';
import { ScheduledRuns } from '../queue/scheduled-runs.js';
import { faultFields, Log } from '../telemetry/log.js';
import { kinds } from './reconciliation.dto.js';
import { RunsService } from './runs.service.js';

const ZONE = 'Europe/Oslo';
/** How often a scheduler looks whether the last night's runs were done. */
const LOOK_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * One run of each kind a night, however many schedulers there are. A night whose runs were begun and not finished, as their process was stopped,
 * or that no scheduler was there for, is made up for within a day.
 */
@Injectable()
export class NightlyService implements OnApplicationBootstrap {
  private job: CronJob | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registry: SchedulerRegistry,
    private readonly scheduled: ScheduledRuns,
    private readonly runs: RunsService,
    private readonly log: Log,
  ) {}

  /** @throws ConfigError where the setting is no time */
  onApplicationBootstrap(): void {
    if (!this.config.process.roles.includes('scheduler')) return;
    const { nightly } = this.config.reconciliation;
    try {
      this.job = new CronJob(nightly, () => this.lastNight(), null, false, ZONE);
    } catch {
      throw new ConfigError(
        `reconciliation.nightly: "${nightly}" is not allowed. Allowed: a cron expression of five parts (minute hour day month weekday).`,
      );
    }
    this.registry.addCronJob('reconciliation', this.job);
    this.job.start();
    const look = setInterval(() => void this.lastNight(), LOOK_MS);
    this.registry.addInterval('reconciliation', look);
  }

  /** The runs of the last night, unless another process has them or they are done. */
  async lastNight(): Promise<void> {
    try {
      const due = this.job && lastDue(this.job.cronTime, await this.scheduled.now());
      if (due) await this.runsOf(dayOf(due));
    } catch (error) {
      this.log.warnSeldom('night-not-looked-for', faultFields(error));
    }
  }

  private async runsOf(night: Day): Promise<void> {
    for (const kind of kinds) {
      try {
        await this.scheduled.once(`reconcile-${kind}`, night, async (lease) => {
          const { runId, found } = await this.runs.run({ kind, lease });
          this.log.info('reconciled', { runId, job: kind, count: found });
        });
      } catch (error) {
        this.log.error('reconcile-failed', { job: kind, ...faultFields(error) });
      }
    }
  }
}

/** When it was due last, within a day. */
export function lastDue(time: CronTime, now: Date): Date | undefined {
  const next = (after: number): Date | undefined => {
    const due = time.getNextDateFrom(new Date(after), ZONE).toJSDate();
    return due <= now ? due : undefined;
  };
  let last = next(now.getTime() - DAY_MS);
  for (let later = last; later; later = next(later.getTime() + 1000)) last = later;
  return last;
}
