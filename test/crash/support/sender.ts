import { setTimeout as sleep } from 'node:timers/promises';
import { NoteFile, type NotedReceipt, type SenderNote } from '../checker/notes.js';
import { whyOf, type Address, type Answer, type Api } from './api.js';
import { Events, type Made } from './events.js';
import { isLong, type Chance } from './random.js';

export interface SenderOptions {
  /** Requests under way at the same time. */
  readonly streams?: number;
  readonly largestBatch?: number;
  /** Milliseconds that a stream rests between two requests, at most. */
  readonly pauseMs?: number;
  /** How long one request is tried again, and how long one try may take. */
  readonly patienceMs?: number;
  readonly timeoutMs?: number;
  /** False: what failed is left at that, and must then be there entirely or not at all. */
  readonly retries?: boolean;
}

const defaults = {
  streams: 2,
  largestBatch: 10,
  // `npm test` starts its hubs on the same two cores that this load is put on: half of it, and each start is a second shorter.
  pauseMs: isLong() ? 120 : 300,
  patienceMs: 60_000,
  timeoutMs: 5000,
  retries: true,
} satisfies Required<SenderOptions>;

/** From the second try on at another hub, where there is one; a moment later from the third on. */
const WAIT_MS = 150;

interface Problem {
  readonly code: string;
  readonly retry: boolean;
}

interface ReceiptLine {
  readonly eventId: string;
  readonly recordId: string | null;
  readonly duplicate: boolean;
  readonly problem: Problem | null;
}

/** A school system: pushes events, writes down what it sent and was told, and sends again what it was not told about. */
export class Sender {
  private readonly notes: NoteFile<SenderNote>;
  private readonly options: Required<SenderOptions>;
  private readonly events: Events;
  private readonly running: Promise<void>[] = [];
  private stopping = false;
  private abandoned = false;
  private requests = 0;
  /** Records that it has a 202 for. */
  accepted = 0;
  /** The most tries that one request took. */
  mostTries = 0;
  /** Why tries failed, and how often. */
  readonly failures = new Map<string, number>();

  constructor(
    folder: string,
    private readonly api: Api,
    private readonly hubs: readonly Address[],
    private readonly chance: Chance,
    options: SenderOptions = {},
  ) {
    this.options = { ...defaults, ...options };
    this.events = new Events(api.agency, chance);
    // One notebook an agency, whatever the number of its clients: its order is the agency's own time.
    this.notes = new NoteFile(folder, 'sender', api.agency, 'all');
  }

  get agency(): string {
    return this.api.agency;
  }

  /** Pushes until it is told to stop. */
  start(): void {
    for (let i = 0; i < this.options.streams; i += 1) this.running.push(this.stream());
  }

  /** Lets the requests that are under way come to their end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  /** Stops, whatever becomes of what is under way: for a test that has failed. */
  async abandon(): Promise<void> {
    this.abandoned = true;
    await this.stop().catch(() => undefined);
  }

  /** One request of so many events, tried until it is answered. @returns whether it was taken */
  push(count: number): Promise<boolean> {
    return this.deliver(Array.from({ length: count }, () => this.events.make()));
  }

  /** A request that somebody else brings on its way: for clients that misbehave. */
  begin(count: number): { body: string; request: string; token: Promise<string> } {
    const made = Array.from({ length: count }, () => this.events.make());
    const request = this.name(made);
    this.notes.write({ is: 'sent', request, attempt: 1 });
    return { body: bodyOf(made), request, token: this.api.token() };
  }

  /** What became of that request. */
  end(request: string, receipts: readonly NotedReceipt[] | undefined, why = ''): void {
    if (receipts) this.notes.write({ is: 'answered', request, attempt: 1, receipts });
    else this.notes.write({ is: 'failed', request, attempt: 1, why });
  }

  private async stream(): Promise<void> {
    while (!this.stopping) {
      const batch = this.chance.next() < 0.6 ? 1 : this.chance.between(2, this.options.largestBatch);
      await this.push(batch);
      await sleep(this.chance.between(0, this.options.pauseMs));
    }
  }

  private name(made: readonly Made[]): string {
    const request = `${this.chance.seed}-${(this.requests += 1)}`;
    this.notes.write({ is: 'made', request, events: made.map(({ noted }) => noted) });
    return request;
  }

  private async deliver(made: readonly Made[]): Promise<boolean> {
    const request = this.name(made);
    const until = performance.now() + this.options.patienceMs;
    const first = this.chance.between(0, this.hubs.length - 1);
    let left = made;
    for (let attempt = 1; ; attempt += 1) {
      this.mostTries = Math.max(this.mostTries, attempt);
      this.notes.write({ is: 'sent', request, attempt });
      const hub = this.hubs[(first + attempt - 1) % this.hubs.length] as Address;
      const why = await this.attempt(hub, left).then(
        (answer) => {
          left = this.read(answer, request, attempt, left);
          return left.length > 0 ? `${answer.status} ${String(answer.body['code'])}` : undefined;
        },
        (error: unknown) => whyOf(error),
      );
      if (why === undefined) return true;
      this.notes.write({ is: 'failed', request, attempt, why });
      this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
      if (!this.options.retries || this.abandoned || performance.now() > until) {
        this.notes.write({ is: 'given-up', request });
        return false;
      }
      await sleep(attempt === 1 && this.hubs.length > 1 ? 0 : WAIT_MS);
    }
  }

  private attempt(hub: Address, made: readonly Made[]): Promise<Answer> {
    return this.api.call(hub, 'POST', '/v1/records', {
      body: bodyOf(made),
      type: 'application/cloudevents-batch+json',
      timeoutMs: this.options.timeoutMs,
    });
  }

  /** @returns what must be sent again */
  private read(
    { status, body }: Answer,
    request: string,
    attempt: number,
    sent: readonly Made[],
  ): readonly Made[] {
    if (status === 429 || status >= 500) return sent;
    if (status !== 202) throw new Error(`refused for good: ${status} ${JSON.stringify(body).slice(0, 400)}`);
    const lines = body['receipts'] as ReceiptLine[];
    const receipts = lines.flatMap(({ eventId, recordId, duplicate }) =>
      recordId === null ? [] : [{ eventId, recordId, duplicate }],
    );
    this.notes.write({ is: 'answered', request, attempt, receipts });
    this.accepted += receipts.length;
    const taken = new Set(receipts.map(({ eventId }) => eventId));
    return sent.filter(({ event }) => !taken.has(event.id));
  }
}

const bodyOf = (made: readonly Made[]): string => JSON.stringify(made.map(({ event }) => event));
