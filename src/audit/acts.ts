/**
 * Every act that the log can tell of: a closed list, so that an act which is not on it does not compile. The leaf carries
 * the act's class and the day; all else stands in entry_detail.
 */
export const acts = [
  'record-received',
  'record-refused',
  'record-retracted',
  'record-merged',
  'record-kept',
  'transfer-held',
  'transfer-released',
  'transfer-available',
  'transfer-disclosed',
  'transfer-acknowledged',
  'transfer-rejected',
  'transfer-withdrawn',
  'transfer-expired',
  'consent-given',
  'consent-withdrawn',
  'consent-read',
  'audit-searched',
  'audit-read',
  'call-refused',
  'calls-unauthenticated',
  'directory-changed',
  'settings-changed',
  'key-added',
  'staff-key-destroyed',
  'reconciliation-run',
  'discrepancy-found',
  'discrepancy-resolved',
] as const;
export type ActName = (typeof acts)[number];

/** What nearly all entries are: four of each record that arrives. The indexes of rarer acts leave them out (migration auditors). */
export const commonActs = [
  'record-received',
  'transfer-available',
  'transfer-disclosed',
  'transfer-acknowledged',
] as const satisfies readonly ActName[];

/** What the hub said no to. */
export const refusals = [
  'record-refused',
  'call-refused',
  'calls-unauthenticated',
] as const satisfies readonly ActName[];

/** What was shown to someone. */
export const reads = [
  'transfer-disclosed',
  'consent-read',
  'audit-searched',
  'audit-read',
] as const satisfies readonly ActName[];

/** Codes, counts and ids only: never a name, a number or a text that someone wrote about a youth. */
export type ActDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
