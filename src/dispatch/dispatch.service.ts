import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Act } from '../audit/entry.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { AgencyId, RecordId, YouthId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import { ConsentsService, type Release } from '../consents/consents.service.js';
import { firstRows } from '../database/first-rows.js';
import { lockClass, SHARD_LOCKS, tryLockShards } from '../database/locks.js';
import { withTx, type Tx } from '../database/tx.js';
import { DirectoryService } from '../directory/directory.service.js';
import type { Directory } from '../directory/directory.js';
import type { Found } from '../queue/lanes.js';
import { Rechecks, type Recheck } from '../queue/recheck.js';
import type { FreshRecord, Settlement } from '../records/at-once.js';
import type { StoredRecord } from '../records/record.js';
import { Metrics } from '../telemetry/metrics.js';
import { YouthsService, type Youth } from '../vault/youths.service.js';
import { BodiesService, type SealedBody } from './bodies.service.js';
import {
  askers,
  claimRecords,
  lockIfFree,
  retractRecords,
  settleRecords,
  stillFree,
  stillWaiting,
  toldBefore,
} from './dispatch.sql.js';
import type { Lane, Taken } from './lane.js';
import { NewsService } from './news.service.js';
import { PlanService, typeOf, type Plan, type Subject } from './plan.service.js';
import { isSourceOf, Told, type Teller } from './told.js';
import type { Draft, Notice, OpenTransfer } from './transfer.js';
import { transfersOfRecords } from './transfers.sql.js';
import { TransfersService, type Closing } from './transfers.service.js';

type Claimed = StoredRecord & SealedBody;
/** What dispatch needs to know of a record, claimed or about to be made. */
type Known = Omit<StoredRecord, 'groupNo' | 'state'>;

