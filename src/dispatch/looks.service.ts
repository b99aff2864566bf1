import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { Doorbell } from '../queue/doorbell.js';
import type { Found } from '../queue/lanes.js';
import { IntakeService } from '../records/intake.service.js';
import { faultFields, Log } from '../telemetry/log.js';
import { DispatchService, type TakenUp } from './dispatch.service.js';
import { mostBeside, restAfter } from './give-way.js';
import type { Lane } from './lane.js';
import { LaneMemory } from './lane-memory.js';

/** Answers the doorbell: when dispatch looks, how much it takes at once, and what it leaves alone. */
@Injectable()
export class LooksService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dispatch: DispatchService,
    private readonly intake: IntakeService,
    private readonly lanes: LaneMemory,
    private readonly log: Log,
    doorbell: Doorbell,
  ) {
    doorbell.answeredBy((lane, shards, fromTheBeginning) =>
      this.answer(this.lanes.of(lane), shards, fromTheBeginning),
    );
  }

  private async answer(lane: Lane, shards: readonly number[], fromTheBeginning: boolean): Promise<Found> {
    if (fromTheBeginning) lane.lookFromTheBeginning();
    const began = performance.now();
    const found = await this.lookWithCare(shards, lane);
    lane.behindSince = found === 'more' ? (lane.behindSince ?? began) : undefined;
    const rest = restAfter({
      tookMs: performance.now() - began,
      behindMs: began - (lane.behindSince ?? began),
      pending: this.intake.pending,
    });
    if (rest > 0) await sleep(rest);
    return found;
  }

  /** Finds out what makes a look fail, and leaves it alone for a while (lane.ts). */
  private async lookWithCare(shards: readonly number[], lane: Lane): Promise<Found> {
    const open = lane.open(shards);
    if (open.length === 0) return 'nothing';
    let taken: readonly TakenUp[] = [];
    try {
      const most = mostBeside(this.intake.pending, this.config.dispatch.batchSize);
      const limit = Math.min(most, lane.limit);
      const found = await this.dispatch.look(open, lane, limit, (these) => (taken = these));
      if (found === 'more' && taken.length === 0) lane.wantsMore();
      lane.went(taken);
      return found;
    } catch (error) {
      // The database cannot be reached, is full or too busy: no record's fault. Nor is what fails before any was taken up.
      if (error instanceof Problem || taken.length === 0) throw error;
      const alone = lane.failed(taken);
      if (alone) {
        const { shard, id: recordId } = alone;
        this.log.error('shard-set-aside', { shard, ...(recordId && { recordId }), ...faultFields(error) });
      } else this.log.warn('batch-failed', { count: taken.length, ...faultFields(error) });
      return 'more';
    }
  }
}
