import { Injectable } from '@nestjs/common';
import type { EntryId, YouthId } from '../../common/ids.js';
import type { Tx } from '../../database/tx.js';
import { VaultService } from '../../vault/vault.service.js';
import { YouthsService } from '../../vault/youths.service.js';
import { openDetail, type DetailRow, type Opened } from './opening.js';
import { detailsById } from './opening.sql.js';

/** Opens commitments: only the vault's keys can, and only while they are there. */
@Injectable()
export class OpeningsService {
  constructor(
    private readonly vault: VaultService,
    private readonly youths: YouthsService,
  ) {}

  /** Of the entries that are there. */
  async byId(tx: Tx, ids: readonly EntryId[]): Promise<Map<EntryId, Opened>> {
    if (ids.length === 0) return new Map();
    return this.open(tx, await tx.query<DetailRow>(detailsById, [ids]));
  }

  async open(tx: Tx, rows: readonly DetailRow[]): Promise<Map<EntryId, Opened>> {
    const keys = await this.youths.auditKeys(
      tx,
      rows.flatMap(({ youthId }): YouthId[] => (youthId ? [youthId] : [])),
    );
    const opened = new Map<EntryId, Opened>();
    for (const row of rows) {
      const key = row.youthId
        ? keys.get(row.youthId)
        : this.vault.auditKeyOfController(row.controllerId ?? 'hub');
      opened.set(row.id, openDetail(row, key));
    }
    return opened;
  }
}
