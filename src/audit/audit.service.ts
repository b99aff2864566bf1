import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { newIdOf, newLeafId, type ControllerId, type EntryId, type StaffId } from '../common/ids.js';
import type { Tx } from '../database/tx.js';
import { VaultService } from '../vault/vault.service.js';
import { appendEntries } from './audit.sql.js';
import { commitment, leafBytes, monthBefore, saltFor, staffIdOf, type Act, type Told } from './entry.js';
import { insertStaffKey, staffKeyOf, staffKeysOf } from './staff.sql.js';

interface StaffKeyRow {
  readonly month: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

/** Writes the trace of an act in the act's own transaction: if it cannot be written, the act does not happen. */
@Injectable()
export class AuditService {
  /** Milliseconds of the last ids in a transaction. */
  private readonly lastMs = new WeakMap<Tx, number>();

  constructor(
    private readonly vault: VaultService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One statement, however many acts. It travels with what is sent next. */
  append(tx: Tx, acts: readonly Act[]): void {
    if (acts.length === 0) return;
    const now = this.clock.now();
    const at = now.toISOString();
    // Acts of one moment stand in their order, in lists by id too; so do those of a transaction that come in the same millisecond.
    const ms = Math.max(now.getTime(), (this.lastMs.get(tx) ?? 0) + 1);
    this.lastMs.set(tx, ms);
    const ids = acts.map(() => newIdOf<EntryId>(ms)).sort();
    const rows = acts.map((act, i) => {
      const id = ids[i]!;
      const told = tell(act, at);
      const key = act.auditKey ?? this.vault.auditKeyOfController(act.controllerId ?? 'hub');
      return { act, told, entry: leafBytes(newLeafId(), told, commitment(saltFor(key, id), told)) };
    });
    tx.send(appendEntries, [
      ids,
      rows.map((row) => row.entry),
      rows.map((row) => row.told.act),
      rows.map((row) => row.told.controller),
      rows.map((row) => row.told.otherController),
      rows.map((row) => row.told.agency),
      rows.map((row) => row.told.otherAgency),
      rows.map((row) => row.told.recordType),
      rows.map((row) => row.told.record),
      rows.map((row) => row.told.transfer),
      rows.map((row) => row.told.consent),
      rows.map((row) => row.told.person),
      rows.map((row) => row.act.youthId ?? null),
      rows.map((row) => row.act.otherYouthId ?? null),
      at,
      rows.map((row) => JSON.stringify(row.told.detail)),
    ]);
  }

  /**
   * What the log calls a person who acts now. Ids of one person in two controllers or two months cannot be linked without
   * the keys, and without the month's key nobody can.
   * @param person what the controller knows the person by
   */
  async staffId(tx: Tx, controller: ControllerId, person: string): Promise<StaffId> {
    const month = monthBefore(this.clock.now(), 0);
    const find = (): Promise<StaffKeyRow[]> => tx.query<StaffKeyRow>(staffKeyOf, [controller, month]);
    let [row] = await find();
    if (!row) {
      const { kekId, wrapped } = this.vault.newStaffKey(controller, month);
      tx.send(insertStaffKey, [controller, month, kekId, wrapped]);
      [row] = await find();
    }
    if (!row) throw new Error('the key of this month was destroyed while it was made');
    return this.staffIdBy(controller, row, person);
  }

  /** All that the log may call a person in a controller, by the keys that are left: what to search for. */
  async staffIds(tx: Tx, controller: ControllerId, person: string): Promise<StaffId[]> {
    const rows = await tx.query<StaffKeyRow>(staffKeysOf, [controller]);
    return rows.map((row) => this.staffIdBy(controller, row, person));
  }

  private staffIdBy(
    controller: ControllerId,
    { month, kekId, wrapped }: StaffKeyRow,
    person: string,
  ): StaffId {
    return staffIdOf(this.vault.openStaffKey(controller, month, kekId, wrapped), person);
  }
}

function tell(act: Act, at: string): Told {
  return {
    act: act.act,
    at,
    controller: act.controllerId ?? null,
    otherController: act.otherControllerId ?? null,
    agency: act.agencyId ?? null,
    otherAgency: act.otherAgencyId ?? null,
    recordType: act.recordType ?? null,
    record: act.recordId ?? null,
    transfer: act.transferId ?? null,
    consent: act.consentId ?? null,
    person: act.person ?? null,
    detail: act.detail ?? {},
  };
}
