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
import type { Bells } from './backend.js';
import { laneOf, Lanes, type Look } from './lanes.js';
import { waitingShards } from './queue.sql.js';
import { Waits, type Waiting } from './waits.js';

export const BELLS = Symbol('Bells');

/** Milliseconds in which rings for one lane become one: a ring is a write to the queue, and one look serves them all. */
const GATHER_MS = 3;
/** The same where this process has woken its own worker already, and the ring only serves other processes. */
const GATHER_LOCAL_MS = 250;
const SWEEP_EVERY_MS = 1000;

/** Rings after the commit. A ring that is lost costs time, never a record: the sweeper rings for what has waited. */
@Injectable()
export class Doorbell implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Lanes to ring for, and whether the look is to be from the beginning. */
  private readonly due = new Map<number, boolean>();
  /** Lanes whose ring is on its way to the queue. */
  private readonly ringing = new Set<number>();
  private gathering: NodeJS.Timeout | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private sweep: Promise<void> | undefined;
  private lanes: Lanes | undefined;
  private stopped = false;
  private readonly waits: Waits;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BELLS) private readonly bells: Bells,
    @InjectDataSource() private readonly db: DataSource,
    private readonly log: Log,
  ) {
    this.waits = new Waits(config.queue.sweepAfterSeconds * 1000);
  }

  /** Says who looks when a bell rings. Called once, by dispatch, before the application is up. */
  answeredBy(look: Look): void {
    if (this.lanes) throw new Error('the doorbell has someone who looks already');
    this.lanes = new Lanes(this.config.queue.lanes, look, (error, lane) =>
      this.log.error('look-failed', { lane, ...faultFields(error) }),
    );
  }

  onApplicationBootstrap(): void {
    if (!this.config.process.roles.includes('worker')) return;
    const { lanes } = this;
    if (!lanes) throw new Error('nobody looks when the doorbell rings');
    this.bells.work(
      this.config.queue.lanes,
      ({ lane, fromTheBeginning }) => lanes.wake(lane, fromTheBeginning),
      this.queueFailed,
    );
    this.sweeping = setInterval(() => {
      this.sweep ??= this.sweepOnce().finally(() => (this.sweep = undefined));
    }, SWEEP_EVERY_MS);
  }

  /** Says that there is work in these shards. Returns at once and never fails. */
  ring(shards: Iterable<number>, fromTheBeginning = false): void {
    if (this.stopped) return;
    const lanes = new Set([...shards].map((shard) => laneOf(shard, this.config.queue.lanes)));
    const local = this.config.process.roles.includes('worker');
    for (const lane of lanes) {
      this.due.set(lane, fromTheBeginning || this.due.get(lane) === true);
      if (local) void this.lanes?.wake(lane, fromTheBeginning);
    }
    this.gathering ??= setTimeout(() => this.flush(), local ? GATHER_LOCAL_MS : GATHER_MS);
  }

  /** Resolves when this process's own worker has done what was rung for, or it turns out that this will take a while; at once where it is none. Never fails. */
  answered(): Promise<void> {
    return this.lanes?.idle() ?? Promise.resolve();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.sweeping);
    clearTimeout(this.gathering);
    await this.sweep;
    await this.lanes?.stop();
    await this.bells.close().catch(this.queueFailed);
  }

  /** A lane whose last ring has not been taken yet keeps this one: a queue that says nothing (Redis, stopped) would have them all to keep. */
  private flush(): void {
    this.gathering = undefined;
    for (const [lane, fromTheBeginning] of this.due) {
      if (this.ringing.has(lane)) continue;
      this.due.delete(lane);
      this.ringing.add(lane);
      void this.bells
        .add({ lane, ...(fromTheBeginning && { fromTheBeginning }) })
        .catch(this.queueFailed)
        .finally(() => this.rung(lane));
    }
  }

  private rung(lane: number): void {
    this.ringing.delete(lane);
    if (this.due.has(lane) && !this.stopped) this.gathering ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Rings for records and rechecks that have waited too long: their ring was lost, or a worker died at them. */
  private async sweepOnce(): Promise<void> {
    try {
      const rows = await withTx(this.db, (tx) => tx.query<Waiting>(waitingShards));
      this.ring(this.waits.overdue(rows), true);
    } catch (error) {
      this.log.warnSeldom('sweep-failed', faultFields(error));
    }
  }

  private readonly queueFailed = (error: unknown): void => {
    if (!this.stopped) this.log.warnSeldom('queue-failed', faultFields(error));
  };
}
