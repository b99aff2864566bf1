import type { Address, Api } from '../support/api.js';
import { notedEvent, NoteFile, type NotedEvent, type Notes, type ReaderNote } from './notes.js';

/** What the public API says, as far as the checker asks. */
export interface RecordView {
  readonly recordId: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: string;
  readonly transfers: readonly TransferView[];
}

export interface TransferView {
  readonly transferId: string;
  readonly recipient: string;
  readonly state: string;
}

export interface EntryView {
  readonly act: string;
  readonly recordId: string | null;
  readonly transferId: string | null;
}

export interface Reread {
  readonly cursor: string;
  readonly events: readonly NotedEvent[];
}

export interface Views {
  /** By the organisation number of the sender. */
  readonly outboxes: ReadonlyMap<string, readonly RecordView[]>;
  /** GET /v1/records/{id} of some receipts; undefined where the hub knows no such record. */
  readonly records: ReadonlyMap<string, RecordView | undefined>;
  /** From the beginning, by the organisation number of the recipient. */
  readonly inboxes: ReadonlyMap<string, readonly NotedEvent[]>;
  readonly rereads: ReadonlyMap<string, readonly Reread[]>;
  readonly entries: readonly EntryView[];
}

/** The acts that are counted. Others (audit-read, call-refused, directory-changed) tell nothing of the way of a record. */
export const countedActs = [
  'record-received',
  'record-refused',
  'transfer-available',
  'transfer-held',
  'transfer-disclosed',
  'transfer-acknowledged',
  'transfer-rejected',
  'transfer-withdrawn',
  'transfer-expired',
] as const;

/** Longer than sweeper, recovery and a busy machine take; a record that then still waits is lost to its recipient. */
const SETTLE_MS = 45_000;
const LOOK_MS = 100;
const CURSORS_AGAIN = 2;
/** The outbox tells of every record; so many are also looked up one by one (5 ms each). */
const LOOKED_UP = 200;
const AT_ONCE = 8;

export type ApiOf = (agency: string) => Api;

/** Waits until no sender's record waits for dispatch. @returns how many still do when patience is over */
export async function settled(hub: Address, apiOf: ApiOf, senders: Iterable<string>): Promise<number> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    let waiting = 0;
    for (const sender of senders) {
      const page = await apiOf(sender)
        .get(hub, '/v1/outbox?state=received&limit=500')
        .catch(() => undefined);
      waiting += page ? (page['items'] as unknown[]).length : 1;
    }
    if (waiting === 0 || performance.now() > until) return waiting;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/**
 * Reads everything that there is to know. The reads of inboxes are acts too, so they go into notes of the checker's own, in
 * the same folder: a second check knows of the first.
 */
export async function collect(
  hub: Address,
  apiOf: ApiOf,
  auditor: string,
  notes: Notes,
  folder: string,
): Promise<Views> {
  const inboxes = new Map<string, readonly NotedEvent[]>();
  const rereads = new Map<string, Reread[]>();
  for (const agency of new Set(notes.readers.map((book) => book.agency))) {
    const lines = notes.readers.filter((book) => book.agency === agency).flatMap((book) => book.notes);
    const origin = lines.find((note) => note.is === 'origin')?.cursor;
    if (origin === undefined) continue;
    const own = new NoteFile<ReaderNote>(folder, 'reader', agency, 'checker');
    const forward = (cursor: string): Promise<NotedEvent[]> => readForward(hub, apiOf(agency), cursor, own);
    own.write({ is: 'origin', cursor: origin });
    inboxes.set(agency, await forward(origin));
    const again: Reread[] = [];
    for (const cursor of someCursors(lines)) again.push({ cursor, events: await forward(cursor) });
    rereads.set(agency, again);
  }

  // After the inboxes: whatever stands in one has been read by now, and its sender's view must say so.
  const senders = [...new Set(notes.senders.map(({ agency }) => agency))];
  const outboxes = new Map<string, RecordView[]>();
  for (const sender of senders) outboxes.set(sender, await apiOf(sender).list<RecordView>(hub, '/v1/outbox'));

  const records = new Map<string, RecordView | undefined>();
  const wanted = notes.senders.flatMap(({ agency, notes: lines }) =>
    lines.flatMap((note) =>
      note.is === 'answered' ? note.receipts.map(({ recordId }) => ({ agency, recordId })) : [],
    ),
  );
  await inTurns(spread(wanted, LOOKED_UP), async ({ agency, recordId }) => {
    const { status, body } = await apiOf(agency).call(hub, 'GET', `/v1/records/${recordId}`);
    records.set(recordId, status === 200 ? (body as unknown as RecordView) : undefined);
  });

  const entries: EntryView[][] = [];
  for (const act of countedActs)
    entries.push(await apiOf(auditor).list<EntryView>(hub, '/v1/audit/entries', { act }));
  return { outboxes, records, inboxes, rereads, entries: entries.flat() };
}

async function readForward(
  hub: Address,
  api: Api,
  from: string,
  own: NoteFile<ReaderNote>,
): Promise<NotedEvent[]> {
  const all: NotedEvent[] = [];
  for (let after = from, more = true; more;) {
    own.write({ is: 'asked', after });
    const body = await api.get(hub, `/v1/inbox?limit=500&after=${after}`);
    const events = (body['events'] as Record<string, unknown>[]).map(notedEvent);
    const cursor = String(body['cursor']);
    more = body['more'] === true;
    own.write({ is: 'page', after, cursor, more, events });
    all.push(...events);
    after = cursor;
  }
  return all;
}

/** A few of the cursors that readers got, spread over their ways. */
function someCursors(lines: readonly ReaderNote[]): string[] {
  const cursors = lines.flatMap((note) =>
    note.is === 'page' && note.events.length > 0 ? [note.cursor] : [],
  );
  return spread(cursors, CURSORS_AGAIN);
}

/** So many of them at most, spread evenly. */
function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, i) => i % step === 0);
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const one = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
