import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { CatalogueModule } from './catalogue/catalogue.module.js';
import type { Clock } from './common/clock.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.schema.js';
import { ConsentsModule } from './consents/consents.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DirectoryModule } from './directory/directory.module.js';
import { DispatchModule } from './dispatch/dispatch.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { InboxModule } from './inbox/inbox.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { QueueModule } from './queue/queue.module.js';
import { ReconciliationModule } from './reconciliation/reconciliation.module.js';
import { RecordsModule } from './records/records.module.js';
import type { LogOutput } from './telemetry/log.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { VaultModule } from './vault/vault.module.js';

/** What the program finds rather than reads from its settings. */
export interface Surroundings {
  /** The application's login of a migrated database. */
  readonly appUrl: string;
  readonly clock?: Clock;
  readonly log?: LogOutput;
}

/** The program's table of contents, in the order of the areas. */
@Module({})
export class AppModule {
  static with(config: Config, { appUrl, clock, log }: Surroundings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config, clock),
        DatabaseModule.with({ appUrl }),
        TelemetryModule.with(log),
        CatalogueModule,
        QueueModule,
        VaultModule,
        AuditModule,
        DirectoryModule,
        IdentityModule.with(config),
        ConsentsModule,
        RecordsModule,
        DispatchModule,
        InboxModule,
        OutboxModule,
        ReconciliationModule,
      ],
    };
  }
}
