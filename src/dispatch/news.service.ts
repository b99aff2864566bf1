import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { AgencyId, RecordId, YouthId } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { ConsentsService, type Release } from '../consents/consents.service.js';
import type { Tx } from '../database/tx.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Rechecks, type Cause } from '../queue/recheck.js';
import type { StoredRecord } from '../records/record.js';
import { YouthsService, type Youth } from '../vault/youths.service.js';
import { BodiesService, type SealedBody } from './bodies.service.js';
import { anyRecheck, inactiveAgencies, recordsById, takeRechecks } from './dispatch.sql.js';
import { PlanService, typeOf, type Subject } from './plan.service.js';
import { noticeOf, type Draft, type Notice, type OpenTransfer } from './transfer.js';
import { findAffected, transfersById } from './transfers.sql.js';
import { TransfersService, type Closing, type Rejudged } from './transfers.service.js';

/** A row of `recheck`, as it was taken. */
export interface News {
  readonly shard: number;
  readonly cause: Cause;
  readonly subject: string;
  readonly other: string | null;
  readonly at: Date;
}

/** Rows taken in one look. A consent or an agency can concern many transfers, so fewer than records. */
const NEWS_A_LOOK = 100;
/** Most open transfers of agencies that left that one look ends. */
const TRANSFERS_A_LOOK = 1000;

/**
 * What dispatch is told of besides records: releases given and taken back, grades that rose, times that ran out, rejections, agencies that left, and
 * what a wrong office passes on.
 */
