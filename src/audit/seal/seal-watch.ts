import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from '../../config/config.schema.js';
import { CONFIG } from '../../config/config.module.js';
import { withTx } from '../../database/tx.js';
import { Conditions } from '../../telemetry/conditions.js';
import { Log } from '../../telemetry/log.js';
import { Metrics } from '../../telemetry/metrics.js';
import { waitingSince } from './seal.sql.js';

/** How long one look counts, in milliseconds. */
const FRESH_MS = 1000;

/**
 * Whether sealing keeps up. Nothing is disclosed while the oldest entry without a checkpoint has waited for longer than the
 * setting says, because a log that is not signed can be rewritten unseen. The database's clock decides, so that a process that
 * has just started knows at its first look, and grants nothing before it.
 */
@Injectable()
export class SealWatch implements OnModuleInit {
  private current = false;
  private lookedAt = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly db: DataSource,
    private readonly conditions: Conditions,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.conditions.add('log', async () => ({ disclosing: await this.isCurrent() }));
  }

  /**
   * To be asked outside of a transaction: it may need a connection of its own.
   * @throws Problem unavailable where nobody can tell
   */
  async isCurrent(): Promise<boolean> {
    if (performance.now() - this.lookedAt > FRESH_MS)
      await (this.looking ??= this.look().finally(() => (this.looking = undefined)));
    return this.current;
  }

  private async look(): Promise<void> {
    const began = performance.now();
    const seconds = await waitedSeconds(this.db);
    this.metrics.unsealedSeconds.set(seconds);
    const current = seconds <= this.config.log.maxBehindMinutes * 60;
    if (!current && this.current) this.log.error('audit-log-behind', { ms: Math.round(seconds * 1000) });
    this.current = current;
    this.lookedAt = began;
  }
}

/** How long the oldest entry has waited that no checkpoint covers, by the database's clock; 0 where none waits. */
export async function waitedSeconds(db: DataSource): Promise<number> {
  const [waiting] = await withTx(db, (tx) => tx.query<{ seconds: number }>(waitingSince));
  return Math.max(0, waiting?.seconds ?? 0);
}
