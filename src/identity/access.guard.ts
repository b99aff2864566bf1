import {
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { ACCESS, type Access } from '../common/access.js';
import { Authenticator, type RawRequest } from './authenticator.js';
import { discoverRoutes } from './routes.js';

/** Asks of every call who makes it and whether its route is for them. Global: a route has no way round it. */
@Injectable()
export class AccessGuard implements CanActivate, OnApplicationBootstrap {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
  ) {}

  /** @throws Error naming the routes for which nobody has said who may call them: the process does not start */
  onApplicationBootstrap(): void {
    const open = discoverRoutes(this.discovery, this.reflector).filter(({ access }) => access === undefined);
    if (open.length === 0) return;
    const list = open.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ');
    throw new Error(`Nobody has said who may call ${list}. Add @Public(), @AnyAgency() or @Needs(…).`);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!access) throw new Error('a route without access metadata was called');
    if (!('public' in access))
      await this.authenticator.admit(context.switchToHttp().getRequest<RawRequest>(), access);
    return true;
  }
}
