import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Caller } from '../../common/access.js';
import { judgeBirthNumber, looksLikeBirthNumber } from '../../common/birth-number.js';
import type { Cursors } from '../../common/cursor.js';
import { NIL, type EntryId, type TransferId } from '../../common/ids.js';
import { Problem } from '../../common/problems.js';
import { withTx, type Tx } from '../../database/tx.js';
import { VaultService } from '../../vault/vault.service.js';
import { YouthsService } from '../../vault/youths.service.js';
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
    if (judgeBirthNumber(input.nationalId) === 'invalid')
      throw new Problem('invalid-request', [{ pointer: '/body/nationalId', code: 'birth-number' }]);
    if (looksLikeBirthNumber(input.reason))
      throw new Problem('invalid-request', [{ pointer: '/body/reason', code: 'birth-number' }]);
    const { limit = MOST_RECEIPTS, after } = input;
    return withTx(this.db, async (tx) => {
      const youth = await this.youths.find(tx, caller.controllerId, input.nationalId);
      const list = ['disclosure-proofs', caller.controllerId, youth?.id ?? 'nobody'];
      const place = after === undefined ? NIL : this.cursors.decode(list, after);
      const rows = youth
        ? await tx.query<{ id: EntryId }>(disclosuresOfYouth, [
            youth.id,
            caller.controllerId,
            place,
            limit + 1,
          ])
        : [];
      const ids = rows.slice(0, limit).map(({ id }) => id);
      const answer = await this.receipts(tx, ids);
      this.audit.append(tx, [
        {
          act: 'audit-searched',
          controllerId: caller.controllerId,
          agencyId: caller.agencyId,
          youthId: youth?.id,
          youthKey: youth?.key,
          detail: { reason: input.reason, entries: ids.length, proofs: true },
        },
      ]);
      const last = ids.at(-1);
      const cursor = last ? this.cursors.encode(list, last) : (after ?? null);
      return { ...answer, cursor, more: rows.length > limit };
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
