import { Injectable } from '@nestjs/common';
import { allShardLocks, lockClass } from '../database/locks.js';
import type { Tx } from '../database/tx.js';
import { DirectoryService } from '../directory/directory.service.js';
import type { FreshRecord, Settlement } from '../records/at-once.js';
import { lockIfFree, stillFree } from './dispatch.sql.js';
import { SettlingService } from './settling.service.js';

/** Dispatches in the transaction that takes records in (docs/decisions/0017). */
@Injectable()
export class AtOnceService {
  constructor(
    private readonly directory: DirectoryService,
    private readonly settling: SettlingService,
  ) {}

  /**
   * Locks all shards, without waiting, if nothing waits in them: what is taken in under these locks stands behind nothing.
   * @param from the lowest group number that may wait
   */
  async isFree(tx: Tx, from: number): Promise<boolean> {
    const [[first], [second]] = await Promise.all([
      tx.query<{ got: boolean }>(lockIfFree, [from, lockClass.shard, allShardLocks]),
      tx.query<{ free: boolean }>(stillFree, [from]),
    ]);
    return Boolean(first?.got && second?.free);
  }

  /** Under the locks that isFree took, and those of the youths. The records refer to no other one. */
  async settle(tx: Tx, records: readonly FreshRecord[]): Promise<Settlement> {
    const [directory, judgedBy] = await Promise.all([
      this.directory.snapshot(),
      this.settling.judgedBy(tx, records),
    ]);
    const settled = this.settling.judge(directory, judgedBy, records, (record) => record);
    return {
      fates: settled.map(({ plan }) => plan),
      write: () => this.settling.write(tx, directory, settled, judgedBy),
    };
  }
}
