import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Numbers about the hub, without any about persons: no label names an agency, a record type's content or a youth. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly records = new Counter({
    name: 'stafett_records_total',
    help: 'Events at intake, by outcome',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  readonly transfers = new Counter({
    name: 'stafett_transfers_total',
    help: 'Moves of transfers, by the state reached',
    labelNames: ['state'] as const,
    registers: [this.registry],
  });
  readonly dispatched = new Counter({
    name: 'stafett_dispatched_records_total',
    help: 'Records that were dispatched or refused: at once, in the transaction that took them in, or by a look of a worker',
    labelNames: ['way'] as const,
    registers: [this.registry],
  });
  readonly dispatchSeconds = new Histogram({
    name: 'stafett_dispatch_seconds',
    help: 'Duration of one transaction of a worker in seconds',
    buckets: [0.005, 0.02, 0.05, 0.2, 1, 5],
    registers: [this.registry],
  });
  readonly refusedCalls = new Counter({
    name: 'stafett_refused_calls_total',
    help: 'Calls that were refused, by problem code',
    labelNames: ['code'] as const,
    registers: [this.registry],
  });
  readonly openPolls = new Gauge({
    name: 'stafett_open_polls',
    help: 'Long-polls that wait now',
    registers: [this.registry],
  });

  readonly waitingRecords = new Gauge({
    name: 'stafett_waiting_records',
    help: 'Accepted records that wait for dispatch, counted once a second and not beyond intake.backlogRecords',
    registers: [this.registry],
  });

  readonly unsealedSeconds = new Gauge({
    name: 'stafett_unsealed_seconds',
    help: 'How long the oldest entry without a checkpoint has waited, as of the last look',
    registers: [this.registry],
  });
  readonly sealedEntries = new Counter({
    name: 'stafett_sealed_entries_total',
    help: 'Audit entries that this process has given their places in the log',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param count asked at each scrape: a shard is taken up again by the clock, or by another process */
  asideShards(count: () => number): void {
    new Gauge({
      name: 'stafett_aside_shards',
      help: 'Shards of 256 that dispatch in this process leaves alone now, each because of one record or piece of news that made it fail',
      registers: [this.registry],
      collect() {
        this.set(count());
      },
    });
  }
}
