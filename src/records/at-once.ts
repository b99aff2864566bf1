import type { JsonObject } from '../common/json.js';
import type { Tx } from '../database/tx.js';
import type { Youth } from '../vault/youths.service.js';
import type { RecordFacts } from './record.js';

/** A record that is about to be made, and what it says. */
export interface FreshRecord extends RecordFacts {
  readonly youth: Youth | undefined;
  readonly data: JsonObject;
}

/** What a record comes to. */
export interface Fate {
  readonly state: 'dispatched' | 'refused';
  readonly reason: string | null;
}

/** What dispatch makes of records, before they are written. */
export interface Settlement {
  /** One per record, in their order. */
  readonly fates: readonly Fate[];
  /** To be called in the same transaction, after the records were written. */
  write(): Promise<void>;
}

/** Dispatch, in the transaction that takes records in. */
export interface DispatchAtOnce {
  /** Takes the locks of all shards, without waiting, before any other lock. @returns undefined where it did not get them, or something waits there */
  lockIfFree(tx: Tx): Promise<LockedShards | undefined>;
}

/** All shards are locked, and nothing stands before new records in most of them. */
export interface LockedShards {
  /** To be called when the records' youths are locked. @returns undefined where one of them must wait all the same */
  plan(records: readonly FreshRecord[]): Promise<Settlement | undefined>;
}
