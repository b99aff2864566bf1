import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AgencyId } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { Channel, publish } from '../database/channel.js';
import { DATABASE_URL } from '../database/database.module.js';
import { faultFields, Log } from '../telemetry/log.js';

const CHANNEL = 'stafett_inbox';
/** Ids in one message: PostgreSQL takes 8,000 bytes, an id and its comma are 37. */
const IDS_A_MESSAGE = 200;

/** An inbox as a look has left it. */
interface Seen {
  readonly at: number;
  /** Up to where nothing was left to hand out; undefined as long as the look goes on. */
  place?: string;
}

/** Someone who waits for news in one agency's inbox. */
export interface Waiter {
  /** Resolves at the next news since the last call, or after some milliseconds; at once after `close`. */
  next(ms: number): Promise<void>;
  /** Ends the waiting, and what waits just now. */
  readonly close: () => void;
}

/**
 * Wakes long-polls in every process, milliseconds after the commit. A message that is lost costs the poll's own interval:
 * whoever waits looks again by itself.
 */
@Injectable()
export class WakeupsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiting = new Map<AgencyId, Set<() => void>>();
  /** Of inboxes without news since. */
  private readonly seen = new Map<AgencyId, Seen>();
  private readonly channel: Channel;
  /** In each message: a process hears its own ones too, and has woken its polls long before (each would look again, for nothing). */
  private readonly self: string = randomUUID();
  private stopping = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE_URL) url: string,
    @InjectDataSource() private readonly db: DataSource,
    private readonly log: Log,
  ) {
    this.channel = new Channel(
      url,
      CHANNEL,
      (payload) => this.hear(payload),
      (error) => this.log.warnSeldom('channel-failed', faultFields(error)),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.process.roles.includes('api')) await this.channel.open();
  }

  /** A stop ends all waiting at once, so that no long-poll holds it up. */
  stopWaiting(): void {
    this.stopping = true;
    this.wakeHere([...this.waiting.keys()]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopWaiting();
    await this.channel.close();
  }

  /** To be called after the commit. Returns at once and never fails. */
  wake(agencies: Iterable<AgencyId>): void {
    const ids = [...new Set(agencies)];
    this.wakeHere(ids);
    for (let i = 0; i < ids.length && !this.stopping; i += IDS_A_MESSAGE) {
      const message = `${this.self} ${ids.slice(i, i + IDS_A_MESSAGE).join(',')}`;
      publish(this.db, CHANNEL, message).catch((error: unknown) =>
        this.log.warnSeldom('channel-failed', faultFields(error)),
      );
    }
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  /** Register first, then look, then wait: news between the look and the wait is not missed. */
  register(agency: AgencyId): Waiter {
    let news = false;
    let closed = false;
    let wakeUp: (() => void) | undefined;
    const onNews = (): void => {
      news = true;
      wakeUp?.();
    };
    const waiters = this.waiting.get(agency) ?? new Set();
    this.waiting.set(agency, waiters.add(onNews));
    return {
      next: async (ms) => {
        if (!news && !closed && !this.stopping) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms);
            wakeUp = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
        wakeUp = undefined;
        news = false;
      },
      close: () => {
        closed = true;
        wakeUp?.();
        waiters.delete(onNews);
        if (waiters.size === 0 && this.waiting.get(agency) === waiters) this.waiting.delete(agency);
      },
    };
  }

  /** To be called before a look. @returns what tells, after it, up to which place nothing was left; news in between count */
  beginLook(agency: AgencyId): (place: string) => void {
    const seen: Seen = { at: performance.now() };
    this.seen.set(agency, seen);
    return (place) => {
      seen.place = place;
    };
  }

  /**
   * Milliseconds for which a look at this place need not be: the last one found nothing, and there was no news since. For whoever has
   * registered and waits so long then: a wake-up that is lost costs what it costs who waits already.
   */
  quietMs(agency: AgencyId, place: string): number {
    const seen = this.seen.get(agency);
    if (seen?.place !== place) return 0;
    return Math.max(0, seen.at + this.config.inbox.pollSeconds * 1000 - performance.now());
  }

  /** How many wait in this process for news of an agency. */
  waitersOf(agency: AgencyId): number {
    return this.waiting.get(agency)?.size ?? 0;
  }

  private hear(message: string): void {
    const [sender, ids = ''] = message.split(' ');
    if (sender !== this.self) this.wakeHere(ids.split(',') as AgencyId[]);
  }

  private wakeHere(agencies: readonly AgencyId[]): void {
    for (const agency of agencies) {
      this.seen.delete(agency);
      for (const onNews of [...(this.waiting.get(agency) ?? [])]) onNews();
    }
  }
}
