import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.js';
import { Connection, get } from './http.js';

/** A checkpoint is seen so much later than it is there. */
const LOOK_MS = 20;
/** Sealing that has not covered what is there by then has stopped. */
const PATIENCE_MS = 60_000;

/** Asks a hub for its newest checkpoint again and again, and notes when each was seen first. */
export class CheckpointWatch {
  private readonly seen: { readonly size: number; readonly at: number }[] = [];
  private readonly stop = new AbortController();
  private readonly watching: Promise<void>;
  private fault: unknown;

  private constructor(
    private readonly site: Site,
    private readonly connection: Connection,
  ) {
    this.watching = this.watch().catch((error: unknown) => void (this.fault = error));
  }

  /** The site must be prepared. */
  static async begin(site: Site): Promise<CheckpointWatch> {
    return new CheckpointWatch(site, await Connection.open(site.port));
  }

  /** Waits until a checkpoint covers so many entries. @throws where none comes */
  async until(size: number): Promise<void> {
    for (const patience = performance.now() + PATIENCE_MS; (this.seen.at(-1)?.size ?? 0) < size;) {
      if (this.fault !== undefined) throw this.fault;
      if (performance.now() > patience)
        throw new Error(`${size} entries have no checkpoint after ${PATIENCE_MS / 1000} s`);
      await sleep(LOOK_MS);
    }
  }

  /** When a checkpoint was seen first that covers this place: milliseconds since 1970. NaN where none does. */
  coveredAt(leafIndex: number): number {
    return this.seen.find(({ size }) => size > leafIndex)?.at ?? NaN;
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.watching;
    this.connection.close();
  }

  private async watch(): Promise<void> {
    while (!this.stop.signal.aborted) {
      const size = sizeOf(await this.connection.send(get('/v1/log/checkpoint', this.site.tokenOfAuditor())));
      if (size > (this.seen.at(-1)?.size ?? 0)) this.seen.push({ size, at: Date.now() });
      await sleep(LOOK_MS);
    }
  }
}

/** The second line of a checkpoint; none before anything is signed. */
function sizeOf({ status, body }: { readonly status: number; readonly body: Buffer }): number {
  if (status === 404) return 0;
  const size = Number(body.toString('latin1').split('\n')[1]);
  if (status !== 200 || !Number.isInteger(size))
    throw new Error(`a checkpoint is asked for: HTTP ${status} ${body.toString('latin1', 0, 500)}`);
  return size;
}
