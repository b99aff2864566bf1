import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { allShardLocks, lockClass } from '../database/locks.js';
import type { Tx } from '../database/tx.js';
import { DirectoryService } from '../directory/directory.service.js';
import type { DispatchAtOnce, FreshRecord, LockedShards, Settlement } from '../records/at-once.js';
import { IntakeService } from '../records/intake.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { lockIfFree, stillFree } from './dispatch.sql.js';
import { LaneMemory } from './lane-memory.js';
import { hangsOnDirectory, SettlingService } from './settling.service.js';

/** Dispatches in the transaction that takes records in, where the process has a worker (docs/decisions/0017). */
@Injectable()
export class AtOnceService implements DispatchAtOnce {
  constructor(
    @Inject(CONFIG) config: Config,
    private readonly directory: DirectoryService,
    private readonly settling: SettlingService,
    private readonly lanes: LaneMemory,
    private readonly metrics: Metrics,
    intake: IntakeService,
  ) {
    if (config.process.roles.includes('worker')) intake.dispatchedBy(this);
  }

  /**
   * What is taken in under these locks stands behind nothing. One record that cannot be dispatched counts for its own shard only: for those that
   * had one when it was asked whether the others are free.
   */
  async lockIfFree(tx: Tx): Promise<LockedShards | undefined> {
    const { lowest, failedShards } = this.lanes;
    const [[first], [second]] = await Promise.all([
      tx.query<{ got: boolean }>(lockIfFree, [lowest, failedShards, lockClass.shard, allShardLocks]),
      tx.query<{ free: boolean }>(stillFree, [lowest, failedShards]),
    ]);
    return first?.got && second?.free
      ? { plan: (records) => this.plan(tx, records, new Set(failedShards)) }
      : undefined;
  }

  /** The records refer to no other one. */
  private async plan(
    tx: Tx,
    records: readonly FreshRecord[],
    failedShards: ReadonlySet<number>,
  ): Promise<Settlement | undefined> {
    if (records.some(({ shard }) => failedShards.has(shard))) return undefined;
    const [directory, basis] = await Promise.all([
      this.directory.snapshotIn(tx),
      this.settling.lockBasis(tx, records),
    ]);
    const planned = this.settling.planAll(directory, basis, records);
    if (planned.some(hangsOnDirectory)) return undefined;
    tx.afterCommit(() => this.metrics.dispatched.inc({ way: 'at-once' }, records.length));
    return {
      fates: planned.map(({ plan }) => plan),
      write: () => this.settling.write(tx, directory, planned, basis),
    };
  }
}
