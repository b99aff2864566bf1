import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.js';
import { publicRandom } from './random.js';

type Branded<Name extends string> = string & { readonly __is: Name };

export type ControllerId = Branded<'ControllerId'>;
export type AgencyId = Branded<'AgencyId'>;
export type YouthId = Branded<'YouthId'>;
export type RecordId = Branded<'RecordId'>;
export type TransferId = Branded<'TransferId'>;
export type ConsentId = Branded<'ConsentId'>;
export type EntryId = Branded<'EntryId'>;
/** A person who works at an agency, as the log names them: a keyed hash, another one in each controller and month. */
export type StaffId = Branded<'StaffId'>;
export type LeafId = Branded<'LeafId'>;
export type RunId = Branded<'RunId'>;
export type DiscrepancyId = Branded<'DiscrepancyId'>;
/** A Norwegian organisation number: nine digits, the last a check digit. */
export type OrgNumber = Branded<'OrgNumber'>;

/**
 * A new UUIDv7 (RFC 9562 section 5.7): its first 48 bits are the time, so that rows land in the month's partition and
 * at the end of the index.
 */
export const newId = <Id extends Branded<string>>(clock: Clock): Id => newIdOf<Id>(clock.now().getTime());

/** One of a given millisecond since 1970. */
export const newIdOf = <Id extends Branded<string>>(ms: number): Id =>
  v7({ msecs: ms, random: publicRandom(16) }) as Id;

const LAST_MS = 2 ** 48 - 1;

/** Below every UUIDv7 of a millisecond (since 1970) and of later ones, and above every earlier one. */
export function idAt(ms: number): string {
  const hex = Math.min(Math.max(ms, 0), LAST_MS).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** A UUIDv4 (RFC 9562 section 5.4), which tells nothing: an entry's name in the log. */
export const newLeafId = (): LeafId => randomUUID() as string as LeafId;

/** Before every id: where a list begins. */
export const NIL = '00000000-0000-0000-0000-000000000000';
/** After every id. */
export const MAX_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The canonical lower-case form, which is the only one the hub gives out and takes. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in that form. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && text.length === 36 && UUID.test(text);
}

const orgWeights = [3, 2, 7, 6, 5, 4, 3, 2];

/** Whether a text is an organisation number: nine digits of which the last is the modulus-11 check digit (Brønnøysundregistrene). */
export function isOrgNumber(text: unknown): text is OrgNumber {
  if (typeof text !== 'string' || !/^\d{9}$/.test(text)) return false;
  const sum = orgWeights.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(text[8]);
}

const agencyUrn = 'urn:stafett:agency:';

/** The organisation number in `urn:stafett:agency:<orgnr>`, or undefined where the text is anything else. */
export function orgNumberOfUrn(text: unknown): OrgNumber | undefined {
  if (typeof text !== 'string' || !text.startsWith(agencyUrn)) return undefined;
  const number = text.slice(agencyUrn.length);
  return isOrgNumber(number) ? number : undefined;
}

export const urnOfOrgNumber = (number: OrgNumber): string => agencyUrn + number;
