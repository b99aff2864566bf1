import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { judgeBirthNumber, looksLikeBirthNumber } from '../common/birth-number.js';
import type { Cursors } from '../common/cursor.js';
import { NIL, type EntryId } from '../common/ids.js';
import { isDay } from '../common/days.js';
import { Problem } from '../common/problems.js';
import { withTx, type Tx } from '../database/tx.js';
import { Log } from '../telemetry/log.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService } from '../vault/youths.service.js';
import { AuditService } from './audit.service.js';
import type { EntriesDto, EntriesQuery, EntryDto, SearchDto } from './reading.dto.js';
import { OpeningsService } from './opening/openings.service.js';
import { entriesOfYouth, entriesPage } from './reading.sql.js';

const DEFAULT_LIMIT = 100;
const DAY_MS = 86_400_000;

type Row = Omit<EntryDto, 'at' | 'entryId' | 'verified' | 'leafIndex' | 'proof'> & {
  readonly entryId: EntryId;
  readonly at: Date;
};

/** What auditors ask of the log. Every question is itself an entry, written before it is answered. */
@Injectable()
export class ReadingService {
  private readonly cursors: Cursors;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly audit: AuditService,
    private readonly youths: YouthsService,
    private readonly openings: OpeningsService,
    private readonly log: Log,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  async entries(caller: Caller, query: EntriesQuery): Promise<EntriesDto> {
    const { record = null, transfer = null, act = null, after, limit = DEFAULT_LIMIT } = query;
    const agency = query.agency?.slice(-9) ?? null;
    const from = momentOf(query.from, '/query/from', 0);
    const to = momentOf(query.to, '/query/to', 1);
    const filter = {
      record,
      transfer,
      agency,
      act,
      from: from?.toISOString() ?? null,
      to: to?.toISOString() ?? null,
    };
    const list = ['audit-entries', caller.controllerId, ...Object.values(filter).map(String)];
    const place = after === undefined ? NIL : this.cursors.decode(list, after);
    return withTx(this.db, async (tx) => {
      const rows = await tx.query<Row>(entriesPage, [
        caller.controllerId,
        place,
        limit + 1,
        record,
        transfer,
        agency,
        act,
        from,
        to,
      ]);
      const asked = Object.entries(filter).flatMap(([key, value]) => (value === null ? [] : [key]));
      this.audit.append(tx, [
        {
          act: 'audit-read',
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          detail: { asked, entries: Math.min(rows.length, limit) },
        },
      ]);
      return this.answer(tx, rows, limit, list, after);
    });
  }

  /** All about one youth of the caller's controller. Whether another controller knows the youth is never told. */
  async search(caller: Caller, input: SearchDto): Promise<EntriesDto> {
    if (judgeBirthNumber(input.nationalId) === 'invalid')
      throw new Problem('invalid-request', [{ pointer: '/body/nationalId', code: 'birth-number' }]);
    if (looksLikeBirthNumber(input.reason))
      throw new Problem('invalid-request', [{ pointer: '/body/reason', code: 'birth-number' }]);
    const { limit = DEFAULT_LIMIT, after } = input;
    return withTx(this.db, async (tx) => {
      const youth = await this.youths.find(tx, caller.controllerId, input.nationalId);
      const list = ['audit-search', caller.controllerId, youth?.id ?? 'nobody'];
      const place = after === undefined ? NIL : this.cursors.decode(list, after);
      const rows = youth
        ? await tx.query<Row>(entriesOfYouth, [caller.controllerId, place, limit + 1, youth.id])
        : [];
      this.audit.append(tx, [
        {
          act: 'audit-searched',
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          youthId: youth?.id,
          youthKey: youth?.key,
          detail: { reason: input.reason, entries: Math.min(rows.length, limit) },
        },
      ]);
      return this.answer(tx, rows, limit, list, after);
    });
  }

  private async answer(
    tx: Tx,
    rows: readonly Row[],
    limit: number,
    list: readonly string[],
    after: string | undefined,
  ): Promise<EntriesDto> {
    const shown = rows.slice(0, limit);
    const opened = await this.openings.byId(
      tx,
      shown.map(({ entryId }) => entryId),
    );
    const items = shown.map((row) => {
      const { verdict, leafIndex } = opened.get(row.entryId) ?? { verdict: 'changed' };
      return {
        ...row,
        at: row.at.toISOString(),
        verified: verdict === 'key-gone' ? null : verdict === 'same',
        leafIndex: leafIndex ?? null,
        proof: `/v1/log/proofs/${row.entryId}`,
      };
    });
    const changed = items.filter(({ verified }) => verified === false).length;
    if (changed > 0) this.log.error('audit-detail-changed', { count: changed });
    const last = items.at(-1);
    return {
      items,
      cursor: last ? this.cursors.encode(list, last.entryId) : (after ?? null),
      more: rows.length > limit,
    };
  }
}

/** A day stands for its first moment, or as the end of a period for the first moment after it (UTC). */
function momentOf(text: string | undefined, pointer: string, days: number): Date | null {
  if (text === undefined) return null;
  if (!isDay(text.slice(0, 10))) throw new Problem('invalid-request', [{ pointer, code: 'day' }]);
  return text.length === 10
    ? new Date(new Date(`${text}T00:00:00Z`).getTime() + days * DAY_MS)
    : new Date(text);
}
