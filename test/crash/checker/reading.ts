import type { NotedEvent, Notebook, ReaderNote } from './notes.js';
import type { Reread } from './views.js';

/**
 * Whether what readers got, page by page, is what the inbox holds: each page the very events that stand behind the cursor it
 * was asked with, none skipped, none twice, none changed since.
 */
export function readingFaults(
  agency: string,
  inbox: readonly NotedEvent[],
  readers: readonly Notebook<ReaderNote>[],
  rereads: readonly Reread[],
): string[] {
  const faults: string[] = [];
  const places = new Map<string, number>();
  const placeOf = new Map(inbox.map(({ transferId }, place) => [transferId, place]));
  // Two readers' notes know each other's cursors only through the events before them; so first all, then the pages.
  for (const { notes } of readers)
    for (const note of notes) {
      if (note.is === 'origin') places.set(note.cursor, 0);
      const last = note.is === 'page' ? placeOf.get(note.events.at(-1)?.transferId ?? '') : undefined;
      if (note.is === 'page' && last !== undefined) places.set(note.cursor, last + 1);
    }
  const stands = (what: string, after: string, events: readonly NotedEvent[], whole: boolean): void => {
    const from = places.get(after);
    if (from === undefined) {
      faults.push(`inbox ${agency}: ${what} began at a cursor that no page ended with`);
      return;
    }
    const expected = inbox.slice(from, whole ? undefined : from + events.length);
    if (whole && expected.length !== events.length)
      faults.push(`inbox ${agency}: ${what} gave ${events.length} events where ${expected.length} stand`);
    const at = events.findIndex((event, place) => !same(event, expected[place]));
    if (at !== -1)
      faults.push(
        `inbox ${agency}: ${what} gave transfer ${events[at]?.transferId} where ${expected[at]?.transferId ?? 'nothing'} stands`,
      );
  };
  for (const { notes } of readers) {
    for (const note of notes) {
      if (note.is !== 'page') continue;
      if (note.after !== null) stands('a page', note.after, note.events, false);
      else faults.push(...openPageFaults(agency, note.events, inbox, placeOf));
    }
  }
  for (const { cursor, events } of rereads)
    stands('reading again from an older cursor', cursor, events, true);
  return faults;
}

/** A page of what is open may leave out what is acknowledged, but stands in order, and each event as it is. */
function openPageFaults(
  agency: string,
  events: readonly NotedEvent[],
  inbox: readonly NotedEvent[],
  placeOf: ReadonlyMap<string, number>,
): string[] {
  let before = -1;
  return events.flatMap((event) => {
    const place = placeOf.get(event.transferId) ?? -1;
    const right = place > before && same(event, inbox[place]);
    before = Math.max(before, place);
    return right
      ? []
      : [`inbox ${agency}: a page of what is open gave transfer ${event.transferId} out of order or changed`];
  });
}

const same = (a: NotedEvent, b: NotedEvent | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
