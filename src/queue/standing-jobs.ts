import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { withTx, type Tx } from '../database/tx.js';
import { checkTerm, endTerm, forgetTerms, renewTerm, takeTerm } from './queue.sql.js';
import { LeaseLost } from './scheduled-runs.js';

/** A process's time in a job that one process at a time has, and has for as long as it lives. */
export interface Term {
  /** To be called in every transaction that the job writes in. @throws LeaseLost */
  hold(tx: Tx): Promise<void>;
  /** To be called now and then: renews when half of the lease is over. @throws LeaseLost */
  keep(): Promise<void>;
  /** Lets the next process begin at once. */
  end(): Promise<void>;
}

/**
 * Jobs without an end, one process at a time: a fenced lease by database time, as scheduled runs have it. Terms are only ever
 * added (renewing adds one too), because a row that is updated every few seconds grows slow under an old snapshot.
 */
@Injectable()
export class StandingJobs {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** @returns undefined where another process has the job */
  async take(job: string, seconds: number): Promise<Term | undefined> {
    const [taken] = await withTx(this.db, (tx) => tx.query<{ term: string }>(takeTerm, [job, seconds]));
    if (!taken) return undefined;
    let { term } = taken;
    let since = performance.now();
    return {
      hold: async (tx) => {
        if ((await tx.query(checkTerm, [job, term])).length === 0) throw new LeaseLost();
      },
      keep: async () => {
        if (performance.now() - since < seconds * 500) return;
        const started = performance.now();
        await withTx(this.db, async (tx) => {
          const [renewed] = await tx.query<{ term: string }>(renewTerm, [job, term, seconds]);
          if (!renewed) throw new LeaseLost();
          term = renewed.term;
          tx.send(forgetTerms, [job, term]);
        });
        since = started;
      },
      end: async () => {
        await withTx(this.db, (tx) => tx.send(endTerm, [job, term]));
      },
    };
  }
}
