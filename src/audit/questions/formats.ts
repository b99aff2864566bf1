import type { EntryDto, ExportFormat } from '../reading.dto.js';

const columns = [
  'entryId',
  'at',
  'act',
  'agency',
  'otherAgency',
  'recordType',
  'recordId',
  'transferId',
  'consentId',
  'person',
  'detail',
  'verified',
  'leafIndex',
] as const satisfies readonly (keyof EntryDto)[];

/** How entries are written, as bytes of UTF-8: what comes first, and some entries. */
export interface Writing {
  readonly type: string;
  readonly head: string;
  write(entries: readonly EntryDto[]): string;
}

export const writings: Record<ExportFormat, Writing> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: csvLine(columns),
    write: (entries) =>
      entries.map((entry) => csvLine(columns.map((column) => textOf(entry[column])))).join(''),
  },
  jsonl: {
    type: 'application/jsonl; charset=utf-8',
    head: '',
    write: (entries) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  },
};

const textOf = (value: EntryDto[(typeof columns)[number]]): string => {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** One record of RFC 4180: it ends with CRLF. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * A cell of RFC 4180 section 2. A spreadsheet takes what begins like this for a formula and works it out; an apostrophe before it
 * makes it text (OWASP, CSV Injection).
 */
export function csvCell(text: string): string {
  const guarded = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
