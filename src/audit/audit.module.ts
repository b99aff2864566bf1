import { Global, Module } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.schema.js';
import { VaultService } from '../vault/vault.service.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { CosignService } from './cosign/cosign.service.js';
import { LOG_TRUST, logTrustOf } from './cosign/log-trust.js';
import { OpeningsService } from './opening/openings.service.js';
import { ReceiptsController } from './opening/receipts.controller.js';
import { ReceiptsService } from './opening/receipts.service.js';
import { ReadingService } from './reading.service.js';
import { LOG_KEY, logKeyOf } from './seal/log-key.js';
import { SealWatch } from './seal/seal-watch.js';
import { SealService } from './seal/seal.service.js';
import { StaffKeysService } from './staff-keys.service.js';
import { StaffSearchService } from './staff-search.service.js';
import { StartsService } from './starts.service.js';
import { LogController } from './serve/log.controller.js';
import { LogService } from './serve/log.service.js';
import type { SignerKey } from './verify/note.js';

@Global()
@Module({
  controllers: [AuditController, LogController, ReceiptsController],
  providers: [
    {
      provide: LOG_KEY,
      useFactory: (config: Config, vault: VaultService) => logKeyOf(config, vault),
      inject: [CONFIG, VaultService],
    },
    {
      provide: LOG_TRUST,
      useFactory: (config: Config, key: SignerKey) => logTrustOf(config, key),
      inject: [CONFIG, LOG_KEY],
    },
    AuditService,
    CosignService,
    ReadingService,
    SealService,
    SealWatch,
    LogService,
    StaffKeysService,
    StaffSearchService,
    StartsService,
    OpeningsService,
    ReceiptsService,
  ],
  exports: [AuditService, SealWatch],
})
export class AuditModule {}
