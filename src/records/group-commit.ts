import { Problem } from '../common/problems.js';

export interface GroupLimits {
  /** Most jobs in one group. A caller's jobs stand in one group, so one caller alone may make a larger one. */
  readonly groupSize: number;
  /** Groups that are written at the same time. */
  readonly atOnce: number;
  /** Jobs that wait before a group is begun beside another: a transaction of few costs nearly as much as one of many. */
  readonly besideFrom: number;
  /** Jobs, and bytes of what they came in, that may wait or be under way before others are turned away. */
  readonly maxJobs: number;
  readonly maxBytes: number;
}

export interface GroupWriter<Job, Result> {
  /** Writes a group and commits it: one result per job, in their order. */
  write(jobs: readonly Job[]): Promise<Result[]>;
  /** Whether an error of `write` is one job's own fault, so that the others are written without it. */
  isOfOneJob(error: unknown): boolean;
  /** What becomes of the job whose fault it was. */
  failed(job: Job, error: unknown): Result;
}

interface Caller<Job, Result> {
  readonly jobs: readonly Job[];
  readonly bytes: number;
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

/**
 * Lets jobs that arrive at about the same time share one transaction, so that one fsync serves many callers, while each gets
 * its answer only after its own commit. There is no waiting for company: a group goes as soon as no other is under way
 * (or enough have come for one more), with all who have come by then.
 */
export class GroupCommit<Job, Result> {
  private readonly waiting: Caller<Job, Result>[] = [];
  private starting: NodeJS.Immediate | undefined;
  private running = 0;
  private jobs = 0;
  private bytes = 0;

  constructor(
    private readonly writer: GroupWriter<Job, Result>,
    private readonly limits: GroupLimits,
  ) {}

  /** Whether another caller would be turned away now. */
  get isFull(): boolean {
    return this.jobs >= this.limits.maxJobs || this.bytes >= this.limits.maxBytes;
  }

  /** Jobs that wait, or are under way. */
  get pending(): number {
    return this.jobs;
  }

  /**
   * @param bytes size of the request that the jobs came in
   * @throws Problem busy when the buffer is full; nothing was written then
   */
  join(jobs: readonly Job[], bytes: number): Promise<Result[]> {
    if (jobs.length === 0) return Promise.resolve([]);
    if (this.isFull) return Promise.reject(new Problem('busy'));
    this.jobs += jobs.length;
    this.bytes += bytes;
    const answer = new Promise<Result[]>((resolve, reject) => {
      this.waiting.push({ jobs, bytes, resolve, reject });
    });
    // Requests that came in the same turn of the event loop go together.
    this.starting ??= setImmediate(() => {
      this.starting = undefined;
      this.start();
    });
    return answer.finally(() => {
      this.jobs -= jobs.length;
      this.bytes -= bytes;
    });
  }

  private start(): void {
    while (this.mayBegin()) {
      this.running += 1;
      void this.settle(this.nextGroup()).finally(() => {
        this.running -= 1;
        this.start();
      });
    }
  }

  private mayBegin(): boolean {
    if (this.waiting.length === 0 || this.running >= this.limits.atOnce) return false;
    if (this.running === 0) return true;
    return this.waiting.reduce((jobs, caller) => jobs + caller.jobs.length, 0) >= this.limits.besideFrom;
  }

  private nextGroup(): Caller<Job, Result>[] {
    let size = 0;
    const end = this.waiting.findIndex(({ jobs }, i) => {
      size += jobs.length;
      return i > 0 && size > this.limits.groupSize;
    });
    return this.waiting.splice(0, end < 0 ? this.waiting.length : end);
  }

  /** Never fails: every caller gets its results or its error. */
  private async settle(group: readonly Caller<Job, Result>[]): Promise<void> {
    try {
      const results = await this.writer.write(group.flatMap(({ jobs }) => jobs));
      let from = 0;
      for (const { jobs, resolve } of group) resolve(results.slice(from, (from += jobs.length)));
    } catch (error) {
      const [first, ...others] = group;
      if (!first) return;
      if (!this.writer.isOfOneJob(error)) for (const { reject } of group) reject(error);
      // One more round for everybody, each caller in a transaction of its own: the fault stays with the one who made it.
      else if (others.length > 0) await Promise.all(group.map((caller) => this.settle([caller])));
      else first.resolve(await this.apart(first.jobs, error));
    }
  }

  /** Finds the faulty jobs of one caller by halving, in order, and writes the rest. */
  private async apart(jobs: readonly Job[], error: unknown): Promise<Result[]> {
    const [only] = jobs;
    if (jobs.length === 1 && only !== undefined) return [this.writer.failed(only, error)];
    const middle = Math.ceil(jobs.length / 2);
    const results: Result[] = [];
    for (const half of [jobs.slice(0, middle), jobs.slice(middle)]) {
      try {
        results.push(...(await this.writer.write(half)));
      } catch (cause) {
        const own = this.writer.isOfOneJob(cause);
        results.push(
          ...(own ? await this.apart(half, cause) : half.map((job) => this.writer.failed(job, cause))),
        );
      }
    }
    return results;
  }
}
