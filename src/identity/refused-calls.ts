import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { Act } from '../audit/entry.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Problem } from '../common/problems.js';
import { FairShare } from '../database/fair-share.js';
import { withTx } from '../database/tx.js';
import { faultFields, Log } from '../telemetry/log.js';

const FLUSH_MS = 60_000;

/** A call that was refused. The path as the route has it, never as it was sent. */
export interface RefusedCall {
  readonly problem: Problem;
  readonly method: string;
  readonly route: string;
}

interface Throttled {
  readonly caller: Caller;
  count: number;
}

/**
 * The trace of refused calls: an entry for each of a known agency, and one a minute that counts those of nobody. A call over
 * the rate limit is counted too, per agency: an entry for each would make the limit a way to load the log.
 */
@Injectable()
export class RefusedCalls implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private unauthenticated = 0;
  private throttled = new Map<string, Throttled>();
  private since: Date;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly audit: AuditService,
    private readonly share: FairShare,
    private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.since = clock.now();
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Once when the stop begins, and once more for what was refused while it drained. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  countUnauthenticated(): void {
    this.unauthenticated += 1;
  }

  /** Writes the entry of one refused call in a transaction of its own. @throws Problem busy, unavailable */
  async record(caller: Caller, { problem, method, route }: RefusedCall): Promise<void> {
    const { code, kind } = problem;
    if (code === 'rate-limited') {
      const before = this.throttled.get(caller.agencyId);
      if (before) before.count += 1;
      else this.throttled.set(caller.agencyId, { caller, count: 1 });
      return;
    }
    const act = refusal(caller, { code, status: kind.status, method, route });
    await this.share.run(caller.agencyId, () => withTx(this.db, (tx) => this.audit.append(tx, [act])));
  }

  /** Writes what was counted. What cannot be written now is counted on. */
  async flush(): Promise<void> {
    const { unauthenticated, throttled, since } = this;
    if (unauthenticated === 0 && throttled.size === 0) return;
    const now = this.clock.now();
    this.unauthenticated = 0;
    this.throttled = new Map();
    this.since = now;
    const period = { from: since.toISOString(), to: now.toISOString() };
    const acts = [...throttled.values()].map(({ caller, count }) =>
      refusal(caller, { code: 'rate-limited', status: 429, count, ...period }),
    );
    if (unauthenticated > 0)
      acts.push({ act: 'calls-unauthenticated', detail: { count: unauthenticated, ...period } });
    try {
      await withTx(this.db, (tx) => this.audit.append(tx, acts));
    } catch (error) {
      this.log.error('refused-calls-not-recorded', { count: unauthenticated, ...faultFields(error) });
      this.unauthenticated += unauthenticated;
      this.since = since;
      for (const [id, { caller, count }] of throttled) {
        this.throttled.set(id, { caller, count: count + (this.throttled.get(id)?.count ?? 0) });
      }
    }
  }
}

const refusal = ({ controllerId, agencyId }: Caller, detail: NonNullable<Act['detail']>): Act => ({
  act: 'call-refused',
  controllerId,
  agencyId,
  detail,
});
