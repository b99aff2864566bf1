import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../common/access.js';
import { looksLikeBirthNumber } from '../common/birth-number.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Cursors } from '../common/cursor.js';
import { Problem } from '../common/problems.js';
import { withTx } from '../database/tx.js';
import { VaultService } from '../vault/vault.service.js';
import { AuditService } from './audit.service.js';
import type { Row } from './questions/entries.js';
import { EntryList } from './questions/places.js';
import { entriesOfPerson } from './questions/questions.sql.js';
import { DEFAULT_LIMIT, type StaffEntriesDto, type StaffSearchDto } from './reading.dto.js';
import { ReadingService } from './reading.service.js';
import { lastDestroyed } from './staff.sql.js';

/** Shorter than this, who the person is would stand by chance in any reason. */
const LEAST_TELLING = 4;

/** What one person did. Entries have an id of the person for each month, which only the keys of the own controller lead to. */
@Injectable()
export class StaffSearchService {
  private readonly cursors: Cursors;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly audit: AuditService,
    private readonly reading: ReadingService,
    @Inject(CLOCK) private readonly clock: Clock,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  async search(caller: Caller, input: StaffSearchDto): Promise<StaffEntriesDto> {
    checkReason(input);
    const { controllerId, agencyId } = caller;
    const { person, reason, after, limit = DEFAULT_LIMIT } = input;
    const name = ['audit-staff-search', controllerId, person];
    const list = new EntryList(this.cursors, this.clock, name, after);
    return withTx(this.db, async (tx) => {
      const ids = await this.audit.staffIds(tx, controllerId, person);
      const found = await tx.query<Row>(entriesOfPerson, [controllerId, list.after, limit + 1, ids]);
      const rows = found.slice(0, limit);
      const [destroyed] = await tx.query<{ month: string | null }>(lastDestroyed, [controllerId]);
      // Under this month's id alone: all of them together would link the months for ever.
      const staff = await this.audit.staffId(tx, controllerId, person);
      this.audit.append(tx, [
        { act: 'audit-searched', controllerId, agencyId, detail: { reason, entries: rows.length, staff } },
      ]);
      const more = found.length > limit;
      return {
        items: await this.reading.shown(tx, rows),
        cursor: list.cursor(rows.at(-1)?.entryId ?? null, more),
        more,
        destroyedThrough: destroyed?.month ?? null,
      };
    });
  }
}

/** @throws Problem invalid-request where the reason, which stands in the log, says who the person is */
function checkReason({ person, reason }: StaffSearchDto): void {
  const names = person.length >= LEAST_TELLING && reason.toLowerCase().includes(person.toLowerCase());
  if (names || looksLikeBirthNumber(reason))
    throw new Problem('invalid-request', [
      { pointer: '/body/reason', code: names ? 'names-person' : 'birth-number' },
    ]);
}
