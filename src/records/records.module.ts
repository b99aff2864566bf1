import { Module } from '@nestjs/common';
import { DirectoryModule } from '../directory/directory.module.js';
import { Backlog } from './backlog.js';
import { IntakeService } from './intake.service.js';
import { IntakeSteps } from './intake.steps.js';
import { PrepareService } from './prepare.service.js';
import { RecordsController } from './records.controller.js';

@Module({
  imports: [DirectoryModule],
  controllers: [RecordsController],
  providers: [Backlog, IntakeService, IntakeSteps, PrepareService],
  exports: [IntakeService, PrepareService],
})
export class RecordsModule {}
