import { Module } from '@nestjs/common';
import { DiscrepanciesService } from './discrepancies.service.js';
import { NightlyService } from './nightly.service.js';
import { ReconciliationController } from './reconciliation.controller.js';
import { RunsService } from './runs.service.js';

@Module({
  controllers: [ReconciliationController],
  providers: [RunsService, DiscrepanciesService, NightlyService],
})
export class ReconciliationModule {}
