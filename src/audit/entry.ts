import { hmacSha256, sha256Of } from '../common/hmac.js';
import type {
  AgencyId,
  ConsentId,
  ControllerId,
  EntryId,
  LeafId,
  RecordId,
  StaffId,
  TransferId,
  YouthId,
} from '../common/ids.js';
import type { ActDetail, ActName } from './acts.js';

/** One act as an area tells it. */
export interface Act {
  readonly act: ActName;
  /** The legal person that acts, and the other one that the act concerns. Both may read the entry. */
  readonly controllerId?: ControllerId | undefined;
  readonly otherControllerId?: ControllerId | undefined;
  readonly agencyId?: AgencyId | undefined;
  readonly otherAgencyId?: AgencyId | undefined;
  readonly recordType?: string | undefined;
  readonly recordId?: RecordId | undefined;
  readonly transferId?: TransferId | undefined;
  readonly consentId?: ConsentId | undefined;
  /** From AuditService.staffId: the log never has a person's own name or number. */
  readonly person?: StaffId | undefined;
  readonly youthId?: YouthId | undefined;
  readonly otherYouthId?: YouthId | undefined;
  /** The youth's: it salts the commitment. Without a youth the controller's key does. */
  readonly auditKey?: Buffer | undefined;
  readonly detail?: ActDetail | undefined;
}

/** What the commitment covers: all that entry_detail says, but for the links to youths, which erasure removes. */
export interface Told {
  readonly act: ActName;
  readonly at: string;
  readonly controller: string | null;
  readonly otherController: string | null;
  readonly agency: string | null;
  readonly otherAgency: string | null;
  readonly recordType: string | null;
  readonly record: string | null;
  readonly transfer: string | null;
  readonly consent: string | null;
  readonly person: string | null;
  readonly detail: ActDetail;
}

/** HMAC-SHA-256(audit key, entry id): nothing to store, and gone with the key. */
export const saltFor = (auditKey: Buffer, id: EntryId): Buffer => hmacSha256(auditKey, id);

/**
 * Canonical JSON (RFC 8785) of what is told. JSON.stringify writes strings and numbers as the RFC has them, so keys in their order
 * are all that it takes, at a third of the time that a sorter of any value needs; a test compares the two.
 */
export function canonicalTold(told: Told): string {
  const detail: Record<string, unknown> = {};
  for (const key of Object.keys(told.detail).sort()) detail[key] = told.detail[key];
  return JSON.stringify({
    act: told.act,
    agency: told.agency,
    at: told.at,
    consent: told.consent,
    controller: told.controller,
    detail,
    otherAgency: told.otherAgency,
    otherController: told.otherController,
    person: told.person,
    record: told.record,
    recordType: told.recordType,
    transfer: told.transfer,
  });
}

/** SHA-256(salt ‖ canonical JSON): binds the leaf to what entry_detail tells, and tells nothing itself. */
export const commitment = (salt: Buffer, told: Told): string => commitmentOf(salt, canonicalTold(told));

export const commitmentOf = (salt: Buffer, canonical: string): string => sha256Of(salt, canonical);

/**
 * The leaf's exact bytes (RFC 8785): a random id, the class of act, the day (UTC) and the salted commitment. The id is not the
 * row's, whose first 48 bits tell the millisecond.
 */
export const leafBytes = (id: LeafId, told: Told, committed: string): Buffer =>
  Buffer.from(JSON.stringify({ act: told.act, commitment: committed, day: told.at.slice(0, 10), id, v: 1 }));

/** The calendar month (UTC) so many months before a moment, as `YYYY-MM`. */
export const monthBefore = (at: Date, months: number): string =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - months)).toISOString().slice(0, 7);

/** The first 16 bytes of HMAC-SHA-256(month's key, person), base64url. */
export const staffIdOf = (key: Buffer, person: string): StaffId =>
  hmacSha256(key, person).subarray(0, 16).toString('base64url') as StaffId;
