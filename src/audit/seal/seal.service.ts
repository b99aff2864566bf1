import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from '../../config/config.schema.js';
import { CONFIG } from '../../config/config.module.js';
import { LeaseLost } from '../../queue/scheduled-runs.js';
import { StandingJobs, type Term } from '../../queue/standing-jobs.js';
import { faultFields, Log } from '../../telemetry/log.js';
import { Metrics } from '../../telemetry/metrics.js';
import { CosignService } from '../cosign/cosign.service.js';
import type { SignerKey } from '../verify/note.js';
import { TreeRefused } from './kept-tree.js';
import { LOG_KEY } from './log-key.js';
import { paceOf } from './pace.js';
import { waitedSeconds } from './seal-watch.js';
import { Sequencer } from './sequencer.js';

/** The sweep goes over all numbers at the start, again when everything that was open then is over, and every hour. */
const SWEEP_EVERY_MS = 3_600_000;
/** After a failure, and while another process has the job. */
const PAUSE_MS = 1000;
/** While the tree is not what was signed: only a person can mend that. */
const REFUSED_MS = 10_000;

/**
 * Runs the sequencer in the role `scheduler`, whose work is done by one process at a time; workers are there to be many.
 * A process that loses its term, or anything it needs, begins anew.
 */
@Injectable()
export class SealService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** The share of the time that the event loop was taken up in the last pause beside a backlog. */
  private busy = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG_KEY) private readonly key: SignerKey,
    @InjectDataSource() private readonly db: DataSource,
    private readonly jobs: StandingJobs,
    private readonly cosigning: CosignService,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { process, development } = this.config;
    if (process.roles.includes('scheduler') && development.sealing === 'on') this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      let pause = PAUSE_MS;
      try {
        const term = await this.jobs.take('seal', this.config.log.leaseSeconds);
        if (term) await this.serve(term);
      } catch (error) {
        if (error instanceof TreeRefused) {
          this.log.error('seal-refused', { reason: error.reason });
          pause = REFUSED_MS;
        } else if (!(error instanceof LeaseLost)) this.log.warnSeldom('seal-failed', faultFields(error));
      }
      await this.pause(pause);
    }
  }

  private async serve(term: Term): Promise<void> {
    const over = new AbortController();
    let cosigning: Promise<void> | undefined;
    try {
      const sequencer = await Sequencer.begin(this.db, this.config.log, this.key, term);
      cosigning = this.cosigning.run(term, AbortSignal.any([over.signal, this.stopping.signal]));
      let entries = this.config.log.batchEntries;
      let sweepAt = sequencer.highNo;
      let nextSweep = performance.now() + this.config.log.lateMinutes * 60_000;
      while (!this.stopping.signal.aborted) {
        const began = performance.now();
        await term.keep();
        const { sealed, more } = await sequencer.round(entries);
        this.metrics.sealedEntries.inc(sealed);
        if (more) {
          entries = await this.giveWay(performance.now() - began);
          continue;
        }
        entries = this.config.log.batchEntries;
        if (sweepAt > 0) sweepAt = await this.sweep(sequencer, sweepAt);
        else if (began >= nextSweep) {
          sweepAt = sequencer.highNo;
          nextSweep = began + SWEEP_EVERY_MS;
        }
        await this.pause(this.config.log.checkpointMs - (performance.now() - began));
      }
    } finally {
      over.abort();
      await cosigning;
      await term.end().catch(() => undefined);
    }
  }

  /** Between two rounds of a backlog. @returns the most that the next one takes */
  private async giveWay(tookMs: number): Promise<number> {
    const backlog = { tookMs, waitedSeconds: await waitedSeconds(this.db) };
    const before = performance.eventLoopUtilization();
    const { pauseMs, entries } = paceOf(backlog, this.busy, this.config.log);
    await this.pause(pauseMs);
    this.busy = performance.eventLoopUtilization(before).utilization;
    return entries;
  }

  private async sweep(sequencer: Sequencer, to: number): Promise<number> {
    const { from, orphans } = await sequencer.sweep(to);
    if (orphans > 0) this.log.error('audit-entries-missing', { count: orphans });
    return from;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
