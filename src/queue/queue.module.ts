import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { DATABASE_URL } from '../database/database.module.js';
import { faultFields, Log } from '../telemetry/log.js';
import { openBells, type Bells } from './backend.js';
import { BELLS, Doorbell } from './doorbell.js';
import { Rechecks } from './recheck.js';
import { ScheduledRuns } from './scheduled-runs.js';
import { StandingJobs } from './standing-jobs.js';

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [
    {
      provide: BELLS,
      useFactory: (config: Config, url: string, log: Log): Bells =>
        openBells(config, url, (error) => log.warnSeldom('queue-failed', faultFields(error))),
      inject: [CONFIG, DATABASE_URL, Log],
    },
    Doorbell,
    Rechecks,
    ScheduledRuns,
    StandingJobs,
  ],
  exports: [Doorbell, Rechecks, ScheduledRuns, StandingJobs],
})
export class QueueModule {}
