import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { eventTypeOf } from '../catalogue/record-type.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { newId, type RecordId, type YouthId } from '../common/ids.js';
import { canonicalJson } from '../common/json.js';
import { Problem } from '../common/problems.js';
import { withTx, type Tx } from '../database/tx.js';
import { Doorbell } from '../queue/doorbell.js';
import { Rechecks } from '../queue/recheck.js';
import { shardOf } from '../queue/shards.js';
import { Metrics } from '../telemetry/metrics.js';
import { seal } from '../vault/seal.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService, type Protection, type Youth } from '../vault/youths.service.js';
import { findRecords, insertBodies, insertRecords, nextGroup } from './intake.sql.js';
import { wrongReferences } from './references.js';
import { bodyAad, type Prepared, type RecordState } from './record.js';

/** What became of one event. */
export type Outcome =
  | { readonly recordId: RecordId; readonly state: RecordState; readonly duplicate: boolean }
  | { readonly problem: Problem };

interface Row {
  readonly prepared: Prepared;
  readonly index: number;
  readonly id: RecordId;
  readonly youth: Youth | undefined;
}

/**
 * Takes records in. The steps and their order are those of docs/data-path.md: youths, then records by (sender, event id), then
 * bodies and audit entries, in one transaction; the answer goes out after the commit, and the doorbell is rung.
 */
@Injectable()
export class IntakeService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: VaultService,
    private readonly youths: YouthsService,
    private readonly audit: AuditService,
    private readonly doorbell: Doorbell,
    private readonly rechecks: Rechecks,
    private readonly metrics: Metrics,
  ) {}

  /** @returns one outcome per event, in their order */
  async accept(caller: Caller, events: readonly Prepared[]): Promise<Outcome[]> {
    if (events.length === 0) return [];
    const outcomes = await withTx(this.db, (tx) => this.write(tx, caller, events));
    for (const outcome of outcomes) {
      this.metrics.records.inc({
        outcome: 'problem' in outcome ? 'refused' : outcome.duplicate ? 'duplicate' : 'accepted',
      });
    }
    return outcomes;
  }

  private async write(tx: Tx, caller: Caller, events: readonly Prepared[]): Promise<Outcome[]> {
    const outcomes = new Map<number, Outcome>();
    const rows = await this.rowsFor(tx, caller, events);
    for (const [index, problem] of await wrongReferences(tx, caller, rows)) outcomes.set(index, { problem });

    const first = firstOfEachId(rows.filter((row) => !outcomes.has(row.index)));
    const inserted = await this.insert(tx, caller, [...first.values()]);
    const earlier = await this.earlier(
      tx,
      caller,
      [...first.values()].filter((row) => !inserted.has(row.id)),
    );
    await this.finish(
      tx,
      caller,
      [...first.values()].filter((row) => inserted.has(row.id)),
    );

    return rows.map((row) => outcomes.get(row.index) ?? judge(row, first, inserted, earlier));
  }

  /** Steps (1) and (2): every youth of the group is there and locked, with its key. */
  private async rowsFor(tx: Tx, caller: Caller, events: readonly Prepared[]): Promise<Row[]> {
    const about = events.flatMap((event) => (event.youth ? [event.youth] : []));
    const youths = await this.youths.ensure(
      tx,
      about.map(({ identity }) => ({ controllerId: caller.controllerId, identity })),
    );
    const grades = new Map<YouthId, Protection>();
    about.forEach(({ protection }, i) => {
      const youth = youths[i];
      if (youth && protection !== 'none' && grades.get(youth.id) !== 'strictly-confidential')
        grades.set(youth.id, protection);
    });
    const risen = await this.youths.raiseProtection(tx, grades);
    await this.rechecks.add(
      tx,
      risen.map(({ id, shard }) => ({ shard, cause: 'protection-raised', subject: id })),
    );
    let next = 0;
    return events.map((prepared, index) => ({
      prepared,
      index,
      id: newId<RecordId>(this.clock),
      youth: prepared.youth ? youths[next++] : undefined,
    }));
  }

  private async insert(tx: Tx, caller: Caller, rows: readonly Row[]): Promise<Set<RecordId>> {
    if (rows.length === 0) return new Set();
    const [group] = await tx.query<{ groupNo: string }>(nextGroup);
    const made = await tx.query<{ id: RecordId }>(insertRecords, [
      rows.map((row) => row.id),
      caller.agencyId,
      caller.controllerId,
      group?.groupNo,
      this.clock.now(),
      rows.map((row) => row.prepared.eventId),
      rows.map((row) => row.prepared.type.key),
      rows.map((row) => row.youth?.id ?? null),
      rows.map((row) => row.youth?.shard ?? shardOf(caller.agencyId)),
      rows.map((row) => row.index),
      rows.map((row) => row.prepared.recipientId),
      rows.map((row) => row.prepared.inReplyTo),
      rows.map((row) => row.prepared.cancels),
      rows.map((row) => row.prepared.holdForConsent),
      rows.map((row) => row.prepared.contentHash),
      rows.map((row) => this.sameEventKey(caller, row)),
      rows.map((row) => row.prepared.time),
    ]);
    return new Set(made.map(({ id }) => id));
  }

  private async earlier(tx: Tx, caller: Caller, rows: readonly Row[]): Promise<Map<string, Earlier>> {
    if (rows.length === 0) return new Map();
    const found = await tx.query<Earlier>(findRecords, [
      caller.agencyId,
      rows.map((row) => row.prepared.eventId),
    ]);
    return new Map(found.map((record) => [record.eventId, record]));
  }

  /** Step (6), and after the commit the bell. */
  private async finish(tx: Tx, caller: Caller, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const bodies = rows.map((row) => {
      const context = { recordId: row.id, type: row.prepared.type.key, controllerId: caller.controllerId };
      const own = row.youth ? undefined : this.vault.newRecordKey(caller.controllerId, row.id);
      const key = row.youth?.key ?? own?.key;
      if (!key) throw new Error('a record without a key');
      return { sealed: seal(key, Buffer.from(JSON.stringify(row.prepared.data)), bodyAad(context)), own };
    });
    await tx.query(insertBodies, [
      rows.map((row) => row.id),
      bodies.map((b) => b.sealed),
      bodies.map((b) => b.own?.kekId ?? null),
      bodies.map((b) => b.own?.wrapped ?? null),
    ]);
    await this.audit.append(
      tx,
      rows.map((row) => ({
        act: 'record-received',
        controllerId: caller.controllerId,
        agencyId: caller.agencyId,
        recordType: row.prepared.type.key,
        recordId: row.id,
        youthId: row.youth?.id,
        youthKey: row.youth?.key,
      })),
    );
    tx.afterCommit(() => this.doorbell.ring(rows.map((row) => row.youth?.shard ?? shardOf(caller.agencyId))));
  }

  private sameEventKey(caller: Caller, { prepared, youth }: Row): Buffer | null {
    const { sameEventBy } = prepared.type;
    if (!sameEventBy || !youth) return null;
    const facts = canonicalJson([
      eventTypeOf(prepared.type),
      ...sameEventBy.map((field) => prepared.data[field] ?? null),
    ]);
    return this.vault.sameEventKey(caller.controllerId, youth.id, facts);
  }
}

