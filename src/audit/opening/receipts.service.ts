import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../../common/access.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import type { Cursors } from '../../common/cursor.js';
import type { EntryId, TransferId } from '../../common/ids.js';
import { Problem } from '../../common/problems.js';
import { withTx, type Tx } from '../../database/tx.js';
import { VaultService } from '../../vault/vault.service.js';
import { YouthsService } from '../../vault/youths.service.js';
import { askAboutYouth, checkYouthQuestion } from '../about-youth.js';
import { AuditService } from '../audit.service.js';
import type { Told } from '../entry.js';
import { LOG_KEY } from '../seal/log-key.js';
import { LogService } from '../serve/log.service.js';
import { formatVerifierKey, type SignerKey } from '../verify/note.js';
import { agencyNames, disclosuresOfYouth, isSideOfTransfer, receiptsOfTransfer } from './opening.sql.js';
import { OpeningsService } from './openings.service.js';
import {
  MOST_RECEIPTS,
  type DisclosureProofsDto,
  type DisclosuresDto,
  type NamedAgencyDto,
  type ReceiptsDto,
} from './receipts.dto.js';

/** Proofs for those an act is about: the two sides of a transfer, and the youth. Each is whole in itself and needs no hub to be checked. */
@Injectable()
export class ReceiptsService {
  private readonly cursors: Cursors;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(LOG_KEY) private readonly key: SignerKey,
    private readonly audit: AuditService,
    private readonly youths: YouthsService,
    private readonly openings: OpeningsService,
    private readonly log: LogService,
    @Inject(CLOCK) private readonly clock: Clock,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  /** To the transfer's sender and recipient; for all others there is no such transfer. @throws Problem not-found */
  async ofTransfer(caller: Caller, transfer: TransferId): Promise<ReceiptsDto> {
    return withTx(this.db, async (tx) => {
      const side = await tx.query(isSideOfTransfer, [transfer, caller.agencyId]);
      if (side.length === 0) throw new Problem('not-found');
      const values = [transfer, caller.agencyId, MOST_RECEIPTS];
      const rows = await tx.query<{ id: EntryId }>(receiptsOfTransfer, values);
      return this.receipts(
        tx,
        rows.map(({ id }) => id),
      );
    });
  }

  /** Every disclosure of a youth's data that the caller's controller is a side of. The question is an entry, as each search is. */
  async ofYouth(caller: Caller, input: DisclosuresDto): Promise<DisclosureProofsDto> {
    checkYouthQuestion(input);
    const { clock, youths, audit, cursors } = this;
    return withTx(this.db, async (tx) => {
      const { rows, cursor, more } = await askAboutYouth<{ id: EntryId }>(
        { clock, youths, audit, cursors },
        tx,
        caller,
        input,
        {
          name: 'disclosure-proofs',
          limit: input.limit ?? MOST_RECEIPTS,
          detail: { proofs: true },
          read: (youth, after, limit) =>
            tx.query<{ id: EntryId }>(disclosuresOfYouth, [youth, caller.controllerId, after, limit]),
          idOf: ({ id }) => id,
        },
      );
      const answer = await this.receipts(
        tx,
        rows.map(({ id }) => id),
      );
      return { ...answer, cursor, more };
    });
  }

  private async receipts(tx: Tx, ids: readonly EntryId[]): Promise<ReceiptsDto> {
    const opened = [...(await this.openings.byId(tx, ids))];
    const proofs = await this.log.prove(
      tx,
      opened.map(([, one]) => one),
    );
    const told = opened.map(([, one]) => JSON.parse(one.told) as Told);
    const named = new Set(
      told.flatMap(({ agency, otherAgency }) => [agency ?? [], otherAgency ?? []].flat()),
    );
    return {
      key: formatVerifierKey(this.key),
      receipts: opened.map(([entryId, one], i) => ({
        entryId,
        act: told[i]!.act,
        at: told[i]!.at,
        leaf: one.leaf.toString(),
        salt: one.salt?.toString('base64url') ?? null,
        told: one.told,
        proof: proofs[i] ?? null,
      })),
      agencies: await tx.query<NamedAgencyDto>(agencyNames, [[...named]]),
    };
  }
}
