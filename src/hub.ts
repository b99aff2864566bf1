import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import { AppModule, type Surroundings } from './app.module.js';
import { AuditService } from './audit/audit.service.js';
import { systemClock } from './common/clock.js';
import { dayOf } from './common/days.js';
import type { Connections } from './common/http-connections.js';
import { createHttpAdapter } from './common/http.js';
import { Problem } from './common/problems.js';
import type { Config } from './config/config.schema.js';
import { ConfigError, projectFolder } from './config/load.js';
import { withTx } from './database/tx.js';
import { recordTo } from './directory/directory.audit.js';
import { DirectoryFileError, parseDirectory, utf8Of } from './directory/directory.file.js';
import { DirectoryService } from './directory/directory.service.js';
import { WakeupsService } from './dispatch/wakeups.service.js';
import { openApiOf, serveOpenApi } from './openapi.js';

export interface Hub {
  readonly app: NestFastifyApplication;
  readonly port: number;
  /** Ends long-polls, lets requests and jobs finish, closes every connection. Again = waits for the same stop. */
  stop(): Promise<void>;
}

export interface HubOptions extends Surroundings {
  /** Whether /docs is served too. */
  readonly docs?: boolean;
}

/** What a process without the role `api` still answers: the platform must be able to watch it. */
const forPlatform = /^\/(health\/|metrics$)/;
/** How often a stopping hub looks for connections on which nothing is under way any more. */
const IDLE_LOOK_MS = 20;
/** The part of a stop's time that requests and answers under way get. What is left is for jobs, the queue and the database. */
const FOR_REQUESTS = 2 / 3;

/**
 * Starts the roles that the settings ask for, loads the directory file where it is a new one, and listens.
 * @throws ConfigError where a setting is wrong (a taken port, another key than the database's)
 */
export async function startHub(
  config: Config,
  { docs = true, clock = systemClock, ...rest }: HubOptions,
): Promise<Hub> {
  const adapter = createHttpAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, { clock, ...rest }),
    adapter,
    { logger: false, abortOnError: false, bodyParser: false },
  );
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  if (!config.process.roles.includes('api')) refuseAllButPlatform(fastify);
  let stopping: Promise<void> | undefined;
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) void reply.header('connection', 'close');
    done(null, payload);
  });
  try {
    serveOpenApi(app, () => openApiOf(app, config, dayOf(clock.now())), docs);
    await app.init();
    await loadDirectory(app, config);
    await app.listen(config.http.port, config.http.host);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw listenProblem(error, config);
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  const ms = config.process.drainSeconds * 1000;
  return { app, port, stop: () => (stopping ??= drain(app, adapter.connections, ms)) };
}

/**
 * First the door, so that what is inside can still ring and be dispatched; then everything else. Connections that take too long are cut:
 * what was not committed is not there, and what was needs nobody.
 */
async function drain(app: NestFastifyApplication, connections: Connections, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), ms * FOR_REQUESTS);
  app.get(WakeupsService, { strict: false }).stopWaiting();
  const idle = setInterval(() => connections.closeIdle(), IDLE_LOOK_MS);
  await connections.refuseNew();
  clearInterval(idle);
  clearTimeout(cut);
  await within(until - performance.now(), app.close());
}

/**
 * A queue whose Redis is gone, or a database that says nothing, may keep what closes waiting for longer than a stop may take: then the stop
 * goes on without it. What matters is in PostgreSQL.
 */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, late]).finally(() => done.abort());
}

async function loadDirectory(app: NestFastifyApplication, { directory }: Config): Promise<void> {
  if (!directory.file) return;
  const path = resolve(projectFolder, directory.file);
  let text: string;
  try {
    text = utf8Of(readFileSync(path));
  } catch (error) {
    throw new ConfigError(
      `directory.file: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Allowed: empty, or a directory file in UTF-8.`,
    );
  }
  const service = app.get(DirectoryService, { strict: false });
  const audit = app.get(AuditService, { strict: false });
  try {
    const file = parseDirectory(text);
    await withTx(app.get(DataSource), (tx) => service.loadAtStart(tx, file, recordTo(audit)));
  } catch (error) {
    if (error instanceof DirectoryFileError)
      throw new ConfigError(`directory.file: ${path} cannot be used.\n${error.message}`);
    throw error;
  }
}

function refuseAllButPlatform(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) =>
    forPlatform.test(request.url) ? done() : done(new Problem('not-found')),
  );
}

function listenProblem(error: unknown, { http }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new ConfigError(
      `http.port: ${http.port} on ${http.host} is taken by another program. Stop it, or set PORT to a free one.`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES')
    return new ConfigError(
      `http.host: this machine does not let the hub listen on ${http.host}:${http.port} (${code}).`,
    );
  return error;
}
