import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, Reflector } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Authenticator, type RawRequest } from './authenticator.js';
import { discoverRoutes } from './routes.js';

/**
 * Looks at the token before the body is read. The guard decides, and Nest runs guards after the body is there: without
 * this, anyone at all could have the hub hold 5 MB for each open connection.
 */
@Injectable()
export class EarlyCheck implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    private readonly authenticator: Authenticator,
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const closed = new Set(
      discoverRoutes(this.discovery, this.reflector).flatMap(({ method, path, access }) =>
        access && 'public' in access ? [] : [`${method} ${path}`],
      ),
    );
    this.adapterHost.httpAdapter.getInstance().addHook('onRequest', async (request) => {
      if (closed.has(`${request.method} ${request.routeOptions.url ?? ''}`)) {
        await this.authenticator.identify(request as RawRequest);
      }
    });
  }
}
