import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Public } from '../common/access.js';
import { Problem } from '../common/problems.js';
import { nextMonthHasPartitions } from '../database/partitions.js';
import { takesWrites } from '../database/writable.js';
import { Conditions, type Condition } from './conditions.js';
import { Metrics } from './metrics.js';

/** Milliseconds that a check may take. A platform's probe gives up after a few seconds, and then learns nothing of what it was. */
const PATIENCE_MS = 1500;
/** Milliseconds for which a look is told to all who ask. It takes a connection of the few there are, and nobody needs a token for it. */
const SHARED_MS = 1000;

interface Look {
  readonly began: number;
  readonly found: Promise<HealthCheckResult>;
  isUnderWay: boolean;
}

/** For the platform that runs the hub: is the process alive, and can it serve. */
@ApiExcludeController()
@Controller()
@Public()
export class HealthController {
  private latest: Look | undefined;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @InjectDataSource() private readonly db: DataSource,
    private readonly conditions: Conditions,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** @throws Problem not-ready where the database does not answer in time, only reads, or has no partition for next month */
  @Get('health/ready')
  ready(): Promise<HealthCheckResult> {
    const now = performance.now();
    if (this.latest && (this.latest.isUnderWay || now - this.latest.began < SHARED_MS))
      return this.latest.found;
    const found = this.look().finally(() => (look.isUnderWay = false));
    const look: Look = { began: now, found, isUnderWay: true };
    this.latest = look;
    return found;
  }

  private async look(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([
        this.check('database', async () => ({ up: await takesWrites(this.db) })),
        this.check('partitions', async () => ({ up: await nextMonthHasPartitions(this.db) })),
        ...[...this.conditions.all].map(([name, look]) =>
          this.check(name, async () => ({ up: true, tells: await look() })),
        ),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      throw new Problem('not-ready', [], { checks: (error.getResponse() as HealthCheckResult).details });
    }
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  numbers(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  /** What cannot be found out in time is down. */
  private check(
    name: string,
    look: () => Promise<{ readonly up: boolean; readonly tells?: Condition }>,
  ): HealthIndicatorFunction {
    return async () => {
      const late = sleep(PATIENCE_MS, { up: false, tells: undefined }, { ref: false });
      const { up, tells } = await Promise.race([look(), late]).catch(() => ({ up: false, tells: undefined }));
      const indicator = this.indicators.check(name);
      return up ? indicator.up(tells) : indicator.down(tells);
    };
  }
}
