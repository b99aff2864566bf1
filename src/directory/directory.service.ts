import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CLOCK, type Clock } from '../common/clock.js';
import type { AgencyId } from '../common/ids.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.schema.js';
import { lockClass } from '../database/locks.js';
import { withTx, type Tx } from '../database/tx.js';
import { Rechecks } from '../queue/recheck.js';
import { agenciesToRecheck, tellChanges, type Changes, type DirectoryChange } from './directory.changes.js';
import { apply, diff, stateOfFile, stateOfRows } from './directory.diff.js';
import type { DirectoryFile } from './directory.entries.js';
import { Directory, type DirectoryRows } from './directory.js';
import { scopeToCounty, type Refusal } from './directory.scope.js';
import { lastFile, lockDirectory, noteFile, readDirectory } from './directory.sql.js';
import { Ids, writeChanges } from './directory.store.js';

/** Tells the changes of one load to the audit log, in the load's own transaction. Not called when nothing changed. */
export type RecordChanges = (tx: Tx, changes: readonly DirectoryChange[]) => void;

/** Thrown by a load that would change what its county may not. Nothing was written. */
export class DirectoryScopeError extends Error {
  override readonly name = 'DirectoryScopeError';

  constructor(readonly refused: readonly Refusal[]) {
    super('the load would change what belongs to others');
  }
}

interface Look {
  /** Monotonic milliseconds at which the reading began: what it shows is at least as new. */
  readonly since: number;
  readonly directory: Promise<Directory>;
}

/** Who takes part. Read from memory that is at most `identity.directoryCacheSeconds` old; written by loading a whole file. */
@Injectable()
export class DirectoryService {
  private latest: Look | undefined;
  /** Readings that began before this are older than a change of our own. */
  private notBefore = 0;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly rechecks: Rechecks,
  ) {}

  /**
   * The directory as it is now, or was at most the setting's seconds ago. Callers share one reading while it is young
   * enough. The age is that of the monotonic clock: a computer's time may be set back.
   * @throws Problem unavailable when it must be read and the database cannot be reached: an old answer would be a guess
   */
  snapshot(): Promise<Directory> {
    return this.young() ?? this.refresh();
  }

  /** The same for who has a transaction open: one that waited for a connection besides its own might wait for itself. */
  snapshotIn(tx: Tx): Promise<Directory> {
    return this.young() ?? this.readIn(tx);
  }

  private young(): Promise<Directory> | undefined {
    const oldest = Math.max(
      performance.now() - this.config.identity.directoryCacheSeconds * 1000,
      this.notBefore,
    );
    return this.latest && this.latest.since >= oldest ? this.latest.directory : undefined;
  }

  /**
   * The snapshot, or one read now if it lacks an agency: what a row names may have come to the directory since, by another process.
   * @param agencies as rows name them
   */
  async knowing(tx: Tx, snapshot: Directory, agencies: Iterable<AgencyId | null>): Promise<Directory> {
    for (const id of agencies) if (id !== null && !snapshot.agencyById(id)) return this.readIn(tx);
    return snapshot;
  }

  /** As it is now. For whoever would say no by a snapshot, and for good: another process may have known better for a second. */
  async readIn(tx: Tx): Promise<Directory> {
    const since = performance.now();
    const directory = new Directory(await readRows(tx));
    // Shared once it is there, and not before: what the transaction waits for (a lock) is nothing that others should.
    if (!this.latest || this.latest.since < since)
      this.latest = { since, directory: Promise.resolve(directory) };
    return directory;
  }

  /** Reads it now. */
  refresh(): Promise<Directory> {
    const look: Look = { since: performance.now(), directory: this.read() };
    this.latest = look;
    // A failed reading is told to those who wait for it, and not kept.
    look.directory.catch(() => {
      if (this.latest === look) this.latest = undefined;
    });
    return look.directory;
  }

  /**
   * Makes the directory what the file says: adds, changes, deactivates and activates again, and writes only what differs.
   * @param county given: only this county's part may change (see directory.scope.ts); left out: all is the file's to say
   * @throws DirectoryScopeError
   */
  async load(tx: Tx, file: DirectoryFile, record: RecordChanges, county?: string): Promise<Changes> {
    await tx.query(lockDirectory, [lockClass.directory]);
    const rows = await readRows(tx);
    const state = stateOfRows(rows);
    let changes = diff(state, stateOfFile(file));
    if (county !== undefined) {
      const { kept, refused } = scopeToCounty(changes, state, county);
      if (refused.length > 0) throw new DirectoryScopeError(refused);
      changes = [...kept];
    } else tx.send(noteFile, [digestOf(file)]);
    // Before the doorbell that the news rings: what it wakes is to read what this writes.
    if (changes.length > 0) tx.afterCommit(() => (this.notBefore = performance.now()));
    const ids = new Ids(rows);
    await writeChanges(tx, changes, ids, this.clock);
    const news = agenciesToRecheck(changes, apply(state, changes)).flatMap(
      (number) => ids.agencies.get(number) ?? [],
    );
    this.rechecks.add(
      tx,
      news.map((subject) => ({ shard: 0, cause: 'agency-changed', subject })),
    );
    const told = tellChanges(changes, ids);
    if (told.list.length > 0) record(tx, told.list);
    return told;
  }

  /**
   * Loads the file that a hub starts with, unless it is the last whole file that was loaded: what counties have changed since then is not
   * undone by a restart, which would take back what waits for an agency that only they have registered.
   */
  async loadAtStart(tx: Tx, file: DirectoryFile, record: RecordChanges): Promise<void> {
    await tx.query(lockDirectory, [lockClass.directory]);
    const [last] = await tx.query<{ sha256: Buffer }>(lastFile, []);
    if (!last?.sha256.equals(digestOf(file))) await this.load(tx, file, record);
  }

  private async read(): Promise<Directory> {
    return new Directory(await withTx(this.db, readRows));
  }
}

/** Of what the file says, so that a comment in it changes nothing. */
const digestOf = (file: DirectoryFile): Buffer => createHash('sha256').update(JSON.stringify(file)).digest();

async function readRows(tx: Tx): Promise<DirectoryRows> {
  const [rows] = await tx.query<DirectoryRows>(readDirectory);
  if (!rows) throw new Error('a select without from gives one row');
  return rows;
}
