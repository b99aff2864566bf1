import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../../common/clock.js';
import type { Config } from '../../config/config.schema.js';
import { CONFIG } from '../../config/config.module.js';
import { withTx } from '../../database/tx.js';
import { LeaseLost } from '../../queue/scheduled-runs.js';
import type { Term } from '../../queue/standing-jobs.js';
import { faultFields, Log } from '../../telemetry/log.js';
import { LogService } from '../serve/log.service.js';
import { keyLabel, parseNote } from '../verify/note.js';
import { askWitness, WitnessFailure, type Sent } from './ask-witness.js';
import { AskedWitness } from './asked-witness.js';
import { insertCosignature, lastCosigned } from './cosign.sql.js';
import { LOG_TRUST, type LogTrust } from './log-trust.js';

/** Looks for a new checkpoint in each time between two: the wait for a cosignature is a quarter longer at most. */
const LOOKS = 4;

/**
 * Collects cosignatures: sends the newest checkpoint to each witness, and keeps what it answers once that is verified. Runs in
 * the process that seals, as long as its term, beside the sealing, which never waits for a witness.
 */
@Injectable()
export class CosignService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'environment' | 'log' | 'process'>,
    @Inject(LOG_TRUST) private readonly trust: LogTrust,
    @InjectDataSource() private readonly db: DataSource,
    private readonly served: LogService,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.environment === 'production' && this.trust.quorum === 0)
      this.log.warn('no-witness-is-needed', {
        count: this.trust.witnesses.length,
        reason: 'log.quorum is 0: whoever holds the log key and the database can rewrite the log unseen',
      });
  }

  /** Until it is told to stop; then no request is under way any more. */
  async run(term: Term, stop: AbortSignal): Promise<void> {
    if (this.trust.witnesses.length === 0) return;
    let asked: readonly AskedWitness[] = [];
    while (!stop.aborted) {
      try {
        if (asked.length === 0) asked = await this.remembered();
        await this.round(asked, term, stop);
      } catch (error) {
        this.log.warnSeldom('cosigning-failed', faultFields(error));
      }
      await sleep(this.config.log.checkpointMs / LOOKS, undefined, { signal: stop }).catch(() => undefined);
    }
    await Promise.all(asked.map((witness) => witness.idle()));
  }

  /**
   * Asks all that may be asked about one checkpoint, and waits until it has its quorum or nobody is left who could give it:
   * witnesses that each cosign another size make no quorum together.
   */
  private async round(asked: readonly AskedWitness[], term: Term, stop: AbortSignal): Promise<void> {
    const newest = await this.newest();
    if (!newest) return;
    const given = asked.filter(({ cosigned }) => cosigned === newest.size).length;
    const asks = asked
      .filter((witness) => witness.mayBeAsked(newest.size, performance.now()))
      .map((witness) => witness.ask(() => this.askOne(witness, newest, term, stop)));
    await enough(asks, this.trust.quorum - given);
  }

  private async askOne(witness: AskedWitness, newest: Sent, term: Term, stop: AbortSignal): Promise<boolean> {
    try {
      const from = Math.min(witness.cosigned, newest.size);
      const prove = (size: number): Promise<Buffer[]> => this.served.consistency(size, newest.size);
      const now = (): number => Math.floor(this.clock.now().getTime() / 1000);
      const line = await askWitness(witness.at, newest, from, prove, now, stop);
      await withTx(this.db, async (tx) => {
        await term.hold(tx);
        tx.send(insertCosignature, [newest.size, witness.label, line]);
      });
      if (witness.succeeded(newest.size)) this.log.info('witness-cosigns-again', { witness: witness.label });
      return true;
    } catch (error) {
      if (stop.aborted || error instanceof LeaseLost) return false;
      const reason = error instanceof WitnessFailure ? { reason: error.reason } : faultFields(error);
      if (witness.failed(performance.now()))
        this.log.error('witness-does-not-cosign', { witness: witness.label, ...reason });
      return false;
    }
  }

  private async newest(): Promise<Sent | undefined> {
    const signed = await this.served.signed();
    return signed && { ...signed, text: parseNote(signed.note).text };
  }

  private remembered(): Promise<AskedWitness[]> {
    return withTx(this.db, (tx) =>
      Promise.all(
        this.trust.witnesses.map(async (at) => {
          const [last] = await tx.query<{ size: string | null }>(lastCosigned, [keyLabel(at.key)]);
          return new AskedWitness(at, Number(last?.size ?? 0));
        }),
      ),
    );
  }
}

/** Waits for so many that come true, or for all. */
function enough(asks: readonly Promise<boolean>[], needed: number): Promise<void> {
  return new Promise((resolve) => {
    let [open, given] = [asks.length, 0];
    if (needed <= 0 || open === 0) return resolve();
    for (const ask of asks)
      void ask.then((came) => {
        open -= 1;
        if (came) given += 1;
        if (given >= needed || open === 0) resolve();
      });
  });
}
