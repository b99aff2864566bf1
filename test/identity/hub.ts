import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { AuditModule } from '../../src/audit/audit.module.js';
import { AuditService } from '../../src/audit/audit.service.js';
import type { Clock } from '../../src/common/clock.js';
import { createHttpAdapter } from '../../src/common/http.js';
import type { OrgNumber } from '../../src/common/ids.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.schema.js';
import { loadConfig } from '../../src/config/load.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { withTx } from '../../src/database/tx.js';
import { recordTo } from '../../src/directory/directory.audit.js';
import type { DirectoryFile } from '../../src/directory/directory.file.js';
import { DirectoryModule } from '../../src/directory/directory.module.js';
import { DirectoryService } from '../../src/directory/directory.service.js';
import { IdentityModule } from '../../src/identity/identity.module.js';
import { mintToken } from '../../src/identity/issuer.tokens.js';
import { QueueModule } from '../../src/queue/queue.module.js';
import { TelemetryModule } from '../../src/telemetry/telemetry.module.js';
import { VaultModule } from '../../src/vault/vault.module.js';
import { first, opplandWith, type Draft } from '../directory/examples.js';
import { asAdmin, createDatabase } from '../support/database.js';
import { giveIssuerKey } from '../support/keys.js';

/** The time, which a test may set forward. */
export class StepClock implements Clock {
  private offset = 0;

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  step(seconds: number): void {
    this.offset += seconds * 1000;
  }
}

export interface Entry {
  readonly act: string;
  readonly agency_id: string | null;
  readonly controller_id: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface TestHub {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly port: number;
  readonly config: Config;
  readonly clock: StepClock;
  /** Agencies of the example directory, one of each kind. */
  readonly numbers: { readonly school: OrgNumber; readonly nav: OrgNumber; readonly county: OrgNumber };
  token(orgNumber: string, scopes?: readonly string[], lifeSeconds?: number): Promise<string>;
  get(path: string, token?: string, init?: RequestInit): Promise<Response>;
  entries(act: string): Promise<Entry[]>;
  loadDirectory(file: DirectoryFile): Promise<void>;
  close(): Promise<void>;
}

/** Everything up to identity/, real, on a socket and a database of its own, with a few routes to call. */
export async function startHub(
  controllers: readonly Type<object>[] = [],
  change: (config: Config) => Config = (config) => config,
): Promise<TestHub> {
  const database = await createDatabase();
  const data = mkdtempSync(join(tmpdir(), 'stafett-identity-'));
  const env = { STAFETT_DATA: data, STAFETT_ROLES: 'api' };
  const loaded = loadConfig(env);
  const config = change({
    ...loaded,
    process: { ...loaded.process, logLevel: 'silent' },
    identity: { ...loaded.identity, directoryCacheSeconds: 0 },
  });
  giveIssuerKey(config.process.keys);
  const clock = new StepClock();

  class TestModule {}
  Module({
    imports: [
      ConfigModule.with(config, clock),
      DatabaseModule.with({ appUrl: database.appUrl }),
      TelemetryModule.with(),
      QueueModule,
      VaultModule,
      AuditModule,
      DirectoryModule,
      IdentityModule.with(config),
    ],
    controllers: [...controllers],
  })(TestModule);

  const app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter(config), {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  const cleanUp = async (): Promise<void> => {
    await app.close();
    await database.drop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const directory = app.get(DirectoryService, { strict: false });
  const loadDirectory = async (file: DirectoryFile): Promise<void> => {
    await withTx(app.get(DataSource), (tx) =>
      directory.load(tx, file, recordTo(app.get(AuditService, { strict: false }))),
    );
  };
  const example = opplandWith(() => undefined);
  await loadDirectory(example);
  const numberOf = (kind: Parameters<typeof first>[1]): OrgNumber =>
    first(example as unknown as Draft, kind).orgNumber as OrgNumber;

  return {
    app,
    url,
    port,
    config,
    clock,
    numbers: { school: numberOf('school'), nav: numberOf('nav'), county: numberOf('county') },
    token: (orgNumber, scopes = ['stafett:records.write'], lifeSeconds = 600) =>
      mintToken(config.process.keys, config, { orgNumber, scopes, lifeSeconds, clock }),
    get: (path, token, init = {}) =>
      fetch(url + path, {
        ...init,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(init.headers as Record<string, string> | undefined),
        },
      }),
    entries: (act) =>
      asAdmin(database.ownerUrl, async (owner) => {
        const { rows } = await owner.query<Entry>(
          'select act, agency_id, controller_id, detail from stafett.entry_detail where act = $1 order by id',
          [act],
        );
        return rows;
      }),
    loadDirectory,
    close: cleanUp,
  };
}

export interface ProblemAnswer {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  readonly errors: readonly { pointer: string; code: string }[];
  readonly headers: Headers;
}

/** The answer as a problem; fails where it is anything else. */
export async function problemIn(response: Response): Promise<ProblemAnswer> {
  const text = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(text).not.toMatch(/node_modules|\.ts:\d|\.js:\d|at .*\(/);
  const body = JSON.parse(text) as {
    status: number;
    code: string;
    errors: ProblemAnswer['errors'];
    type: string;
  };
  expect(body.status).toBe(response.status);
  expect(body.type).toBe(`/problems/${body.code}`);
  return { status: response.status, code: body.code, text, errors: body.errors, headers: response.headers };
}
