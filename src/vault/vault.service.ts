import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Cursors } from '../common/cursor.js';
import { hmacSha256 } from '../common/hmac.js';
import type { ControllerId, RecordId, YouthId } from '../common/ids.js';
import { ConfigError } from '../config/load.js';
import { statement, withTx } from '../database/tx.js';
import { checkValues, derive, sameBytes, type Keyring } from './keyring.js';
import { OpenedKeys, type WrappedKey, type YouthKey } from './opened-keys.js';
import { open, seal } from './seal.js';

export const KEYRING = Symbol('Keyring');

/** A data key in the clear, and as the database keeps it. */
export interface DataKey {
  readonly key: Buffer;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

const keepCheck = statement(
  'vault.keep-check',
  `insert into stafett.key_check (name, value) values ($1, $2) on conflict (name) do nothing`,
);
const readCheck = statement('vault.read-check', `select name, value from stafett.key_check where name = $1`);

/**
 * The only place that knows a key. Everything here is computation on keys and bytes; youths.sql.ts keeps the rows.
 * Derived keys are remembered per controller (some hundred); youths' for a minute.
 */
@Injectable()
export class VaultService implements OnApplicationBootstrap {
  private readonly derived = new Map<string, Buffer>();
  private readonly opened = new OpenedKeys();

  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    @InjectDataSource() private readonly db: DataSource,
  ) {}

  /** Another key than the one the database was filled with ends the start: nothing would open, and nobody be found. */
  async onApplicationBootstrap(): Promise<void> {
    await withTx(this.db, async (tx) => {
      for (const [name, value] of checkValues(this.keyring)) {
        await tx.query(keepCheck, [name, value]);
        const [kept] = await tx.query<{ value: Buffer }>(readCheck, [name]);
        if (!kept || !sameBytes(kept.value, value)) {
          throw new ConfigError(
            `process.keys: the key "${name}" is not the one this database was filled with. Put the old key files back.`,
          );
        }
      }
    });
  }

  /** The keyed blind index of a birth number, per controller: 32 bytes. Personal data: who holds the root can enumerate. */
  blindIndex(controller: ControllerId, nationalId: string): Buffer {
    return this.mac('blind-index', controller, nationalId);
  }

  /** The keyed hash by which the same content is known again. */
  contentHash(controller: ControllerId, canonical: string): Buffer {
    return this.mac('content-hash', controller, canonical);
  }

  /** The keyed hash of a fact about a youth by which two sources' records are known as one event. */
  sameEventKey(controller: ControllerId, youth: YouthId, facts: string): Buffer {
    return this.mac('same-event', controller, `${youth}|${facts}`);
  }

  /** Cursors leave the hub and must come back unchanged; every process with the same keys knows them. */
  cursors(): Cursors {
    return new Cursors(this.keyFor('cursor', 'hub'));
  }

  newYouthKey(controller: ControllerId, youth: YouthId): DataKey {
    const made = this.newKey(['youth-key', controller, youth]);
    this.remember({ id: youth, controllerId: controller, ...made }, made.key);
    return made;
  }

  /** @throws SealBroken when the wrapped key was changed or belongs to another youth */
  openYouthKey(stored: WrappedKey): YouthKey {
    const { id, controllerId, kekId, wrapped } = stored;
    return (
      this.opened.get(stored) ??
      this.remember(stored, this.openKey(['youth-key', controllerId, id], kekId, wrapped))
    );
  }

  /** A group record names no youth; its body has a key of its own. */
  newRecordKey(controller: ControllerId, record: RecordId): DataKey {
    return this.newKey(['record-key', controller, record]);
  }

  openRecordKey(controller: ControllerId, record: RecordId, kekId: string, wrapped: Buffer): Buffer {
    return this.openKey(['record-key', controller, record], kekId, wrapped);
  }

  /** Staff ids of a controller in a calendar month (`YYYY-MM`). */
  newStaffKey(controller: ControllerId, month: string): DataKey {
    return this.newKey(['staff-key', controller, month]);
  }

  openStaffKey(controller: ControllerId, month: string, kekId: string, wrapped: Buffer): Buffer {
    return this.openKey(['staff-key', controller, month], kekId, wrapped);
  }

  /** Salts commitments of acts that concern no youth. */
  auditKeyOfController(controller: ControllerId | 'hub'): Buffer {
    return this.keyFor('audit', controller);
  }

  /** Names of the root keys that this process has, as the key files have them. */
  keyNames(): string[] {
    return [...checkValues(this.keyring).keys()];
  }

  /** The seed of the key that signs the log's checkpoints. */
  logSeed(): Buffer {
    return this.keyring.logSeed;
  }

  private remember(stored: WrappedKey, key: Buffer): YouthKey {
    return this.opened.put(stored, { key, auditKey: derive(key, 'stafett audit v1') });
  }

  private newKey(context: readonly string[]): DataKey {
    const key = randomBytes(32);
    const kekId = this.keyring.activeKek;
    return { key, kekId, wrapped: seal(this.kek(kekId), key, [...context, kekId]) };
  }

  private openKey(context: readonly string[], kekId: string, wrapped: Buffer): Buffer {
    return open(this.kek(kekId), wrapped, [...context, kekId]);
  }

  private kek(id: string): Buffer {
    const kek = this.keyring.keks.get(id);
    if (!kek) throw new Error(`no encryption key with id ${id}`);
    return kek;
  }

  private mac(use: string, scope: string, text: string): Buffer {
    return hmacSha256(this.keyFor(use, scope), text);
  }

  private keyFor(use: string, scope: string): Buffer {
    const info = `stafett ${use} v1|${scope}`;
    let key = this.derived.get(info);
    if (!key) {
      key = derive(this.keyring.indexRoot, info);
      this.derived.set(info, key);
    }
    return key;
  }
}
