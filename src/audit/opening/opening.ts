import type { ControllerId, EntryId, YouthId } from '../../common/ids.js';
import type { ActDetail, ActName } from '../acts.js';
import { canonicalTold, saltFor, commitmentOf, type Told } from '../entry.js';

/** A row of entry_detail, with the leaf that binds it. */
export interface DetailRow {
  readonly id: EntryId;
  readonly act: ActName;
  readonly at: Date;
  readonly controllerId: ControllerId | null;
  readonly otherControllerId: string | null;
  readonly agencyId: string | null;
  readonly otherAgencyId: string | null;
  readonly recordType: string | null;
  readonly recordId: string | null;
  readonly transferId: string | null;
  readonly consentId: string | null;
  readonly person: string | null;
  readonly youthId: YouthId | null;
  readonly detail: ActDetail;
  /** Null where the entry is gone. */
  readonly leaf: Buffer | null;
  readonly leafIndex: string | null;
}

/** Whether what the database tells is what the leaf committed to; `key-gone`: nobody can tell any more. */
export type Verdict = 'same' | 'changed' | 'key-gone';

export interface Opened {
  readonly verdict: Verdict;
  readonly leaf: Buffer;
  readonly leafIndex: number | undefined;
  readonly salt: Buffer | undefined;
  /** The committed bytes, as text. */
  readonly told: string;
}

/** Acts about a youth wherever the record is about one: without its youth, such a detail is one whose youth was erased. */
const ofYouths = /^(record|transfer|consent)-|^audit-searched$/;

/**
 * Compares a detail with its leaf.
 * @param key the youth's audit key, or the controller's for acts without a youth; undefined where it is gone
 */
export function openDetail(row: DetailRow, key: Buffer | undefined): Opened {
  const told = canonicalTold(toldOf(row));
  const leaf = row.leaf ?? Buffer.alloc(0);
  const leafIndex = row.leafIndex === null ? undefined : Number(row.leafIndex);
  if (!key) return { verdict: 'key-gone', leaf, leafIndex, salt: undefined, told };
  const salt = saltFor(key, row.id);
  const said = parsed(leaf);
  const same =
    said?.['commitment'] === commitmentOf(salt, told) &&
    said['act'] === row.act &&
    said['day'] === row.at.toISOString().slice(0, 10);
  const verdict = same ? 'same' : row.youthId === null && ofYouths.test(row.act) ? 'key-gone' : 'changed';
  return { verdict, leaf, leafIndex, salt: same ? salt : undefined, told };
}

const toldOf = (row: DetailRow): Told => ({
  act: row.act,
  at: row.at.toISOString(),
  controller: row.controllerId,
  otherController: row.otherControllerId,
  agency: row.agencyId,
  otherAgency: row.otherAgencyId,
  recordType: row.recordType,
  record: row.recordId,
  transfer: row.transferId,
  consent: row.consentId,
  person: row.person,
  detail: row.detail,
});

function parsed(leaf: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(leaf.toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
