import { Problem } from '../common/problems.js';
import { isTurnedAway } from './crowding.js';

export interface GroupLimits {
  /** Most jobs in one group. A caller's jobs stand in one group, so one caller alone may make a larger one. */
  readonly groupSize: number;
  /** Groups that are written at the same time. */
  readonly parallel: number;
  /**
   * Jobs that are enough for a group: it begins as soon as there is a place, beside another too. Not fewer, as a transaction of few costs
   * nearly as much as one of many.
   */
  readonly enough: number;
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
  /** Who shares the buffer with others; the jobs of one call have the same. */
  ownerOf(job: Job): string;
}

/** How long a group may wait for as much company as the last one had: so many times as long as that one took, and no longer than this. */
export interface Rest {
  readonly times: number;
  readonly ms: number;
}

/**
 * A transaction of two records costs nearly as much as one of ten. Where records come without a break, groups that each went at once kept
 * the processor from the records that were on their way: at 460 a second half of them took 159 ms from hand to hand, and now take 86.
 */
const REST: Rest = { times: 2, ms: 20 };
/** Milliseconds after which a group that is held up (a lock, a disk that stalls), or work beside it, keeps those who are fewer than enough no longer. */
const HELD_UP_MS = 100;

/** What is in the buffer. */
interface Held {
  jobs: number;
  bytes: number;
}
const NOTHING: Readonly<Held> = { jobs: 0, bytes: 0 };

interface Call<Job, Result> {
  readonly jobs: readonly Job[];
  readonly bytes: number;
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

/**
 * Lets jobs that arrive at about the same time share one transaction, so that one fsync serves many callers, while each gets
 * its answer only after its own commit. A group goes as soon as no other is under way (or enough have come for one more, or the other is held up),
 * with all who have come by then. Nobody waits for company that is not likely to come: not the first after a pause, and not a sender
 * that sends one after the other; only as long as fewer callers have come than the last group had, a moment ago (docs/decisions/0016).
 */
export class GroupCommit<Job, Result> {
  private readonly waiting: Call<Job, Result>[] = [];
  private waitingJobs = 0;
  private starting: NodeJS.Immediate | undefined;
  private running = 0;
  /** How many callers the last group to end had, and until when (milliseconds) as many are waited for. */
  private last = { callers: 0, restUntil: 0 };
  /** When the last group to begin did, or what goes on beside. */
  private begun = 0;
  private later: NodeJS.Timeout | undefined;
  /** What is under way that a small group waits for, as it would for another group. */
  private besides = 0;
  private readonly held: Held = { jobs: 0, bytes: 0 };
  private readonly owners = new Map<string, Held>();

  constructor(
    private readonly writer: GroupWriter<Job, Result>,
    private readonly limits: GroupLimits,
    private readonly rest: Rest = REST,
  ) {}

  /** Whether another call of an owner would be turned away now. */
  isFullFor(owner: string): boolean {
    return isTurnedAway(this.partOf(this.held), this.partOf(this.owners.get(owner) ?? NOTHING));
  }

  /** Jobs that wait, or are under way. */
  get pending(): number {
    return this.held.jobs;
  }

  /**
   * @param bytes size of the request that the jobs came in
   * @throws Problem busy when the buffer is full, or the owner's part of it; nothing was written then
   */
  join(jobs: readonly Job[], bytes: number): Promise<Result[]> {
    const [first] = jobs;
    if (first === undefined) return Promise.resolve([]);
    const owner = this.writer.ownerOf(first);
    if (this.isFullFor(owner)) return Promise.reject(new Problem('busy'));
    this.hold(owner, jobs.length, bytes);
    const answer = new Promise<Result[]>((resolve, reject) => {
      this.waiting.push({ jobs, bytes, resolve, reject });
    });
    this.waitingJobs += jobs.length;
    // Requests that came in the same turn of the event loop go together; where they are enough, the database need not wait for the rest.
    if (this.waitingJobs >= this.limits.enough) this.start();
    else
      this.starting ??= setImmediate(() => {
        this.starting = undefined;
        this.start();
      });
    return answer.finally(() => this.hold(owner, -jobs.length, -bytes));
  }

  private partOf({ jobs, bytes }: Readonly<Held>): number {
    return Math.max(jobs / this.limits.maxJobs, bytes / this.limits.maxBytes);
  }

  private hold(owner: string, jobs: number, bytes: number): void {
    const own = this.owners.get(owner) ?? { ...NOTHING };
    for (const held of [this.held, own]) {
      held.jobs += jobs;
      held.bytes += bytes;
    }
    if (own.jobs > 0) this.owners.set(owner, own);
    else this.owners.delete(owner);
  }

  /** A group that is not enough by itself begins after this work, if that ends in time. @param work that never fails */
  beside(work: Promise<unknown>): void {
    this.besides += 1;
    this.begun = performance.now();
    void work.then(() => {
      this.besides -= 1;
      this.start();
    });
  }

  private start(): void {
    clearTimeout(this.later);
    let ms = this.msUntilNext();
    for (; ms <= 0; ms = this.msUntilNext()) this.begin();
    if (ms !== Infinity) this.later = setTimeout(() => this.start(), ms);
  }

  /** Milliseconds until the next group may begin; Infinity where only another call, or the end of a group, can let it. */
  private msUntilNext(): number {
    if (this.waiting.length === 0 || this.running >= this.limits.parallel) return Infinity;
    if (this.waitingJobs >= this.limits.enough) return 0;
    const now = performance.now();
    if (this.running + this.besides > 0) return this.begun + HELD_UP_MS - now;
    return this.waiting.length >= this.last.callers ? 0 : this.last.restUntil - now;
  }

  private begin(): void {
    this.running += 1;
    const group = this.nextGroup();
    const began = (this.begun = performance.now());
    void this.answer(group).finally(() => {
      this.running -= 1;
      const now = performance.now();
      this.last = {
        callers: group.length,
        restUntil: now + Math.min((now - began) * this.rest.times, this.rest.ms),
      };
      this.start();
    });
  }

  private nextGroup(): Call<Job, Result>[] {
    let size = 0;
    const end = this.waiting.findIndex(({ jobs }, i) => {
      size += jobs.length;
      return i > 0 && size > this.limits.groupSize;
    });
    const group = this.waiting.splice(0, end < 0 ? this.waiting.length : end);
    for (const { jobs } of group) this.waitingJobs -= jobs.length;
    return group;
  }

  /** Never fails: every caller gets its results or its error. */
  private async answer(group: readonly Call<Job, Result>[]): Promise<void> {
    try {
      const results = await this.writer.write(group.flatMap(({ jobs }) => jobs));
      let from = 0;
      for (const { jobs, resolve } of group) resolve(results.slice(from, (from += jobs.length)));
    } catch (error) {
      const [first, ...others] = group;
      if (!first) return;
      if (!this.writer.isOfOneJob(error)) for (const { reject } of group) reject(error);
      // One more round for everybody, each caller in a transaction of its own: the fault stays with the one who made it.
      else if (others.length > 0) await Promise.all(group.map((call) => this.answer([call])));
      else first.resolve(await this.inHalves(first.jobs, error));
    }
  }

  /** Finds the faulty jobs of one caller by halving, in order, and writes the rest. */
  private async inHalves(jobs: readonly Job[], error: unknown): Promise<Result[]> {
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
          ...(own ? await this.inHalves(half, cause) : half.map((job) => this.writer.failed(job, cause))),
        );
      }
    }
    return results;
  }
}
