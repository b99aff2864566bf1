import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { Metrics } from '../telemetry/metrics.js';
import { Lane } from './lane.js';

/** What this process remembers of each lane. */
@Injectable()
export class LaneMemory {
  private readonly lanes: readonly Lane[];

  constructor(@Inject(CONFIG) { dispatch, queue }: Config, metrics: Metrics) {
    this.lanes = Array.from({ length: queue.lanes }, () => new Lane(dispatch.batchSize));
    metrics.asideShards(() => this.lanes.reduce((sum, { aside }) => sum + aside, 0));
  }

  of(lane: number): Lane {
    const memory = this.lanes[lane];
    if (!memory) throw new Error('a lane beyond those that there are');
    return memory;
  }

  /** Shards in which something failed that has not been done since. */
  get failedShards(): readonly number[] {
    return this.lanes.flatMap((lane) => lane.failedShards);
  }

  /** The lowest group number that any lane's next claim would look at. */
  get lowest(): number {
    return Math.min(...this.lanes.map(({ from }) => from));
  }
}
