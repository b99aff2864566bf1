import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type Json } from '../../../src/common/json.js';

/** One event as its sender made it, and what the sender may expect of it. */
export interface MadeEvent {
  readonly id: string;
  readonly type: string;
  /** Organisation numbers that must get it, each once. */
  readonly to: readonly string[];
  /** Whether the gate refuses it: then nobody gets it, and the sender gets one notice. */
  readonly refused: boolean;
  /** Of the data, so that notes hold no youth. */
  readonly hash: string;
}

export interface NotedReceipt {
  readonly eventId: string;
  readonly recordId: string;
  readonly duplicate: boolean;
}

export interface NotedEvent {
  readonly transferId: string;
  readonly recordId: string;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly sequence: string;
  readonly withheld: string;
  readonly hash: string;
}

/** What a sender writes down, in the order in which it happened. A request keeps its name through its retries. */
export type SenderNote =
  | { readonly is: 'made'; readonly request: string; readonly events: readonly MadeEvent[] }
  | { readonly is: 'sent'; readonly request: string; readonly attempt: number }
  | {
      readonly is: 'answered';
      readonly request: string;
      readonly attempt: number;
      readonly receipts: readonly NotedReceipt[];
    }
  | { readonly is: 'failed'; readonly request: string; readonly attempt: number; readonly why: string }
  | { readonly is: 'given-up'; readonly request: string };

/** What a reader writes down. `after` is null where it asked for what is open. */
export type ReaderNote =
  /** A cursor of the empty inbox: everything that ever comes stands above it. */
  | { readonly is: 'origin'; readonly cursor: string }
  | { readonly is: 'asked'; readonly after: string | null }
  | {
      readonly is: 'page';
      readonly after: string | null;
      readonly cursor: string;
      readonly more: boolean;
      readonly events: readonly NotedEvent[];
    }
  | { readonly is: 'no-page'; readonly after: string | null; readonly why: string }
  | { readonly is: 'acknowledged'; readonly transfers: readonly string[] }
  | { readonly is: 'not-acknowledged'; readonly transfer: string; readonly why: string };

export type Note = SenderNote | ReaderNote;

export interface Notebook<Kind extends Note = Note> {
  readonly client: 'sender' | 'reader';
  readonly agency: string;
  readonly notes: readonly Kind[];
}

export interface Notes {
  readonly senders: readonly Notebook<SenderNote>[];
  readonly readers: readonly Notebook<ReaderNote>[];
}

/** A client's notes on disk: one line each, written before anything else happens. */
export class NoteFile<Kind extends Note> {
  private readonly path: string;

  constructor(folder: string, client: 'sender' | 'reader', agency: string, name: string) {
    this.path = join(folder, `${client}-${agency}-${name}.ndjson`);
    appendFileSync(this.path, '');
  }

  write(note: Kind): void {
    appendFileSync(this.path, `${JSON.stringify(note)}\n`);
  }
}

export function readNotes(folder: string): Notes {
  const books = readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const found = /^(sender|reader)-(\d{9})-.+\.ndjson$/.exec(name);
      if (!found?.[2]) return [];
      const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
      return [
        { client: found[1], agency: found[2], notes: lines.map((line) => JSON.parse(line) as unknown) },
      ];
    });
  const of = (client: string): unknown => books.filter((book) => book.client === client);
  return {
    senders: of('sender') as Notes['senders'],
    readers: of('reader') as Notes['readers'],
  };
}

export const hashOf = (data: unknown): string =>
  data === undefined
    ? 'none'
    : createHash('sha256')
        .update(canonicalJson(data as Json))
        .digest('base64url')
        .slice(0, 16);

/** An event of an inbox page, as a reader notes it. */
export function notedEvent(event: Readonly<Record<string, unknown>>): NotedEvent {
  const text = (name: string): string => (typeof event[name] === 'string' ? event[name] : '');
  return {
    transferId: text('transferid'),
    recordId: text('recordid'),
    eventId: text('id'),
    source: text('source'),
    type: text('type'),
    sequence: text('sequence'),
    withheld: text('withheld'),
    hash: hashOf(event['data']),
  };
}
