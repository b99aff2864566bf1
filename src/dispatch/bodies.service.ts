import { Injectable } from '@nestjs/common';
import type { ControllerId, RecordId, YouthId } from '../common/ids.js';
import type { JsonObject } from '../common/json.js';
import { bodyAad } from '../records/record.js';
import { open } from '../vault/seal.js';
import { VaultService } from '../vault/vault.service.js';
import type { Keyed } from '../vault/youths.service.js';

/** A sealed body with what it was sealed under. `sealed` is null once the body is erased. */
export interface SealedBody {
  readonly id: RecordId;
  readonly type: string;
  readonly controllerId: ControllerId;
  readonly youthId: YouthId | null;
  readonly sealed: Buffer | null;
  readonly kekId: string | null;
  readonly wrappedKey: Buffer | null;
}

/** Opens bodies for the two who must see them: dispatch, to route, and the inbox, to hand over. */
@Injectable()
export class BodiesService {
  constructor(private readonly vault: VaultService) {}

  /**
   * The data as they were sent, or undefined where the body or the youth was erased.
   * @throws SealBroken when the row was tampered with
   */
  open(row: SealedBody, youths: ReadonlyMap<YouthId, Keyed>): JsonObject | undefined {
    if (!row.sealed) return undefined;
    const key = row.youthId ? youths.get(row.youthId)?.key : this.recordKey(row);
    if (!key) return undefined;
    const context = { recordId: row.id, type: row.type, controllerId: row.controllerId };
    return JSON.parse(open(key, row.sealed, bodyAad(context)).toString('utf8')) as JsonObject;
  }

  private recordKey({ controllerId, id, kekId, wrappedKey }: SealedBody): Buffer | undefined {
    return kekId && wrappedKey ? this.vault.openRecordKey(controllerId, id, kekId, wrappedKey) : undefined;
  }
}
