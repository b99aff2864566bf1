import type { Notes } from './notes.js';
import type { EntryView, Views } from './views.js';

/** The audit trail against everything that was seen to happen, act by act. */
export function trailFaults(notes: Notes, views: Views): string[] {
  const entries = new Map<string, Map<string, number>>();
  for (const { act, recordId, transferId } of views.entries as EntryView[]) {
    const about = act.startsWith('record-') ? recordId : transferId;
    const ofAct = entries.get(act) ?? new Map<string, number>();
    entries.set(act, ofAct.set(about ?? 'nothing', (ofAct.get(about ?? 'nothing') ?? 0) + 1));
  }
  const faults: string[] = [];
  /** Every thing once, and nothing else. */
  const once = (act: string, things: Iterable<string>): void => {
    const left = new Map(entries.get(act));
    for (const thing of things) {
      const found = left.get(thing) ?? 0;
      left.delete(thing);
      if (found !== 1) faults.push(`audit: ${act} of ${thing} stands ${found} times`);
    }
    for (const [thing] of left) faults.push(`audit: ${act} of ${thing}, which did not happen`);
  };
  const records = [...views.outboxes.values()].flat();
  const transfers = records.flatMap((record) => record.transfers);
  const inState = (...states: string[]): string[] =>
    transfers.flatMap(({ transferId, state }) => (states.includes(state) ? [transferId] : []));
  once(
    'record-received',
    records.map(({ recordId }) => recordId),
  );
  once(
    'record-refused',
    records.flatMap(({ recordId, state }) => (state === 'refused' ? [recordId] : [])),
  );
  once(
    'transfer-available',
    transfers.map(({ transferId }) => transferId),
  );
  once('transfer-acknowledged', inState('acknowledged'));
  for (const act of ['transfer-held', 'transfer-rejected', 'transfer-withdrawn', 'transfer-expired'] as const)
    once(act, inState(act.slice('transfer-'.length)));
  return [...faults, ...disclosureFaults(notes, views, entries.get('transfer-disclosed') ?? new Map())];
}

/**
 * A read that was answered is an entry for each event. One that was not may have been carried out or not: it adds one at most
 * to each transfer of that inbox.
 */
function disclosureFaults({ readers }: Notes, views: Views, entries: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const known = new Set<string>();
  for (const agency of views.inboxes.keys()) {
    const lines = readers.filter((book) => book.agency === agency).flatMap(({ notes }) => notes);
    const unanswered =
      lines.filter((note) => note.is === 'asked').length - lines.filter((note) => note.is === 'page').length;
    const reads = new Map<string, number>();
    for (const note of lines)
      for (const { transferId, type } of note.is === 'page' ? note.events : [])
        if (type !== NOTICE) reads.set(transferId, (reads.get(transferId) ?? 0) + 1);
    for (const { transferId, type } of views.inboxes.get(agency) ?? []) {
      if (type === NOTICE) continue;
      known.add(transferId);
      const least = reads.get(transferId) ?? 0;
      const found = entries.get(transferId) ?? 0;
      if (found < least || found > least + unanswered)
        faults.push(
          `audit: transfer-disclosed of ${transferId} stands ${found} times; ${least} reads were answered and ${unanswered} not`,
        );
    }
  }
  for (const transferId of entries.keys())
    if (!known.has(transferId)) faults.push(`audit: transfer-disclosed of ${transferId}, which no inbox has`);
  return faults;
}

export const NOTICE = 'no.stafett.notice.v1';