@Injectable()
export class NewsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly youths: YouthsService,
    private readonly consents: ConsentsService,
    private readonly bodies: BodiesService,
    private readonly plans: PlanService,
    private readonly transfers: TransfersService,
    private readonly rechecks: Rechecks,
  ) {}

  async waits(tx: Tx, shards: readonly number[]): Promise<boolean> {
    return (await tx.query(anyRecheck, [shards])).length > 0;
  }

  /** Takes the next news of some shards. Their rows go with this transaction. */
  take(tx: Tx, shards: readonly number[], most: number): Promise<News[]> {
    return tx.query<News>(takeRechecks, [shards, Math.min(most, NEWS_A_LOOK)]);
  }

  /** The locks are taken in the one order: youths, releases, transfers, inboxes. */
  async handle(tx: Tx, snapshot: Directory, news: readonly News[]): Promise<void> {
    const [first] = news;
    if (!first) return;
    const of = (...causes: Cause[]): string[] => [
      ...new Set(news.filter(({ cause }) => causes.includes(cause)).map(({ subject }) => subject)),
    ];
    const withdrawn = new Set(of('consent-withdrawn'));
    const left = await this.inactive(tx, of('agency-changed'));
    const risen = new Set(of('protection-raised'));

    const named = of('hold-over', 'available-over', 'transfer-rejected');
    const affected = await tx.query<{ id: string; youthId: YouthId | null }>(findAffected, [
      of('consent-given'),
      [...withdrawn],
      [...risen],
      left,
      named,
      TRANSFERS_A_LOOK,
    ]);
    // An agency that left may have more open transfers than one look takes: the rest is the next look's.
    if (left.length > 0 && affected.length >= TRANSFERS_A_LOOK)
      this.rechecks.add(
        tx,
        left.map((subject) => ({ shard: first.shard, cause: 'agency-changed', subject })),
      );
    const passed = await this.passedRecords(tx, news);
    const youths = await this.youths.byId(
      tx,
      [...affected, ...passed].flatMap(({ youthId }) => youthId ?? []),
    );
    const releases = await this.consents.lockReleases(tx, youths.keys());
    const transfers = await tx.query<OpenTransfer>(transfersById, [affected.map(({ id }) => id)]);
    const directory = await this.directory.knowing(tx, snapshot, [
      ...transfers.flatMap(({ senderId, recipientId }) => [senderId, recipientId]),
      ...passed.map(({ senderId }) => senderId),
      ...news.flatMap(({ cause, other }) => (cause === 'passed-on' ? [other as AgencyId | null] : [])),
    ]);

    // Whichever clock is earlier: see transfers.sql.ts.
    const now = Math.min(first.at.getTime(), this.clock.now().getTime());
    const closings = transfers.flatMap((transfer) =>
      this.ending(transfer, { withdrawn, left: new Set(left), risen, now }),
    );
    const ended = new Set(closings.map(({ transfer }) => transfer.id));
    const rejudged = transfers
      .filter((t) => t.state === 'held' && !ended.has(t.id))
      .flatMap((t) => this.rejudge(directory, t, youths, releases));
    const rejected = transfers.flatMap((t) =>
      t.state === 'rejected' ? noticeOf(t, 'rejected', t.reason ?? 'other') : [],
    );
    const { drafts, notices } = this.passOn(directory, passed, news, youths, releases);
    await this.transfers.write(
      tx,
      { drafts: [], further: drafts, notices: [...notices, ...rejected], closings, rejudged },
      youths,
      directory,
    );
    this.transfers.eraseBodies(tx, [...new Set(closings.map(({ transfer }) => transfer.recordId))]);
  }

  /** By the database: the directory in memory may be older than the news, which is told once. */
  private async inactive(tx: Tx, agencies: readonly string[]): Promise<string[]> {
    if (agencies.length === 0) return [];
    return (await tx.query<{ id: string }>(inactiveAgencies, [agencies])).map(({ id }) => id);
  }

  /** Whether, now that it is locked, a transfer must end, and why. */
  private ending(
    transfer: OpenTransfer,
    news: {
      withdrawn: ReadonlySet<string>;
      left: ReadonlySet<string>;
      risen: ReadonlySet<string>;
      /** Milliseconds since the epoch, UTC. */
      now: number;
    },
  ): Closing[] {
    const { state } = transfer;
    const end = (as: Closing['state'], reason: string): Closing[] => [{ transfer, state: as, reason }];
    const readable = state === 'available' || state === 'collected';
    if ((readable || state === 'held') && transfer.consentIds.some((id) => news.withdrawn.has(id)))
      return end('withdrawn', 'consent-withdrawn');
    if (readable && transfer.youthId && news.risen.has(transfer.youthId))
      return end('withdrawn', 'manual-handling');
    if (state === 'available' && news.left.has(transfer.recipientId))
      return end('withdrawn', 'recipient-inactive');
    if (state === 'held' && transfer.holdUntil && transfer.holdUntil.getTime() <= news.now)
      return end('expired', transfer.holdReason ?? 'hold-over');
    const collectBy =
      transfer.availableAt &&
      transfer.availableAt.getTime() + this.config.deadlines.availableDays.value * 86_400_000;
    if (state === 'available' && collectBy && collectBy <= news.now) return end('expired', 'not-collected');
    return [];
  }

  /** A held transfer that the gate still does not let go stays as it is: nothing is told twice. */
  private rejudge(
    directory: Directory,
    transfer: OpenTransfer,
    youths: ReadonlyMap<YouthId, Youth>,
    releases: ReadonlyMap<YouthId, Release[]>,
  ): Rejudged[] {
    const { recordType: type, senderId, recipientId, youthId } = transfer;
    const asked = { type, senderId, recipientId, youthId };
    const verdict = this.plans.judgeTransfer(directory, asked, youths, releases, true);
    if (verdict.do === 'deliver') return [{ transfer, terms: verdict, hold: null }];
    return verdict.do === 'hold' && verdict.reason !== transfer.holdReason
      ? [{ transfer, terms: verdict, hold: verdict.reason }]
      : [];
  }

  private async passedRecords(tx: Tx, news: readonly News[]): Promise<Passed[]> {
    const ids = news.filter(({ cause }) => cause === 'passed-on').map(({ subject }) => subject);
    return ids.length > 0 ? tx.query<Passed>(recordsById, [ids]) : [];
  }

  /** What was asked of a wrong office goes to the one that it named, where the gate lets it. */
  private passOn(
    directory: Directory,
    records: readonly Passed[],
    news: readonly News[],
    youths: ReadonlyMap<YouthId, Youth>,
    releases: ReadonlyMap<YouthId, Release[]>,
  ): { drafts: Draft[]; notices: Notice[] } {
    const drafts: Draft[] = [];
    const notices: Notice[] = [];
    for (const { cause, subject: id, other } of news) {
      const record = cause === 'passed-on' ? records.find((r) => r.id === (id as RecordId)) : undefined;
      const data = record && this.bodies.open(record, youths);
      if (!data || record.state !== 'dispatched' || !other) continue;
      const recipientId = other as AgencyId;
      const subject: Subject = {
        ...record,
        type: typeOf(record.type),
        namedRecipientId: recipientId,
        askerId: null,
        youth: record.youthId ? youths.get(record.youthId) : undefined,
        releases: (record.youthId && releases.get(record.youthId)) || [],
        data,
      };
      const verdict = this.plans.judgeOne(directory, subject, recipientId);
      if (verdict.do === 'refuse') notices.push(this.plans.refusal(subject, recipientId, verdict.reason));
      else drafts.push(this.plans.draft(directory, subject, recipientId, verdict));
    }
    return { drafts, notices };
  }
}

type Passed = StoredRecord & SealedBody;
