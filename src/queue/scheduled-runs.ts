import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { withTx, type Tx } from '../database/tx.js';
import { databaseTime, finishRun, forgetRuns, holdRun, takeRun } from './queue.sql.js';

/** Another process has taken the run over: what this one still wanted to write must not be written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export interface Lease {
  /** To be called in every transaction that the run writes in. @throws LeaseLost */
  hold(tx: Tx): Promise<void>;
}

const LEASE_SECONDS = 60;

/** One run for a job and slot, however many processes and schedulers ask for it: a row with a unique key and a fenced lease. */
@Injectable()
export class ScheduledRuns {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** The database's time, for slots: one that a clock which was ahead has done would count as done when it comes. */
  async now(): Promise<Date> {
    const [row] = await withTx(this.db, (tx) => tx.query<{ now: Date }>(databaseTime));
    if (!row) throw new Error('a select without from gives one row');
    return row.now;
  }

  /** @returns whether this process did the run */
  async once(job: string, slot: string, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    const [taken] = await withTx(this.db, (tx) =>
      tx.query<{ fence: string }>(takeRun, [job, slot, LEASE_SECONDS]),
    );
    if (!taken) return false;
    const hold = async (tx: Tx): Promise<void> => {
      const held = await tx.query(holdRun, [job, slot, taken.fence, LEASE_SECONDS]);
      if (held.length === 0) throw new LeaseLost();
    };
    await work({ hold });
    await withTx(this.db, async (tx) => {
      const finished = await tx.query(finishRun, [job, slot, taken.fence]);
      if (finished.length === 0) throw new LeaseLost();
      await tx.query(forgetRuns, [job]);
    });
    return true;
  }
}
