import { Inject, Injectable } from '@nestjs/common';
import type { AgencyId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';

/** The part of the pool that one agency may have at work. More buys it nothing: with 50 reads of its log at once it got as many answers as with 4. */
const PART = 1 / 4;
/** Calls of an agency that may wait for its part, so many times as it may have at work. */
const QUEUE = 16;

interface Share {
  atWork: number;
  readonly waiting: (() => void)[];
}

/**
 * This process's pool, shared out among agencies. The rate limit counts calls, whatever they cost: 50 reads of a log at once, a twentieth of
 * what the limit allows, kept every other agency waiting for two seconds.
 */
@Injectable()
export class FairShare {
  private readonly shares = new Map<AgencyId, Share>();
  private readonly most: number;
  private readonly patienceMs: number;

  constructor(@Inject(CONFIG) { database }: Config) {
    this.most = Math.max(1, Math.floor(database.poolSize * PART));
    this.patienceMs = database.connectTimeoutMs;
  }

  /**
   * Does the work when it is the agency's turn.
   * @throws Problem busy where too much of it waits already, or the turn has not come in the time that a call waits for a connection
   */
  run<T>(agency: AgencyId, work: () => Promise<T>): Promise<T> {
    if (this.of(agency).waiting.length >= this.most * QUEUE) return Promise.reject(new Problem('busy'));
    return this.inTurn(agency, work, this.patienceMs);
  }

  /** The same for the next part of an answer that has begun: it waits as long as it takes, as nobody can be told to come again. */
  goOn<T>(agency: AgencyId, work: () => Promise<T>): Promise<T> {
    return this.inTurn(agency, work, undefined);
  }

  private async inTurn<T>(
    agency: AgencyId,
    work: () => Promise<T>,
    patienceMs: number | undefined,
  ): Promise<T> {
    const share = this.of(agency);
    this.shares.set(agency, share);
    if (share.atWork < this.most) share.atWork += 1;
    else await turn(share.waiting, patienceMs);
    try {
      return await work();
    } finally {
      // Whoever is done leaves its place to the first that waits.
      const next = share.waiting.shift();
      if (next) next();
      else if ((share.atWork -= 1) === 0) this.shares.delete(agency);
    }
  }

  private of(agency: AgencyId): Share {
    return this.shares.get(agency) ?? { atWork: 0, waiting: [] };
  }
}

function turn(waiting: (() => void)[], patienceMs: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      clearTimeout(late);
      resolve();
    };
    const late =
      patienceMs === undefined
        ? undefined
        : setTimeout(() => {
            waiting.splice(waiting.indexOf(begin), 1);
            reject(new Problem('busy'));
          }, patienceMs);
    waiting.push(begin);
  });
}
