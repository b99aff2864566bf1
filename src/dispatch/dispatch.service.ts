import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../common/clock.js';
import type { RecordId } from '../common/ids.js';
import { firstRows } from '../database/first-rows.js';
import { tryLockShards } from '../database/locks.js';
import { withTx, type Tx } from '../database/tx.js';
import { DirectoryService } from '../directory/directory.service.js';
import type { Directory } from '../directory/directory.js';
import type { Found } from '../queue/lanes.js';
import type { StoredRecord } from '../records/record.js';
import { Metrics } from '../telemetry/metrics.js';
import { YouthsService } from '../vault/youths.service.js';
import { BodiesService, type SealedBody } from './bodies.service.js';
import { claimRecords, settleRecords, stillWaiting } from './dispatch.sql.js';
import type { Lane, Taken } from './lane.js';
import { NewsService } from './news.service.js';
import { hangsOnDirectory, SettlingService } from './settling.service.js';

type Claimed = StoredRecord & SealedBody;

/** A record, or a piece of news. */
export interface TakenUp extends Taken {
  readonly id?: RecordId;
}

/**
 * What one look does. It runs at least once for every record: a second run finds none in state `received` and does nothing, and
 * the shard's lock keeps a racing twin out.
 */
@Injectable()
export class DispatchService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly youths: YouthsService,
    private readonly bodies: BodiesService,
    private readonly settling: SettlingService,
    private readonly news: NewsService,
    private readonly metrics: Metrics,
  ) {}

  /**
   * One transaction for what waits in some shards.
   * @param limit most that it takes
   * @param onTaken told what is taken up, before anything is done about it
   */
  async look(
    shards: readonly number[],
    lane: Lane,
    limit: number,
    onTaken: (these: readonly TakenUp[]) => void,
  ): Promise<Found> {
    const snapshot = await this.directory.snapshot();
    const timer = this.metrics.dispatchSeconds.startTimer();
    return withTx(this.db, async (tx) => {
      const looking = lane.begin();
      // Sent together: what is looked for is looked for under the locks, or left alone.
      const [locked, news, claimed] = await Promise.all([
        tryLockShards(tx, shards),
        this.news.waits(tx, shards),
        firstRows<Claimed>(tx, claimRecords, [shards, limit, looking.from]),
      ]);
      if (!locked) return 'busy';
      const inOrder = upToCancelled(claimed);
      const ready = await this.withoutWhatComesFirst(tx, inOrder);
      // What is cancelled got its number late, or stands below where claims begin.
      if (ready.length < inOrder.length) lane.lookFromTheBeginning();
      const more = claimed.length === limit || ready.length < claimed.length;
      // News and records take the same locks from the start of the order, so they never share a transaction.
      if (news) {
        const these = await this.news.take(tx, shards, limit);
        onTaken(these);
        await this.news.handle(tx, snapshot, these);
      } else if (ready.length > 0) {
        onTaken(ready);
        const last = await this.dispatch(tx, snapshot, ready);
        tx.afterCommit(() => {
          looking.done(ready.length < inOrder.length ? undefined : last, !more);
          this.metrics.dispatched.inc({ way: 'look' }, ready.length);
        });
      } else if (!more) {
        tx.afterCommit(() => looking.done(undefined, true));
        return 'nothing';
      }
      tx.afterCommit(() => void timer());
      // What is committed from now on rings for itself.
      return news || more ? 'more' : 'nothing';
    });
  }

  /** A record that cancels one that still waits, behind it or unseen, waits too: what it cancels must be settled first. */
  private async withoutWhatComesFirst(tx: Tx, claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    const cancelled = claimed.flatMap(({ cancels }) => cancels ?? []);
    if (cancelled.length === 0) return claimed;
    const waiting = new Set(
      (await tx.query<{ id: RecordId }>(stillWaiting, [cancelled])).map(({ id }) => id),
    );
    return claimed.filter(({ cancels }) => cancels === null || !waiting.has(cancels));
  }

  /** @returns the highest group number among the records */
  private async dispatch(tx: Tx, snapshot: Directory, claimed: readonly Claimed[]): Promise<number> {
    // Sent together and done in this order, which is that of the locks.
    const [known, youths, basis] = await Promise.all([
      this.directory.knowing(
        tx,
        snapshot,
        claimed.flatMap(({ senderId, namedRecipientId }) => [senderId, namedRecipientId]),
      ),
      this.youths.byId(
        tx,
        claimed.flatMap(({ youthId }) => youthId ?? []),
      ),
      this.settling.lockBasis(tx, claimed),
    ]);
    const records = claimed.map((record) => ({
      ...record,
      youth: record.youthId ? youths.get(record.youthId) : undefined,
      data: this.bodies.open(record, youths),
    }));
    let directory = known;
    let planned = this.settling.planAll(directory, basis, records);
    if (planned.some(hangsOnDirectory)) {
      directory = await this.directory.readIn(tx);
      planned = this.settling.planAll(directory, basis, records);
    }
    tx.send(settleRecords, [
      planned.map(({ record }) => record.id),
      planned.map(({ plan }) => plan.state),
      planned.map(({ plan }) => plan.reason),
      this.clock.now(),
    ]);
    await this.settling.write(tx, directory, planned, basis);
    return Number(claimed.at(-1)?.groupNo);
  }
}

/** A record that cancels one in the same batch waits for the next look: what it cancels must be settled first. */
function upToCancelled(claimed: readonly Claimed[]): readonly Claimed[] {
  const seen = new Set<RecordId>();
  for (const [i, record] of claimed.entries()) {
    if (record.cancels && seen.has(record.cancels)) return claimed.slice(0, i);
    seen.add(record.id);
  }
  return claimed;
}
