import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from './cleanup.js';
import { Floor } from './floor.js';
import { startPostgres, type Postgres } from './hub/postgres.js';
import { rounded, median, ratioOfPairs, ratioToNeighbours } from './maths.js';
import { warmUp } from './load/warm-up.js';
import type { Options } from './options.js';
import { Site, type SiteOptions } from './site.js';

/** A floor slice is shorter than the figure's: it has no ramp. */
const FLOOR_SHARE = 0.6;
/** Between slices, so that what the last one left (a checkpoint, garbage) is not the next one's. */
const PAUSE_MS = 100;
/** After two minutes in which nobody asked it for anything a hub spent up to twice its usual time on a record, for some four seconds. */
const COLD_AFTER_MS = 100_000;

/** What the figures share: the server, the floor, the hubs, and how slices alternate. */
export class Bench {
  private readonly floors: number[] = [];
  private readonly open = new Map<string, Site>();
  /** When a figure last asked for each. */
  private readonly asked = new Map<Site, number>();
  private readonly results = new Map<string, number>();

  private constructor(
    readonly options: Options,
    readonly postgres: Postgres,
    private readonly floor: Floor,
    readonly cleanup: Cleanup,
    readonly say: (text: string) => void,
  ) {}

  static async start(options: Options, cleanup: Cleanup, say: (text: string) => void): Promise<Bench> {
    const postgres = await startPostgres(cleanup);
    return new Bench(options, postgres, await Floor.open(postgres), cleanup, say);
  }

  /** The hub that most figures share, started when the first one asks, and warmed up. */
  main(): Promise<Site> {
    return this.site({ database: 'stafett' });
  }

  /** The hub that is measured from end to end: two recipients, whose systems keep up. */
  relay(): Promise<Site> {
    return this.site(relayOptions('relay'));
  }

  /** A hub on a database of its own, warm, until the figure finishes it. `prepare` works on it before. */
  async site(options: SiteOptions, prepare?: (site: Site) => Promise<void>): Promise<Site> {
    const known = this.open.get(options.database);
    const site = known ?? (await this.coldSite(options));
    if (!known) await prepare?.(site);
    if (performance.now() - (this.asked.get(site) ?? -Infinity) > COLD_AFTER_MS) {
      this.say(`warming up ${options.database}`);
      await warmUp(site, this.options.seconds);
    }
    this.asked.set(site, performance.now());
    return site;
  }

  /** A hub that has only been started, until the figure finishes it. */
  async coldSite(options: SiteOptions): Promise<Site> {
    const known = this.open.get(options.database);
    if (known) return known;
    const { profile } = this.options;
    this.say(`starting ${options.database}`);
    const site = await Site.start(
      this.postgres,
      { ...options, profile: profile && join(profile, options.database) },
      this.cleanup,
    );
    this.open.set(options.database, site);
    return site;
  }

  /** Stops a hub once everything that went in has come out. */
  async finish(site: Site): Promise<void> {
    this.say('checking that nothing is lost');
    await site.settle();
    for (const [database, each] of this.open) if (each === site) this.open.delete(database);
    await site.close();
  }

  async floorSlice(): Promise<number> {
    const rate = await this.floor.slice(this.options.seconds * FLOOR_SHARE);
    this.floors.push(rate);
    await sleep(PAUSE_MS);
    return rate;
  }

  /** Records per second of the floor, over all of its slices in this run. */
  get floorRate(): number {
    return median(this.floors);
  }

  /** floor, figure, floor, figure, …, floor. */
  async againstFloor(
    name: string,
    slice: () => Promise<number>,
  ): Promise<{ perSecond: number; ratio: number }> {
    const base = [await this.floorSlice()];
    const slices: number[] = [];
    for (let round = 1; round <= this.options.rounds; round += 1) {
      this.say(`${name} ${round}/${this.options.rounds}`);
      slices.push(await slice());
      base.push(await this.floorSlice());
    }
    const perSecond = median(slices);
    this.results.set(name, perSecond);
    return { perSecond: rounded(perSecond), ratio: rounded(ratioToNeighbours(base, slices)) };
  }

  /** Two of a kind, slice by slice: how the second compares with the first. The order turns from round to round. */
  async pairwise(
    name: string,
    base: () => Promise<number>,
    other: () => Promise<number>,
    rounds = this.options.rounds,
  ): Promise<{ perSecond: number; ratio: number }> {
    const pairs: (readonly [number, number])[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      this.say(`${name} ${round}/${rounds}`);
      const firstIsBase = round % 2 === 1;
      const first = await (firstIsBase ? base : other)();
      await sleep(PAUSE_MS);
      const second = await (firstIsBase ? other : base)();
      await sleep(PAUSE_MS);
      pairs.push(firstIsBase ? [first, second] : [second, first]);
    }
    return {
      perSecond: rounded(median(pairs.map(([, value]) => value))),
      ratio: rounded(ratioOfPairs(pairs)),
    };
  }

  /** Records per second of a figure that was measured earlier in this run. */
  measured(name: string): number | undefined {
    return this.results.get(name);
  }

  /** Checks that nothing was lost, then stops everything that was started and removes its folder. */
  async finishAll(): Promise<void> {
    for (const site of [...this.open.values()]) await this.finish(site);
    await this.floor.close();
    await this.cleanup.run();
  }

  /** The end of every running hub's log, for a run that failed. */
  lastWords(): string {
    return [...this.open].map(([name, site]) => `hub ${name}:\n${site.hub.lastWords()}`).join('\n');
  }
}

/** Of the two recipients of a relay there is one reader each. */
export const relayOptions = (database: string): SiteOptions => ({ database, inboxes: 2 });
