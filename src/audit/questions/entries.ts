import { NIL, type EntryId } from '../../common/ids.js';
import { firstRows } from '../../database/first-rows.js';
import type { Tx } from '../../database/tx.js';
import type { EntryDto } from '../reading.dto.js';
import type { Question } from './question.js';
import { agencyByNumber, byLead, type Given } from './questions.sql.js';

export type Row = Omit<EntryDto, 'at' | 'entryId' | 'verified' | 'leafIndex' | 'proof'> & {
  readonly entryId: EntryId;
  readonly at: Date;
};

export interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins: the last id that was looked at. Null where nothing was. */
  readonly place: string | null;
  readonly more: boolean;
}

/** A page of the entries that answer a question, by id. It may be short, even empty, and yet not the last (WINDOW). */
export async function entriesPage(
  tx: Tx,
  controllerId: string,
  question: Question,
  place: string,
  limit: number,
): Promise<Page> {
  const given: Given = {
    ...question,
    controller: controllerId,
    agency: question.agency && (await agencyId(tx, question.agency)),
    after: place > question.afterId ? place : question.afterId,
    before: question.beforeId,
    limit: limit + 1,
  };
  const { page, end } = byLead[question.lead];
  // By the index: the planner takes a third of a third of a list for less than a window, and would fetch and sort it.
  const rows = await firstRows<Row>(tx, page.statement, page.values(given));
  const isFull = rows.length > limit;
  const shown = rows.slice(0, limit);
  const reached = shown.at(-1)?.entryId ?? null;
  // A full page asks no further than its own last entry.
  const until = isFull && reached ? reached : given.before;
  const [last] = end
    ? await firstRows<{ id: string | null }>(tx, end.statement, end.values({ ...given, before: until }))
    : [];
  const looked = last?.id ?? null;
  if (looked === null) return { rows: shown, place: reached, more: isFull };
  // One list was looked at up to here only: what it has beyond it, and the others, comes with the next page.
  return { rows: shown.filter(({ entryId }) => entryId <= looked), place: looked, more: true };
}

/** An organisation number that is nobody's has no entries. */
async function agencyId(tx: Tx, orgNumber: string): Promise<string> {
  const [agency] = await tx.query<{ id: string }>(agencyByNumber, [orgNumber]);
  return agency?.id ?? NIL;
}
