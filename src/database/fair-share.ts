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

  constructor(@Inject(CONFIG) { database }: Config) {
    this.most = Math.max(1, Math.floor(database.poolSize * PART));
  }

  /** Does the work when it is the agency's turn. @throws Problem busy where too much of it waits already */
  async run<T>(agency: AgencyId, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(agency) ?? { atWork: 0, waiting: [] };
    this.shares.set(agency, share);
    if (share.atWork < this.most) share.atWork += 1;
    else if (share.waiting.length >= this.most * QUEUE) throw new Problem('busy');
    // Whoever is done leaves its place to the first that waits.
    else await new Promise<void>((resolve) => share.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = share.waiting.shift();
      if (next) next();
      else if ((share.atWork -= 1) === 0) this.shares.delete(agency);
    }
  }
}
