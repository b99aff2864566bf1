import { setTimeout as sleep } from 'node:timers/promises';
import { NoteFile, notedEvent, type NotedEvent, type ReaderNote } from '../checker/notes.js';
import { whyOf, type Address, type Api } from './api.js';
import type { Chance } from './random.js';

/** `cursor` pages forward and acknowledges through its cursor; `open` asks for what is open and acknowledges by id. */
export type How = 'cursor' | 'open';

export interface ReaderOptions {
  readonly how?: How;
  readonly limit?: number;
  readonly waitSeconds?: number;
  readonly timeoutMs?: number;
}

const defaults = {
  how: 'cursor',
  limit: 40,
  waitSeconds: 1,
  timeoutMs: 5000,
} as const satisfies Required<ReaderOptions>;
const WAIT_MS = 150;
/** Three minutes, where nobody answers at all: a hub's start beside other tests takes one. */
const TRIES = 1200;

interface Line {
  readonly transferId: string;
  readonly problem: { readonly code: string } | null;
}

/** A Nav or OT system: pulls what is addressed to it, writes down every page as it came, and acknowledges it. */
export class Reader {
  private readonly notes: NoteFile<ReaderNote>;
  private readonly options: Required<ReaderOptions>;
  private running: Promise<void> | undefined;
  private stopping = false;
  private abandoned = false;
  private turn = 0;
  private cursor: string;
  /** Milliseconds that the slowest answered call took. */
  slowest = 0;

  constructor(
    folder: string,
    private readonly api: Api,
    private readonly hubs: readonly Address[],
    chance: Chance,
    origin: string,
    options: ReaderOptions = {},
  ) {
    this.options = { ...defaults, ...options };
    this.notes = new NoteFile(folder, 'reader', api.agency, String(chance.seed));
    this.turn = chance.between(0, hubs.length - 1);
    this.cursor = origin;
    this.notes.write({ is: 'origin', cursor: origin });
  }

  /** A cursor of an inbox in which nothing is yet. */
  static async origin(api: Api, hub: Address): Promise<string> {
    const { cursor, events } = await api.get(hub, '/v1/inbox?limit=1');
    if ((events as unknown[]).length > 0) throw new Error('the inbox has something in it already');
    return String(cursor);
  }

  start(): void {
    this.running = this.run(() => this.stopping);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  /** Stops, whatever becomes of what is under way: for a test that has failed. */
  async abandon(): Promise<void> {
    this.abandoned = true;
    await this.stop().catch(() => undefined);
  }

  /** Stops, and then reads on to the end of what is there now. */
  async finish(): Promise<void> {
    await this.stop();
    await this.run((found) => found === 0, 0);
  }

  private async run(
    enough: (found: number) => boolean,
    waitSeconds = this.options.waitSeconds,
  ): Promise<void> {
    for (let found = -1; !enough(found) && !this.abandoned;) {
      const events = await this.pull(waitSeconds);
      if (!events) {
        this.turn += 1;
        await sleep(WAIT_MS);
        continue;
      }
      found = events.length;
      if (found > 0) await this.acknowledge(events);
    }
  }

  private async pull(waitSeconds: number): Promise<readonly NotedEvent[] | undefined> {
    const { how, limit } = this.options;
    const after = how === 'cursor' ? this.cursor : null;
    const query = new URLSearchParams({
      limit: String(limit),
      wait: String(waitSeconds),
      ...(after !== null && { after }),
    });
    this.notes.write({ is: 'asked', after });
    try {
      const body = await this.timed('GET', `/v1/inbox?${query.toString()}`);
      const events = (body['events'] as Record<string, unknown>[]).map(notedEvent);
      const cursor = String(body['cursor']);
      this.notes.write({ is: 'page', after, cursor, more: body['more'] === true, events });
      this.cursor = cursor;
      return events;
    } catch (error) {
      this.notes.write({ is: 'no-page', after, why: whyOf(error) });
      return undefined;
    }
  }

  /** Tried until it is answered: acknowledging again is fine. */
  private async acknowledge(events: readonly NotedEvent[]): Promise<void> {
    const ids = events.map(({ transferId }) => transferId);
    const wish = this.options.how === 'cursor' ? { through: this.cursor } : { transfers: ids };
    for (let tries = 0; tries < TRIES && !this.abandoned; tries += 1) {
      try {
        const { results } = await this.timed('POST', '/v1/inbox/acknowledgements', JSON.stringify(wish));
        const refused = ((results ?? []) as Line[]).filter(({ problem }) => problem !== null);
        for (const { transferId, problem } of refused)
          this.notes.write({ is: 'not-acknowledged', transfer: transferId, why: problem?.code ?? '' });
        const lost = new Set(refused.map(({ transferId }) => transferId));
        this.notes.write({ is: 'acknowledged', transfers: ids.filter((id) => !lost.has(id)) });
        return;
      } catch {
        this.turn += 1;
        await sleep(WAIT_MS);
      }
    }
    if (!this.abandoned) throw new Error(`an acknowledgement was not answered, ${TRIES} times`);
  }

  private async timed(
    method: string,
    path: string,
    body?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const hub = this.hubs[this.turn % this.hubs.length] as Address;
    const since = performance.now();
    const answer = await this.api.call(hub, method, path, {
      timeoutMs: this.options.timeoutMs,
      ...(body !== undefined && { body }),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${String(answer.body['code'])}`);
    this.slowest = Math.max(this.slowest, performance.now() - since);
    return answer.body;
  }
}
