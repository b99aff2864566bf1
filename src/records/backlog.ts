import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { withTx } from '../database/tx.js';
import { faultFields, Log } from '../telemetry/log.js';
import { Metrics } from '../telemetry/metrics.js';
import { isTurnedAway } from './crowding.js';
import { countWaiting } from './intake.sql.js';

const LOOK_EVERY_MS = 1000;

interface Waiting {
  readonly senderId: string | null;
  readonly waiting: number;
  readonly first: string;
}

/**
 * How many records wait for dispatch, looked at once a second: as many as the setting says, and the hub takes no more until they are fewer.
 * From half as many on it takes none of whose own are a quarter.
 */
@Injectable()
export class Backlog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private waiting = 0;
  private bySender: ReadonlyMap<string | null, number> = new Map();
  /** Nothing below this group waits: the claims' low-water mark, as far as this process has seen. */
  private from = '0';
  private timer: NodeJS.Timeout | undefined;
  private look: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  isFullFor(senderId: string): boolean {
    const most = this.config.intake.backlogRecords;
    return isTurnedAway(this.waiting / most, (this.bySender.get(senderId) ?? 0) / most);
  }

  onApplicationBootstrap(): void {
    if (!this.config.process.roles.includes('api')) return;
    this.timer = setInterval(() => {
      this.look ??= this.count().finally(() => (this.look = undefined));
    }, LOOK_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.look;
  }

  /** Never counts further than the limit. What it was last stays, where the database cannot be asked. */
  private async count(): Promise<void> {
    try {
      const rows = await withTx(this.db, (tx) =>
        tx.query<Waiting>(countWaiting, [this.from, this.config.intake.backlogRecords]),
      );
      this.bySender = new Map(rows.map(({ senderId, waiting }) => [senderId, waiting]));
      this.waiting = rows.reduce((sum, { waiting }) => sum + waiting, 0);
      this.from = rows[0]?.first ?? this.from;
      this.metrics.waitingRecords.set(this.waiting);
    } catch (error) {
      this.log.warnSeldom('backlog-not-counted', faultFields(error));
    }
  }
}
