import { Global, Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { ReadingService } from './reading.service.js';

@Global()
@Module({
  controllers: [AuditController],
  providers: [AuditService, ReadingService],
  exports: [AuditService],
})
export class AuditModule {}