/** What one record comes to. */
interface Settled {
  readonly record: Known;
  readonly data: JsonObject | undefined;
  readonly youth: Youth | undefined;
  readonly plan: Plan;
}

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
    private readonly consents: ConsentsService,
    private readonly bodies: BodiesService,
    private readonly plans: PlanService,
    private readonly transfers: TransfersService,
    private readonly news: NewsService,
    private readonly audit: AuditService,
    private readonly rechecks: Rechecks,
    private readonly metrics: Metrics,
  ) {}

  /**
   * One transaction for what waits in some shards.
   * @param limit most that it takes
   * @param takes told what is taken up, before anything is done about it
   */
  async look(
    shards: readonly number[],
    lane: Lane,
    limit: number,
    takes: (these: readonly TakenUp[]) => void,
  ): Promise<Found> {
    const directory = await this.directory.snapshot();
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
      if (news) await this.news.handle(tx, directory, shards, limit, takes);
      else if (ready.length > 0) {
        takes(ready);
        const last = await this.dispatch(tx, directory, ready);
        tx.afterCommit(() => looking.done(ready.length < inOrder.length ? undefined : last, !more));
      } else if (!more) {
        tx.afterCommit(() => looking.done(undefined, true));
        return 'nothing';
      }
      timer();
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
  private async dispatch(tx: Tx, directory: Directory, claimed: readonly Claimed[]): Promise<number> {
    const about = claimed.flatMap((record) => record.youthId ?? []);
    // Sent together and done in this order, which is that of the locks.
    const [youths, releases, askedBy, told] = await Promise.all([
      this.youths.byId(tx, about),
      this.consents.lockReleases(tx, about),
      this.askers(tx, claimed),
      this.toldBefore(tx, claimed),
    ]);

    const settled = this.judge(directory, { releases, askedBy, told }, claimed, (record) => ({
      youth: record.youthId ? youths.get(record.youthId) : undefined,
      data: this.bodies.open(record, youths),
    }));
    tx.send(settleRecords, [
      settled.map(({ record }) => record.id),
      settled.map(({ plan }) => plan.state),
      settled.map(({ plan }) => plan.reason),
      this.clock.now(),
    ]);
    await this.write(tx, directory, settled, askedBy);
    return Number(claimed.at(-1)?.groupNo);
  }

  /**
   * Locks all shards, without waiting, if nothing waits in them: what is taken in under these locks stands behind nothing.
   * @param from the lowest group number that may wait
   */
  async isFree(tx: Tx, from: number): Promise<boolean> {
    const [[first], [second]] = await Promise.all([
      tx.query<{ got: boolean }>(lockIfFree, [from, lockClass.shard, SHARD_LOCKS]),
      tx.query<{ free: boolean }>(stillFree, [from]),
    ]);
    return Boolean(first?.got && second?.free);
  }

  /** Dispatches records in the transaction that makes them, under the locks that isFree took. They refer to no other record. */
  async settle(tx: Tx, records: readonly FreshRecord[]): Promise<Settlement> {
    const about = records.flatMap((record) => record.youthId ?? []);
    const [directory, releases, told] = await Promise.all([
      this.directory.snapshot(),
      this.consents.lockReleases(tx, about),
      this.toldBefore(tx, records),
    ]);
    const found = { releases, told, askedBy: new Map<RecordId, Asker>() };
    const settled = this.judge(directory, found, records, (record) => record);
    return {
      fates: settled.map(({ plan }) => plan),
      write: () => this.write(tx, directory, settled, found.askedBy),
    };
  }

  /** @param opened who a record is about, and what it says: neither, where it was erased */
  private judge<R extends Known>(
    directory: Directory,
    { releases, askedBy, told }: FoundFor,
    records: readonly R[],
    opened: (record: R) => { readonly youth: Youth | undefined; readonly data: JsonObject | undefined },
  ): Settled[] {
    return records.map((record): Settled => {
      const { youth, data } = opened(record);
      const subject: Subject | undefined = data && {
        ...record,
        type: typeOf(record.type),
        askerId: (record.inReplyTo && askedBy.get(record.inReplyTo)?.senderId) ?? null,
        youth,
        releases: (record.youthId && releases.get(record.youthId)) || [],
        data,
      };
      return { record, data, youth, plan: this.planFor(directory, record, subject, told) };
    });
  }

  private planFor(directory: Directory, record: Known, subject: Subject | undefined, told: Told): Plan {
    const nothing = { drafts: [], notices: [] };
    // Only an erasure between intake and dispatch takes the body away.
    if (!subject) return { state: 'refused', reason: 'erased', ...nothing };
    if (told.byAnother(record, (sender) => isSourceOf(directory, sender, subject.data)))
      return { state: 'dispatched', reason: 'same-event', ...nothing };
    const plan = this.plans.plan(directory, subject);
    if (plan.state === 'dispatched' && plan.reason === null) told.add(record);
    return plan;
  }

  private async toldBefore(tx: Tx, claimed: readonly Known[]): Promise<Told> {
    const keyed = claimed.filter(({ sameEventKey }) => sameEventKey !== null);
    if (keyed.length === 0) return new Told([]);
    return new Told(
      await tx.query<Teller>(toldBefore, [
        keyed.map(({ controllerId }) => controllerId),
        keyed.map(({ sameEventKey }) => sameEventKey),
      ]),
    );
  }

  private async askers(tx: Tx, claimed: readonly Claimed[]): Promise<Map<RecordId, Asker>> {
    const ids = claimed.flatMap((record) => record.inReplyTo ?? []);
    if (ids.length === 0) return new Map();
    const rows = await tx.query<Asker>(askers, [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  private async write(
    tx: Tx,
    directory: Directory,
    settled: readonly Settled[],
    askedBy: ReadonlyMap<RecordId, Asker>,
  ): Promise<void> {
    const now = this.clock.now();
    const cancelled = await this.cancelled(tx, settled, now);
    const drafts: Draft[] = settled.flatMap(({ plan }) => plan.drafts);
    const notices: Notice[] = settled.flatMap(({ plan }) => plan.notices);
    this.audit.append(
      tx,
      settled.flatMap((one) => actsOf(one, cancelled.records)),
    );
    await this.transfers.write(
      tx,
      { drafts, notices, closings: cancelled.closings, rejudged: [] },
      // What a record takes back is about its own youth.
      new Map(settled.flatMap(({ youth }) => (youth ? [[youth.id, youth]] : []))),
      (id) => directory.agencyById(id)?.controllerId,
    );
    this.transfers.eraseBodies(tx, [
      ...settled.filter(({ plan }) => plan.drafts.length === 0).map(({ record }) => record.id),
      ...cancelled.records,
    ]);
    this.rechecks.add(
      tx,
      settled.flatMap((one) => this.passedOn(directory, one, askedBy)),
    );
  }

  /** A record that cancels another takes back what of it is not yet settled with its recipients. The youth, and so the shard, is the same. */
  private async cancelled(
    tx: Tx,
    settled: readonly Settled[],
    now: Date,
  ): Promise<{ records: RecordId[]; closings: Closing[] }> {
    const wanted = [...new Set(settled.flatMap(({ record }) => record.cancels ?? []))].sort();
    if (wanted.length === 0) return { records: [], closings: [] };
    const records = (await tx.query<{ id: RecordId }>(retractRecords, [wanted, now])).map(({ id }) => id);
    const closings = (await tx.query<OpenTransfer>(transfersOfRecords, [records]))
      .filter(({ state }) => state === 'held' || state === 'available' || state === 'collected')
      .map((transfer): Closing => ({ transfer, state: 'withdrawn', reason: 'cancelled' }));
    return { records, closings };
  }

  /** `wrong-office`: the answer names the right one, and what was asked goes there, if the gate lets it. */
  private passedOn(
    directory: Directory,
    { record, data, plan }: Settled,
    askedBy: ReadonlyMap<RecordId, Asker>,
  ): Recheck[] {
    const asked = record.inReplyTo && askedBy.get(record.inReplyTo);
    if (record.type !== 'referral-response' || !asked || plan.state !== 'dispatched') return [];
    const to =
      data?.['outcome'] === 'wrong-office' && typeof data['forwardedTo'] === 'string'
        ? directory.agencyByNumber(data['forwardedTo'])
        : undefined;
    // The shard of what was asked: its youth is the asker's own, and its news is handled under that youth's lock.
    return to ? [{ shard: asked.shard, cause: 'passed-on', subject: asked.id, other: to.id }] : [];
  }
}

/** What was read for records before they are judged. */
interface FoundFor {
  readonly releases: ReadonlyMap<YouthId, readonly Release[]>;
  readonly askedBy: ReadonlyMap<RecordId, Asker>;
  readonly told: Told;
}

/** Who sent the record that another answers. */
interface Asker {
  readonly id: RecordId;
  readonly senderId: AgencyId;
  readonly shard: number;
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

function actsOf({ record, youth, plan }: Settled, retracted: readonly RecordId[]): Act[] {
  const about = {
    controllerId: record.controllerId,
    agencyId: record.senderId,
    recordType: record.type,
    recordId: record.id,
    ...(youth && { youthId: youth.id, auditKey: youth.auditKey }),
  };
  const acts: Act[] = [];
  if (plan.state === 'refused')
    acts.push({ ...about, act: 'record-refused', detail: { reason: plan.reason } });
  else if (plan.reason === 'same-event') acts.push({ ...about, act: 'record-merged', detail: {} });
  else if (plan.reason === 'no-hand-over')
    acts.push({ ...about, act: 'record-kept', detail: { reason: plan.reason } });
  if (record.cancels && retracted.includes(record.cancels))
    acts.push({ ...about, act: 'record-retracted', recordId: record.cancels, detail: { by: record.id } });
  return acts;
}
