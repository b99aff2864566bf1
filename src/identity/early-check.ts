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
    const fastify = this.adapterHost.httpAdapter.getInstance();
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const { rate } = request as RawRequest;
      // draft-ietf-httpapi-ratelimit-headers-10: `q` requests in a window of `w` seconds, `r` of them left, for `t` seconds.
      if (rate) {
        void reply.header('RateLimit-Policy', `"agency";q=${rate.limit};w=1`);
        void reply.header('RateLimit', `"agency";r=${Math.max(0, rate.remaining)};t=1`);
      }
      done(null, payload);
    });
    fastify.addHook('onRequest', async (request) => {
      if (closed.has(`${request.method} ${request.routeOptions.url ?? ''}`)) {
        await this.authenticator.identify(request as RawRequest);
      }
    });
  }
}
