import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agencies } from '../../support/agencies.js';
import { check } from '../checker.js';
import { settled } from '../checker/views.js';
import { Api, type Address } from './api.js';
import type { Databases } from './postgres.js';
import { HubProcess } from './processes.js';
import type { Proxy } from './proxy.js';
import { Chance } from './random.js';
import { Reader, type ReaderOptions } from './reader.js';
import { Sender, type SenderOptions } from './sender.js';

export interface HubWish {
  readonly name: string;
  readonly roles?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How often it may end while it starts and be started again, as a supervisor would: where its limits are short for a busy machine. */
  readonly restarts?: number;
  /** Settings that differ, by section, laid over the defaults. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Settings of a hub that dispatches nothing in the transaction that takes it in: all of it goes by its worker. */
export const byWorker = { dispatch: { atOnceBelow: 0 } };

/** Sweeping sooner than the default of 5 s makes what a kill leaves behind come sooner, and nothing else. */
const SWEEP_SECONDS = 2;
const SHOWN_FAULTS = 20;

/** Whose inboxes are read: those whom schools' notices go to. */
const recipients = [agencies.ot, agencies.otherOt] as const;
/** A second school of the same controller, so that two senders write about the same youths. */
const schools = [agencies.school, '310200026'] as const;

/** Some hub processes on a database of their own, and the clients that use them. */
export class World {
  private readonly senders: Sender[] = [];
  private readonly readers: Reader[] = [];
  private earlier = 0;
  /** Set while a load runs, and when it came out clean. */
  private clean = true;
  private readonly origins = new Map<string, string>();

  private constructor(
    readonly databases: Databases,
    readonly databaseUrl: string,
    readonly hubs: readonly HubProcess[],
    private readonly chance: Chance,
    readonly folder: string,
  ) {}

  /** Starts the hubs, and notes where the empty inboxes begin. */
  static async start(databases: Databases, seed: number, wishes: readonly HubWish[]): Promise<World> {
    const databaseUrl = await databases.createDatabase();
    const folder = mkdtempSync(join(databases.folder, 'notes-'));
    mkdirSync(join(folder, 'data'));
    const hubs = await Promise.all(
      wishes.map(({ name, roles, env, restarts, settings }) => {
        // JSON is YAML.
        const file = join(folder, `${name}.yaml`);
        writeFileSync(file, JSON.stringify({ queue: { sweepAfterSeconds: SWEEP_SECONDS }, ...settings }));
        const all = {
          STAFETT_CONFIG: file,
          STAFETT_DATA: join(folder, 'data'),
          STAFETT_KEYS: databases.keys,
          DATABASE_URL: databaseUrl,
          ...(roles && { STAFETT_ROLES: roles }),
          ...env,
        };
        return HubProcess.at(name, all, restarts);
      }),
    );
    const world = new World(databases, databaseUrl, hubs, new Chance(seed), folder);
    try {
      await Promise.all(hubs.map((hub) => hub.start()));
      for (const agency of recipients)
        world.origins.set(agency, await Reader.origin(world.api(agency), world.apiHubs()[0] as Address));
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  api(agency: string): Api {
    return new Api(this.databases.keys, agency);
  }

  /** A hub by its name. */
  hub(name: string): HubProcess {
    const found = this.hubs.find((hub) => hub.name === name);
    if (!found) throw new Error(`no hub ${name}`);
    return found;
  }

  sender(agency: string, options?: SenderOptions, through: readonly Address[] = this.apiHubs()): Sender {
    const sender = new Sender(this.folder, this.api(agency), through, this.ownChance(), options);
    this.senders.push(sender);
    this.clean = false;
    return sender;
  }

  reader(agency: string, options?: ReaderOptions, through: readonly Address[] = this.apiHubs()): Reader {
    const origin = this.origins.get(agency);
    if (origin === undefined) throw new Error(`${agency} is not a recipient`);
    const reader = new Reader(this.folder, this.api(agency), through, this.ownChance(), origin, options);
    this.readers.push(reader);
    return reader;
  }

  /** Two schools that push, an OT whose referrals are refused, and a reader at each inbox: all start. */
  traffic(
    sending: SenderOptions = {},
    reading: ReaderOptions = {},
    through: readonly Address[] = this.apiHubs(),
  ): Sender[] {
    const senders = schools.map((school) => this.sender(school, sending, through));
    senders.push(this.sender(agencies.otherOt, { ...sending, streams: 1 }, through));
    for (const sender of senders) sender.start();
    for (const recipient of recipients) this.reader(recipient, reading, through).start();
    return senders;
  }

  /** A hub as its clients reach it through a proxy. */
  through(proxy: Proxy, hub: HubProcess): Address {
    return { url: `http://127.0.0.1:${proxy.port}`, offsetSeconds: hub.offsetSeconds };
  }

  /** Hubs that answer the API. */
  apiHubs(): HubProcess[] {
    return this.hubs.filter((hub) => !hub.roles || hub.roles.includes('api'));
  }

  /**
   * Ends the load, lets every client come to its end, and forgets the clients: another load may follow, and what the first ones
   * noted still counts. @returns what the checker says
   */
  async verdict(): Promise<readonly string[]> {
    await Promise.all(this.senders.map((sender) => sender.stop()));
    const [hub] = this.apiHubs() as [HubProcess];
    const agenciesThatSent = new Set(this.senders.map(({ agency }) => agency));
    await settled(hub, (agency) => this.api(agency), agenciesThatSent);
    await Promise.all(this.readers.map((reader) => reader.finish()));
    this.earlier = this.accepted;
    const { keys } = this.databases;
    const { faults } = await check(this.folder, hub, { keys, auditor: agencies.county });
    this.clean = faults.length === 0;
    this.senders.length = 0;
    this.readers.length = 0;
    return faults.slice(0, SHOWN_FAULTS);
  }

  /** Whether its last load came out clean and all its hubs run. */
  get sound(): boolean {
    return this.clean && this.hubs.every((hub) => hub.running);
  }

  /** Records that senders have a 202 for, since the world began. */
  get accepted(): number {
    return this.senders.reduce((sum, sender) => sum + sender.accepted, this.earlier);
  }

  async stop(): Promise<void> {
    await Promise.all(this.hubs.map((hub) => hub.kill()));
    await Promise.all([...this.senders, ...this.readers].map((client) => client.abandon()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private ownChance(): Chance {
    return new Chance(this.chance.between(1, 1_000_000_000));
  }
}
