import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { laneOf } from '../queue/lanes.js';
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

  /** @param shards all of one lane */
  of(shards: readonly number[]): Lane {
    const lane = this.lanes[laneOf(shards[0] ?? 0, this.lanes.length)];
    if (!lane) throw new Error('a shard beyond the lanes');
    return lane;
  }

  /** Shards in which something failed that has not been done since. */
  get behind(): readonly number[] {
    return this.lanes.flatMap((lane) => lane.behind);
  }

  /** The lowest group number that any lane's next claim would look at. */
  get lowest(): number {
    return Math.min(...this.lanes.map((lane) => lane.begin().from));
  }
}
