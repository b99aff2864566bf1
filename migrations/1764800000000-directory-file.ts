import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which whole directory file was loaded last: a start that finds the same one does not load it again, and what counties have changed since
 * stays. One row at most; none: the next start loads its file, as every start did before. Locks: none on what is there.
 */
export class DirectoryFile1764800000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(directoryFile);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const directoryFile = `
create table stafett.directory_file (
  one boolean primary key default true check (one),
  sha256 bytea not null check (octet_length(sha256) = 32),
  loaded_at timestamptz not null
);`;
