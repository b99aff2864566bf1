import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { lockClass } from '../database/locks.js';
import { statement, withTx, type Tx } from '../database/tx.js';
import { VaultService } from '../vault/vault.service.js';
import type { ActDetail } from './acts.js';
import { AuditService } from './audit.service.js';
import type { Act } from './entry.js';
import { changedSettings, settingsInForce } from './starts.js';

const lockStarts = statement('starts.lock', `select pg_advisory_xact_lock($1::int, 1)`);
const lastSettings = statement(
  'starts.last-settings',
  `select detail from stafett.entry_detail where act = 'settings-changed' order by id desc limit 1`,
);
const knownKeys = statement(
  'starts.known-keys',
  `select detail->>'key' as key from stafett.entry_detail where act = 'key-added'`,
);

/** At each start: tells the log with which settings the hub works from now on, where they differ, and which root keys have come. */
@Injectable()
export class StartsService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly db: DataSource,
    private readonly vault: VaultService,
    private readonly audit: AuditService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await withTx(this.db, async (tx) => {
      // Two processes that start at once would both find the same news.
      await tx.query(lockStarts, [lockClass.start]);
      this.audit.append(tx, [...(await this.settings(tx)), ...(await this.keys(tx))]);
    });
  }

  private async settings(tx: Tx): Promise<Act[]> {
    const [last] = await tx.query<{ detail: ActDetail }>(lastSettings);
    const settings = settingsInForce(this.config);
    const changed = changedSettings((last?.detail['settings'] ?? []) as readonly string[], settings);
    return changed.length === 0 ? [] : [{ act: 'settings-changed', detail: { changed, settings } }];
  }

  private async keys(tx: Tx): Promise<Act[]> {
    const known = new Set((await tx.query<{ key: string }>(knownKeys)).map(({ key }) => key));
    const added = this.vault.keyNames().filter((name) => !known.has(name));
    return added.map((key) => ({ act: 'key-added', detail: { key } }));
  }
}
