import type { MadeEvent, NotedReceipt, Notebook, SenderNote } from './notes.js';

/** What one sender's notes say of one event. Lines count from the beginning of the notes: they are the sender's own time. */
export interface SentEvent {
  readonly sender: string;
  readonly made: MadeEvent;
  readonly request: string;
  /** Its place in the request. */
  readonly place: number;
  /** When it may first have reached the hub. */
  firstSent: number;
  /** When the sender first had its 202; Infinity where it never had one. */
  told: number;
  readonly receipts: { receipt: NotedReceipt; line: number }[];
}

/** Every event by its id. An agency keeps one notebook, so that its lines are one order of time. */
export function sentEvents(books: readonly Notebook<SenderNote>[]): Map<string, SentEvent> {
  const events = new Map<string, SentEvent>();
  for (const { agency, notes } of books) {
    const requests = new Map<string, SentEvent[]>();
    notes.forEach((note, line) => {
      const request = `${agency}/${note.request}`;
      if (note.is === 'made') {
        const made = note.events.map((event, place): SentEvent => ({
          sender: agency,
          made: event,
          request,
          place,
          firstSent: Infinity,
          told: Infinity,
          receipts: [],
        }));
        requests.set(request, made);
        for (const one of made) events.set(one.made.id, one);
      } else if (note.is === 'sent') {
        for (const one of requests.get(request) ?? []) one.firstSent = Math.min(one.firstSent, line);
      } else if (note.is === 'answered') {
        for (const receipt of note.receipts) {
          const one = events.get(receipt.eventId);
          one?.receipts.push({ receipt, line });
          if (one) one.told = Math.min(one.told, line);
        }
      }
    });
  }
  return events;
}