interface Earlier {
  readonly id: RecordId;
  readonly eventId: string;
  readonly contentHash: Buffer;
  readonly state: RecordState;
}

function firstOfEachId(rows: readonly Row[]): Map<string, Row> {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(row.prepared.eventId)) first.set(row.prepared.eventId, row);
  return first;
}

/** Same content as the record that holds the event id: its receipt. Other content: a conflict. */
function judge(
  row: Row,
  first: ReadonlyMap<string, Row>,
  inserted: ReadonlySet<RecordId>,
  earlier: ReadonlyMap<string, Earlier>,
): Outcome {
  const { eventId, contentHash } = row.prepared;
  const leader = first.get(eventId);
  if (leader && inserted.has(leader.id)) {
    if (leader === row) return { recordId: row.id, state: 'received', duplicate: false };
    return leader.prepared.contentHash.equals(contentHash)
      ? { recordId: leader.id, state: 'received', duplicate: true }
      : { problem: new Problem('event-id-reused', [{ pointer: '/id', code: 'reused' }]) };
  }
  const known = earlier.get(eventId);
  if (!known) throw new Error('an event id was in conflict, but no record holds it');
  return known.contentHash.equals(contentHash)
    ? { recordId: known.id, state: known.state, duplicate: true }
    : { problem: new Problem('event-id-reused', [{ pointer: '/id', code: 'reused' }]) };
}
