import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { OrgNumber } from '../src/common/ids.js';
import { loadConfig, projectFolder } from '../src/config/load.js';
import { parseDirectory } from '../src/directory/directory.file.js';
import type { Cleanup } from './cleanup.js';
import { HubProcess, type HubSettings } from './hub/process.js';
import type { Postgres } from './hub/postgres.js';
import { drain } from './load/drain.js';
import { Ledger } from './load/ledger.js';
import { Mix, type Inbox } from './load/mix.js';
import { Reader } from './load/pull.js';
import { Tokens } from './load/tokens.js';

export interface SiteOptions {
  /** The hub's database on the run's server. */
  readonly database: string;
  /** OT units that youths are spread over; all of the county unless told otherwise. */
  readonly inboxes?: number;
  readonly queueUrl?: string;
  readonly sealing?: 'off';
  readonly profile?: string | undefined;
}

/** A received record waits no longer than this for dispatch while nothing else is going on. */
const DISPATCH_MS = 120_000;
/** What `npm run hub` calls its database. */
const DEFAULT = 'stafett';

/** A hub that is measured, and all that goes with it: its database, its senders, its readers, and the notes of what went in and out. */
export class Site {
  readonly ledger = new Ledger();
  readonly mix: Mix;
  readonly readers: readonly Reader[];
  /** The counties' agencies that read the log, the one whose schools send first. */
  readonly auditors: readonly OrgNumber[];
  /** The number of the county whose schools send. */
  readonly county: string;

  private constructor(
    private running: HubProcess,
    private readonly startHub: () => Promise<HubProcess>,
    private readonly tokens: Tokens,
    private readonly admin: Client,
    { schools, inboxes, auditors, county }: Parts,
    private readonly dropDatabase: () => Promise<void>,
  ) {
    this.mix = new Mix(schools, inboxes, this.ledger, new Date());
    this.auditors = auditors;
    this.county = county;
    this.readers = inboxes.map((_, i) => new Reader(this, i));
  }

  static async start(postgres: Postgres, options: SiteOptions, cleanup: Cleanup): Promise<Site> {
    const { database, queueUrl, sealing, profile } = options;
    const config = loadConfig({ STAFETT_DATA: postgres.folder });
    const own = database === DEFAULT;
    const inDatabases = (text: string): Promise<void> =>
      withAdmin(postgres, async (admin) => void (await admin.query(text)));
    if (!own) await inDatabases(`create database ${database} template template0 encoding 'UTF8'`);
    const settings: HubSettings = {
      data: postgres.folder,
      log: join(postgres.folder, `${database}.log`),
      ...(!own && { databaseUrl: postgres.url(database) }),
      ...(queueUrl && { queueUrl }),
      sealing,
      profile,
    };
    const startHub = (): Promise<HubProcess> => HubProcess.start(settings, cleanup);
    return new Site(
      await startHub(),
      startHub,
      new Tokens(config),
      await postgres.connect(database),
      whoTakesPart(config.directory.file, options.inboxes),
      () => inDatabases(`drop database ${database} with (force)`),
    );
  }

  get hub(): HubProcess {
    return this.running;
  }

  get port(): number {
    return this.hub.port;
  }

  tokenOfSender(sender: number): string {
    const { senders } = this.mix;
    return this.tokens.of(senders[sender % senders.length] as OrgNumber);
  }

  tokenOfInbox(inbox: number): string {
    return this.tokens.of(this.mix.inboxes[inbox]?.orgNumber as OrgNumber);
  }

  /** Valid for some minutes after prepare(). */
  tokenOfAuditor(auditor = 0): string {
    return this.tokens.of(this.auditors[auditor] as OrgNumber);
  }

  /** What may be done ahead of a slice, so that it costs nothing within it. */
  async prepare(): Promise<void> {
    await this.tokens.renew([
      ...this.mix.senders,
      ...this.mix.inboxes.map(({ orgNumber }) => orgNumber),
      ...this.auditors,
    ]);
    this.mix.prepare();
  }

  /** Waits until dispatch is done, so that the hub is idle in the slice of another. */
  async quiet(): Promise<void> {
    const until = performance.now() + DISPATCH_MS;
    for (;;) {
      const { rowCount } = await this.admin.query(
        `select from stafett.record where state = 'received' limit 1`,
      );
      if (rowCount === 0) return;
      if (performance.now() > until)
        throw new Error(`records wait for dispatch after ${DISPATCH_MS / 1000} s`);
      await sleep(20);
    }
  }

  /** SQL past the hub, as the superuser. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query<Row>(text, values)).rows;
  }

  /**
   * Takes out what is still in the inboxes and compares: everything that got a 202 came out of the right inbox, once, and nothing else
   * did. The reader of each page has checked the rest.
   * @throws where something is lost
   */
  async settle(): Promise<void> {
    await this.quiet();
    await drain(this);
    const { accepted, pulled, sent } = this.ledger;
    const [stored] = await this.sql<{ records: string }>('select count(*) as records from stafett.record');
    if (accepted !== sent || pulled !== accepted)
      throw new Error(
        `${sent} events were sent, ${accepted} accepted and ${pulled} handed out (${stored?.records} stored)`,
      );
  }

  /** Stops the hub, works on its database, and starts it again. Its readers begin anew. */
  async withoutHub(work: () => Promise<void>): Promise<void> {
    for (const reader of this.readers) reader.forgetCursor();
    await this.running.stop();
    await work();
    this.running = await this.startHub();
  }

  /** Stops the hub and drops its database. */
  async close(): Promise<void> {
    for (const reader of this.readers) reader.close();
    try {
      await this.running.stop();
    } finally {
      await this.admin.end();
      await this.dropDatabase();
    }
  }
}

async function withAdmin<T>(postgres: Postgres, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = await postgres.connect('postgres');
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

interface Parts {
  readonly schools: OrgNumber[];
  readonly inboxes: Inbox[];
  readonly auditors: OrgNumber[];
  readonly county: string;
}

/** The first county of the directory that has OT units: its public schools, and one municipality that each unit serves. Auditors are every county's. */
function whoTakesPart(file: string, most = Infinity): Parts {
  const { agencies, controllers, counties } = parseDirectory(
    readFileSync(resolve(projectFolder, file), 'utf8'),
  );
  const authority = new Set(
    controllers.filter(({ kind }) => kind === 'county-authority').map(({ orgNumber }) => orgNumber),
  );
  const [county] = counties;
  const schools = agencies.filter(
    ({ kind, controller, county: number }) =>
      kind === 'school' && authority.has(controller) && number === county?.number,
  );
  const served = new Map(county?.municipalities.map(({ ot, number }) => [ot, number] as const));
  return {
    schools: schools.map(({ orgNumber }) => orgNumber),
    inboxes: [...served].map(([orgNumber, home]) => ({ orgNumber, home })).slice(0, most),
    auditors: agencies
      .filter(({ kind }) => kind === 'county')
      .sort((a, b) => Number(b.county === county?.number) - Number(a.county === county?.number))
      .map(({ orgNumber }) => orgNumber),
    county: county?.number ?? '',
  };
}
