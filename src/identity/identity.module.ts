import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import type { Config } from '../config/config.schema.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { AccessGuard } from './access.guard.js';
import { Authenticator } from './authenticator.js';
import { issuesTokens } from './development-keys.js';
import { EarlyCheck } from './early-check.js';
import { IssuerController } from './issuer.controller.js';
import { DevelopmentIssuer } from './issuer.js';
import { MeController } from './me.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemsController } from './problems.controller.js';
import { RateLimiter } from './rate-limiter.js';
import { RefusedCalls } from './refused-calls.js';
import { ShareInterceptor } from './share.interceptor.js';
import { TokenVerifier } from './token.verifier.js';

/**
 * Who is calling, for every area: the guard and the filter are global, so no one imports more than this module. The
 * development issuer is part of it only where the settings allow one.
 */
@Module({})
export class IdentityModule {
  static with(config: Config): DynamicModule {
    const issues = issuesTokens(config);
    return {
      module: IdentityModule,
      imports: [DiscoveryModule, DirectoryModule],
      controllers: [MeController, ProblemsController, ...(issues ? [IssuerController] : [])],
      providers: [
        TokenVerifier,
        Authenticator,
        RateLimiter,
        RefusedCalls,
        EarlyCheck,
        ...(issues ? [DevelopmentIssuer] : []),
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: ShareInterceptor },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
