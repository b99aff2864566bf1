import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { judgeBirthNumber, looksLikeBirthNumber } from '../common/birth-number.js';
import type { Cursors } from '../common/cursor.js';
import { idAt, NIL } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import { withTx, type Tx } from '../database/tx.js';
import { Log } from '../telemetry/log.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService } from '../vault/youths.service.js';
import { AuditService } from './audit.service.js';
import { entriesPage, type Page, type Row } from './questions/entries.js';
import { questionOf, type Question } from './questions/question.js';
import { entriesOfYouth } from './questions/questions.sql.js';
import type {
  EntriesDto,
  EntriesQuery,
  EntryDto,
  ExportFormat,
  QuestionQuery,
  SearchDto,
} from './reading.dto.js';
import { OpeningsService } from './opening/openings.service.js';

const DEFAULT_LIMIT = 100;
/** Rows of an export that are in memory at a time. */
const EXPORT_PAGE = 500;

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
    @Inject(CLOCK) private readonly clock: Clock,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  async entries(caller: Caller, query: EntriesQuery): Promise<EntriesDto> {
    const { after, limit = DEFAULT_LIMIT } = query;
    const question = questionOf(query);
    const list = ['audit-entries', caller.controllerId, JSON.stringify(keyOf(question))];
    const place = after === undefined ? NIL : this.cursors.decode(list, after);
    return withTx(this.db, async (tx) => {
      const page = await entriesPage(tx, caller.controllerId, question, place, limit);
      this.audit.append(tx, [
        {
          act: 'audit-read',
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          detail: { asked: askedOf(query), entries: page.rows.length },
        },
      ]);
      return this.answer(tx, page, list, after);
    });
  }

  /**
   * All that answers a question at this moment, page after page: in memory is one page, and the next is asked for when it has been
   * taken. The entry that tells of it stands before the first page is read.
   */
  async export(
    caller: Caller,
    query: QuestionQuery,
    format: ExportFormat,
  ): Promise<AsyncGenerator<EntryDto[]>> {
    // An export that follows what is written meanwhile might never end.
    const now = idAt(this.clock.now().getTime() + 1);
    const asked = questionOf(query);
    const question = { ...asked, beforeId: asked.beforeId < now ? asked.beforeId : now };
    await withTx(this.db, (tx) =>
      this.audit.append(tx, [
        {
          act: 'audit-read',
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          detail: { asked: askedOf(query), export: format },
        },
      ]),
    );
    return this.pages(caller.controllerId, question);
  }

  private async *pages(controllerId: string, question: Question): AsyncGenerator<EntryDto[]> {
    for (let place = NIL, more = true; more;) {
      const { page, items } = await withTx(this.db, async (tx) => {
        const found = await entriesPage(tx, controllerId, question, place, EXPORT_PAGE);
        return { page: found, items: await this.shown(tx, found.rows) };
      });
      if (items.length > 0) yield items;
      place = page.place ?? place;
      ({ more } = page);
    }
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
      const shown = rows.slice(0, limit);
      const page = { rows: shown, place: shown.at(-1)?.entryId ?? null, more: rows.length > limit };
      return this.answer(tx, page, list, after);
    });
  }

  private async answer(
    tx: Tx,
    page: Page,
    list: readonly string[],
    after: string | undefined,
  ): Promise<EntriesDto> {
    return {
      items: await this.shown(tx, page.rows),
      cursor: page.place === null ? (after ?? null) : this.cursors.encode(list, page.place),
      more: page.more,
    };
  }

  /** Compared with the log before they are shown. */
  private async shown(tx: Tx, rows: readonly Row[]): Promise<EntryDto[]> {
    const opened = await this.openings.byId(
      tx,
      rows.map(({ entryId }) => entryId),
    );
    const items = rows.map((row) => {
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
    return items;
  }
}

const filters = ['record', 'transfer', 'agency', 'person', 'act', 'kind', 'from', 'to'] as const;
/** Which filters were given, without what they say. */
const askedOf = (query: QuestionQuery): string[] => filters.filter((name) => query[name] !== undefined);
/** What a cursor is bound to: the same question in other words is the same list. */
const keyOf = ({ record, transfer, agency, person, acts, byPeople, from, to }: Question): unknown[] => [
  record,
  transfer,
  agency,
  person,
  acts,
  byPeople,
  from,
  to,
];
