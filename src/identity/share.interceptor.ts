import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { SHARES_ITSELF, type HubRequest } from '../common/access.js';
import { FairShare } from '../database/fair-share.js';

/** Lets no agency have more than its part of the database. Global: only routes that share out by themselves go past it. */
@Injectable()
export class ShareInterceptor implements NestInterceptor {
  constructor(
    private readonly share: FairShare,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { caller } = context.switchToHttp().getRequest<HubRequest>();
    if (!caller || this.reflector.get<boolean>(SHARES_ITSELF, context.getHandler())) return next.handle();
    const work = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: undefined });
    return defer(() => this.share.run(caller.agencyId, work));
  }
}
