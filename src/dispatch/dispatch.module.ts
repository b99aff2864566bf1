import { Module } from '@nestjs/common';
import { ConsentsModule } from '../consents/consents.module.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { RecordsModule } from '../records/records.module.js';
import { AtOnceService } from './at-once.service.js';
import { BodiesService } from './bodies.service.js';
import { CheckController } from './check.controller.js';
import { DispatchService } from './dispatch.service.js';
import { ExpiryService } from './expiry.service.js';
import { LaneMemory } from './lane-memory.js';
import { LooksService } from './looks.service.js';
import { NewsService } from './news.service.js';
import { PlanService } from './plan.service.js';
import { SettlingService } from './settling.service.js';
import { TransfersService } from './transfers.service.js';
import { WakeupsService } from './wakeups.service.js';

@Module({
  imports: [ConsentsModule, DirectoryModule, RecordsModule],
  controllers: [CheckController],
  providers: [
    AtOnceService,
    BodiesService,
    DispatchService,
    ExpiryService,
    LaneMemory,
    LooksService,
    NewsService,
    PlanService,
    SettlingService,
    TransfersService,
    WakeupsService,
  ],
  exports: [BodiesService, PlanService, WakeupsService],
})
export class DispatchModule {}
