import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { Act } from '../audit/entry.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { AgencyId, RecordId, YouthId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import { ConsentsService, type Release } from '../consents/consents.service.js';
import type { Tx } from '../database/tx.js';
import type { Directory } from '../directory/directory.js';
import { Rechecks, type Recheck } from '../queue/recheck.js';
import type { RecordFacts } from '../records/record.js';
import type { Youth } from '../vault/youths.service.js';
import { askers, retractRecords, toldBefore } from './dispatch.sql.js';
import { PlanService, typeOf, type Plan, type Subject } from './plan.service.js';
import { isSourceOf, Told, type Telling } from './told.js';
import type { Draft, Notice, OpenTransfer } from './transfer.js';
import { transfersOfRecords } from './transfers.sql.js';
import { TransfersService, type Closing } from './transfers.service.js';

/** A record, who it is about, and what it says: neither, where it was erased. */
export interface ReadRecord extends RecordFacts {
  readonly youth: Youth | undefined;
  readonly data: JsonObject | undefined;
}

/** What one record comes to. */
export interface Planned {
  readonly record: ReadRecord;
  readonly plan: Plan;
}

const bySnapshot: ReadonlySet<string | null> = new Set([
  'recipient-inactive',
  'sender-inactive',
  'no-processor-agreement',
  'recipient-unknown',
]);

/** Whether it goes nowhere, for good, by what a snapshot of the directory says of an agency, which may be different since. */
export const hangsOnDirectory = ({ plan: { reason, notices } }: Planned): boolean =>
  bySnapshot.has(reason) || notices.some((notice) => bySnapshot.has(notice.reason));

/** What records are planned by, besides themselves. */
export interface Basis {
  readonly releases: ReadonlyMap<YouthId, readonly Release[]>;
  readonly askedBy: ReadonlyMap<RecordId, Asker>;
  readonly told: Told;
}

