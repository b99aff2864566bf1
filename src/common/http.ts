import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BodyReader } from './http-body.js';
import { Connections } from './http-connections.js';
import { Paths } from './http-paths.js';
import { isBrokenQuery, parseQuery } from './http-query.js';
import { CLOSED_POLICY, guardServer, onClientError, safeHeaders } from './http-raw.js';
import { Problem } from './problems.js';

/** The part of the settings that the edge needs; `Config` fits. */
export interface HttpLimits {
  readonly http: {
    readonly bodyLimitBytes: number;
    readonly bodiesLimitBytes: number;
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly keepAliveSeconds: number;
  };
}

const MAX_URL = 4096;
const MAX_HEADERS_BYTES = 16_384;
/** How often Node looks for requests that take too long. Its default of 30 s makes shorter limits meaningless. */
const CHECK_EVERY_MS = 1000;
/** For HTML that brings no policy of its own (the API browser at /docs). */
const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Milliseconds without a byte in either direction after which a connection is closed, unless it waits for the hub (Connections): a client that
 * never reads its answer would keep it in memory for ever.
 */
const SILENT_MS = 60_000;

const bodyless = new Set(['GET', 'HEAD']);

/** No route has a schema of Fastify's: what would compile them (ajv, fast-json-stringify) is not even read, at each start. */
const noSchemas = () => (): never => {
  throw new Error('the hub has no Fastify schemas: DTOs and the catalogue say what is allowed');
};

/** Nest's own JSON and form parsers stay out, whatever the options that the application is created with. */
export class HubAdapter extends FastifyAdapter {
  readonly connections = new Connections(this.getInstance().server);

  override registerParserMiddleware(): void {}
}

/**
 * Fastify as the hub uses it: bodies reach the areas as raw bytes, queries flat, and what breaks HTTP is answered as a
 * problem. What it cannot answer alone goes as a Problem to the filter in identity/.
 */
export function createHttpAdapter({ http }: HttpLimits): HubAdapter {
  const unreadable = new WeakSet<IncomingMessage>();
  const adapter = new HubAdapter({
    logger: false,
    trustProxy: false,
    exposeHeadRoutes: false,
    // Fastify's own 503 while closing is no problem+json; what still arrives is served, and the connection closed.
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    bodyLimit: http.bodyLimitBytes,
    requestTimeout: http.requestTimeoutMs,
    connectionTimeout: SILENT_MS,
    keepAliveTimeout: http.keepAliveSeconds * 1000,
    http: {
      maxHeaderSize: MAX_HEADERS_BYTES,
      insecureHTTPParser: false,
      // Said below instead, as a problem.
      requireHostHeader: false,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      requestTimeout: http.requestTimeoutMs,
      headersTimeout: Math.min(http.headersTimeoutMs, http.requestTimeoutMs),
    },
    routerOptions: { maxParamLength: MAX_URL, querystringParser: parseQuery },
    clientErrorHandler: onClientError,
    // A path that does not decode. The router finds this before any hook runs; here it begins anew, so that the call is refused, counted
    // and traced as every other.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      unreadable.add(request.raw);
      request.raw.url = '/';
      fastify.routing(request.raw, reply.raw);
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  const bodies = new BodyReader({ one: http.bodyLimitBytes, all: http.bodiesLimitBytes });
  fastify.addContentTypeParser('*', (request, _payload, done) => bodies.read(request.raw, done));

  fastify.addHook('onRequest', (request, _reply, done) => adapter.connections.inTurn(request.raw, done));
  const paths = new Paths();
  fastify.addHook('onRoute', ({ method, url }) => paths.add(url, [method].flat()));
  fastify.addHook('onRequest', (request, reply, done) => {
    const { method, url = '' } = request.raw;
    const refuse = (problem: Problem): void => done(problem);
    if (
      !hasOneHost(request.raw) ||
      unreadable.has(request.raw) ||
      url.length > MAX_URL ||
      isBrokenQuery(request.query) ||
      isTransformed(request.headers['transfer-encoding'])
    )
      return refuse(new Problem('malformed-request'));
    if (request.is404 || method === 'TRACE') {
      const allowed = paths.methodsOf(pathOf(url));
      if (allowed.length === 0 && method !== 'TRACE') return refuse(new Problem('not-found'));
      void reply.header('Allow', allowed.join(', '));
      return refuse(new Problem('method-not-allowed'));
    }
    if (!bodyless.has(request.method) && isEncoded(request.headers['content-encoding'])) {
      return refuse(new Problem('unsupported-media-type'));
    }
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of Object.entries(safeHeaders)) {
      if (!reply.hasHeader(name)) void reply.header(name, value);
    }
    if (!reply.hasHeader('content-security-policy')) {
      const html = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
      void reply.header('Content-Security-Policy', html ? PAGE_POLICY : CLOSED_POLICY);
    }
    done(null, payload);
  });
  guardServer(fastify.server);
  return adapter;
}

/**
 * RFC 9112 section 3.2. With two, who stands between could have meant the other one, and Node takes the first; none is for HTTP/1.0 only.
 */
function hasOneHost({ headersDistinct, httpVersion }: IncomingMessage): boolean {
  const hosts = headersDistinct['host']?.length ?? 0;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

/** As the router reads it; where it cannot be decoded, as it came. */
function pathOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Node's parser takes a coding beside chunked, and passes on bytes that nobody decodes. */
const isTransformed = (encoding: string | undefined): boolean =>
  encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked';

/** Said here for all routes. */
const isEncoded = (encoding: string | undefined): boolean =>
  encoding !== undefined && encoding.trim().toLowerCase() !== 'identity';
