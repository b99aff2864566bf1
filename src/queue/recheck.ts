import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Tx } from '../database/tx.js';
import { Doorbell } from './doorbell.js';
import { insertRechecks } from './queue.sql.js';

/** Why dispatch must look at something again. */
export type Cause =
  | 'consent-given'
  | 'consent-withdrawn'
  | 'agency-changed'
  | 'protection-raised'
  | 'hold-over'
  | 'available-over'
  | 'transfer-rejected'
  | 'passed-on';

export interface Recheck {
  readonly shard: number;
  readonly cause: Cause;
  /** The consent, agency, youth or transfer that the news is about. */
  readonly subject: string;
  /** For `passed-on`, where the subject is a record: the agency that gets it now. */
  readonly other?: string;
}

/**
 * News upwards: an area that cannot import dispatch leaves a row in the act's own transaction. Correctness never waits for
 * it, because every read checks for itself.
 */
@Injectable()
export class Rechecks {
  constructor(
    @Inject(Doorbell) private readonly doorbell: Pick<Doorbell, 'ring'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  add(tx: Tx, news: readonly Recheck[]): void {
    if (news.length === 0) return;
    tx.send(insertRechecks, [
      news.map((n) => n.shard),
      news.map((n) => n.cause),
      news.map((n) => n.subject),
      news.map((n) => n.other ?? null),
      this.clock.now(),
    ]);
    tx.afterCommit(() => this.doorbell.ring(news.map((n) => n.shard)));
  }
}