/** Settles records, wherever they come from: plans what the gate says, and writes it. Their youths are locked, and so are their shards. */
@Injectable()
export class SettlingService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly consents: ConsentsService,
    private readonly plans: PlanService,
    private readonly transfers: TransfersService,
    private readonly audit: AuditService,
    private readonly rechecks: Rechecks,
  ) {}

  /** To be called when the youths are locked, as it locks their releases. */
  async lockBasis(tx: Tx, records: readonly RecordFacts[]): Promise<Basis> {
    const [releases, askedBy, told] = await Promise.all([
      this.consents.lockReleases(
        tx,
        records.flatMap(({ youthId }) => youthId ?? []),
      ),
      this.askers(tx, records),
      this.toldBefore(tx, records),
    ]);
    return { releases, askedBy, told };
  }

  planAll(
    directory: Directory,
    { releases, askedBy, told: before }: Basis,
    records: readonly ReadRecord[],
  ): Planned[] {
    const told = before.anew();
    return records.map((record): Planned => {
      const { id, eventId, senderId, shard, namedRecipientId, holdForConsent, inReplyTo, youthId } = record;
      const { youth, data } = record;
      const subject: Subject | undefined = data && {
        id,
        eventId,
        type: typeOf(record.type),
        senderId,
        shard,
        namedRecipientId,
        askerId: (inReplyTo && askedBy.get(inReplyTo)?.senderId) ?? null,
        holdForConsent,
        youth,
        releases: (youthId && releases.get(youthId)) || [],
        data,
      };
      return { record, plan: this.planFor(directory, record, subject, told) };
    });
  }

  private planFor(directory: Directory, record: RecordFacts, subject: Subject | undefined, told: Told): Plan {
    const nothing = { drafts: [], notices: [] };
    // Only an erasure between intake and dispatch takes the body away.
    if (!subject) return { state: 'refused', reason: 'erased', ...nothing };
    const plan = this.plans.plan(directory, subject);
    const recipients = plan.drafts.map(({ recipientId }) => recipientId);
    if (told.byAnother(record, (sender) => isSourceOf(directory, sender, subject.data), recipients))
      return { state: 'dispatched', reason: 'same-event', ...nothing };
    if (plan.state === 'dispatched' && plan.reason === null) told.add(record, recipients);
    return plan;
  }

  /** The records' own states are written by whoever settles them. */
  async write(tx: Tx, directory: Directory, planned: readonly Planned[], { askedBy }: Basis): Promise<void> {
    const now = this.clock.now();
    const cancelled = await this.cancelled(tx, planned, now);
    const drafts: Draft[] = planned.flatMap(({ plan }) => plan.drafts);
    const notices: Notice[] = planned.flatMap(({ plan }) => plan.notices);
    const untold = new Set(cancelled.records);
    this.audit.append(
      tx,
      planned.flatMap((one) => actsOf(one, untold)),
    );
    await this.transfers.write(
      tx,
      { drafts, further: [], notices, closings: cancelled.closings, rejudged: [] },
      // What a record takes back is about its own youth.
      new Map(planned.flatMap(({ record: { youth } }) => (youth ? [[youth.id, youth]] : []))),
      directory,
    );
    this.transfers.eraseBodies(tx, [
      ...planned.filter(({ plan }) => plan.drafts.length === 0).map(({ record }) => record.id),
      ...cancelled.records,
    ]);
    this.rechecks.add(
      tx,
      planned.flatMap((one) => this.passedOn(directory, one, askedBy)),
    );
  }

  /** A record that cancels another takes back what of it is not yet settled with its recipients. The youth, and so the shard, is the same. */
  private async cancelled(
    tx: Tx,
    planned: readonly Planned[],
    now: Date,
  ): Promise<{ records: RecordId[]; closings: Closing[] }> {
    const wanted = [...new Set(planned.flatMap(({ record }) => record.cancels ?? []))].sort();
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
    { record, plan }: Planned,
    askedBy: ReadonlyMap<RecordId, Asker>,
  ): Recheck[] {
    const asked = record.inReplyTo && askedBy.get(record.inReplyTo);
    if (record.type !== 'referral-response' || !asked || plan.state !== 'dispatched') return [];
    const to =
      record.data?.['outcome'] === 'wrong-office' && typeof record.data['forwardedTo'] === 'string'
        ? directory.agencyByNumber(record.data['forwardedTo'])
        : undefined;
    // The shard of what was asked: its youth is the asker's own, and its news is handled under that youth's lock.
    return to ? [{ shard: asked.shard, cause: 'passed-on', subject: asked.id, other: to.id }] : [];
  }

  private async toldBefore(tx: Tx, records: readonly RecordFacts[]): Promise<Told> {
    const keyed = records.filter(({ sameEventKey }) => sameEventKey !== null);
    if (keyed.length === 0) return new Told([]);
    return new Told(
      await tx.query<Telling>(toldBefore, [
        keyed.map(({ controllerId }) => controllerId),
        keyed.map(({ sameEventKey }) => sameEventKey),
      ]),
    );
  }

  private async askers(tx: Tx, records: readonly RecordFacts[]): Promise<Map<RecordId, Asker>> {
    const ids = records.flatMap((record) => record.inReplyTo ?? []);
    if (ids.length === 0) return new Map();
    const rows = await tx.query<Asker>(askers, [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }
}

/** Who sent the record that another answers. */
interface Asker {
  readonly id: RecordId;
  readonly senderId: AgencyId;
  readonly shard: number;
}

/** @param untold records that were taken back: told of with the first that takes one back, and taken out then */
function actsOf({ record, plan }: Planned, untold: Set<RecordId>): Act[] {
  const { youth } = record;
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
  if (record.cancels && untold.delete(record.cancels))
    acts.push({ ...about, act: 'record-retracted', recordId: record.cancels, detail: { by: record.id } });
  return acts;
}
