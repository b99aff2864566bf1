import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Cursors } from '../common/cursor.js';
import { idAt, NIL } from '../common/ids.js';
import { FairShare } from '../database/fair-share.js';
import { withTx, type Tx } from '../database/tx.js';
import { Log } from '../telemetry/log.js';
import { VaultService } from '../vault/vault.service.js';
import { YouthsService } from '../vault/youths.service.js';
import { askAboutYouth, checkYouthQuestion } from './about-youth.js';
import type { ActDetail } from './acts.js';
import { AuditService } from './audit.service.js';
import { entriesPage, type Row } from './questions/entries.js';
import { EntryList } from './questions/places.js';
import { questionOf, type Question } from './questions/question.js';
import { entriesOfYouth } from './questions/questions.sql.js';
import {
  DEFAULT_LIMIT,
  type EntriesDto,
  type EntriesQuery,
  type EntryDto,
  type ExportFormat,
  type QuestionQuery,
  type SearchDto,
} from './reading.dto.js';
import { OpeningsService } from './opening/openings.service.js';

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
    private readonly share: FairShare,
    private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  async entries(caller: Caller, query: EntriesQuery): Promise<EntriesDto> {
    const { after, limit = DEFAULT_LIMIT } = query;
    const question = questionOf(query);
    // The same question in other words is the same list.
    const name = ['audit-entries', caller.controllerId, JSON.stringify(question)];
    const list = new EntryList(this.cursors, this.clock, name, after);
    return withTx(this.db, async (tx) => {
      const page = await entriesPage(tx, caller.controllerId, question, list.after, limit);
      this.tell(tx, caller, { asked: askedOf(query), entries: page.rows.length });
      return {
        items: await this.shown(tx, page.rows),
        cursor: list.cursor(page.place, page.more),
        more: page.more,
      };
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
    await withTx(this.db, (tx) => this.tell(tx, caller, { asked: askedOf(query), export: format }));
    return this.pages(caller, question);
  }

  private async *pages({ agencyId, controllerId }: Caller, question: Question): AsyncGenerator<EntryDto[]> {
    for (let place = NIL, more = true; more;) {
      const { page, items } = await this.share.goOn(agencyId, () =>
        withTx(this.db, async (tx) => {
          const found = await entriesPage(tx, controllerId, question, place, EXPORT_PAGE);
          return { page: found, items: await this.shown(tx, found.rows) };
        }),
      );
      if (items.length > 0) yield items;
      place = page.place ?? place;
      ({ more } = page);
    }
  }

  /** All about one youth of the caller's controller. */
  async search(caller: Caller, input: SearchDto): Promise<EntriesDto> {
    checkYouthQuestion(input);
    const { clock, youths, audit, cursors } = this;
    const asked = { clock, youths, audit, cursors };
    return withTx(this.db, async (tx) => {
      const { rows, cursor, more } = await askAboutYouth<Row>(asked, tx, caller, input, {
        name: 'audit-search',
        limit: input.limit ?? DEFAULT_LIMIT,
        read: (youth, after, limit) =>
          tx.query<Row>(entriesOfYouth, [caller.controllerId, after, limit, youth]),
        idOf: ({ entryId }) => entryId,
      });
      return { items: await this.shown(tx, rows), cursor, more };
    });
  }

  private tell(tx: Tx, { controllerId, agencyId }: Caller, detail: ActDetail): void {
    this.audit.append(tx, [{ act: 'audit-read', controllerId, agencyId, detail }]);
  }

  /** Compared with the log before they are shown. */
  async shown(tx: Tx, rows: readonly Row[]): Promise<EntryDto[]> {
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
