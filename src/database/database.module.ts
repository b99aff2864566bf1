import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.schema.js';
import { appOptions } from './data-source.js';
import { FairShare } from './fair-share.js';

/** The application's login: for what keeps connections of its own (the queue, the wake-ups). */
export const DATABASE_URL = Symbol('DatabaseUrl');

/** The application's pool, for every area. Areas name their entities with TypeOrmModule.forFeature; DataSource is injected by class. */
@Global()
@Module({})
export class DatabaseModule {
  static with({ appUrl }: { appUrl: string }): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DATABASE_URL, useValue: appUrl }, FairShare],
      exports: [DATABASE_URL, FairShare],
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [CONFIG],
          useFactory: (config: Config) => ({
            ...appOptions(appUrl, config.database),
            autoLoadEntities: true,
            // The start is over in one try: whoever starts the hub sees the reason at once, and tries again.
            retryAttempts: 0,
          }),
        }),
      ],
    };
  }
}
