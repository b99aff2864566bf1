import { Module } from '@nestjs/common';
import { ConsentsModule } from '../consents/consents.module.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { RecordsModule } from '../records/records.module.js';
import { BodiesService } from './bodies.service.js';
import { CheckController } from './check.controller.js';
import { DispatchService } from './dispatch.service.js';
import { ExpiryService } from './expiry.service.js';
import { LooksService } from './looks.service.js';
import { NewsService } from './news.service.js';
import { PlanService } from './plan.service.js';
import { TransfersService } from './transfers.service.js';
import { WakeupsService } from './wakeups.service.js';

@Module({
  imports: [ConsentsModule, DirectoryModule, RecordsModule],
  controllers: [CheckController],
  providers: [
    BodiesService,
    DispatchService,
    ExpiryService,
    LooksService,
    NewsService,
    PlanService,
    TransfersService,
    WakeupsService,
  ],
  exports: [BodiesService, DispatchService, ExpiryService, PlanService, WakeupsService],
})
export class DispatchModule {}
