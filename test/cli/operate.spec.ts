import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDirectoryFile, migrateDatabase } from '../../src/cli/operate.js';
import { loadConfig, projectFolder } from '../../src/config/load.js';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';

const example = join(projectFolder, 'config/directory/oppland.yaml');
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'stafett-operate-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const config = (more: NodeJS.ProcessEnv = {}) =>
  loadConfig({ STAFETT_DATA: folder, DATABASE_URL: database.appUrl, ...more });
const count = (what: string): Promise<number> =>
  asAdmin(database.superUrl, async (admin) =>
    Number((await admin.query(`select count(*) from ${what}`)).rows[0].count),
  );

describe('stafett directory load', () => {
  it('writes who takes part straight to the database, with an audit entry for each change', async () => {
    const changes = await loadDirectoryFile(config(), example);
    expect(changes.added).toBe(changes.list.length);
    expect(await count('stafett.agency')).toBe(
      changes.list.filter(({ act }) => act === 'agency-added').length,
    );
    expect(await count(`stafett.entry_detail where act = 'directory-changed'`)).toBe(changes.list.length);
  });

  it('writes nothing where nothing differs, and then only what does', async () => {
    expect((await loadDirectoryFile(config(), example)).list).toEqual([]);
    const changed = join(folder, 'changed.yaml');
    writeFileSync(
      changed,
      readFileSync(example, 'utf8').replace('Mesnaelva videregående', 'Mesna videregående'),
    );
    expect((await loadDirectoryFile(config(), changed)).list).toMatchObject([
      { act: 'agency-changed', key: '310200018' },
    ]);
  });

  it('says what to do where there are no tables', async () => {
    await asAdmin(database.superUrl, (admin) => admin.query('alter schema stafett rename to elsewhere'));
    try {
      await expect(loadDirectoryFile(config(), example)).rejects.toThrow(/stafett migrate/);
    } finally {
      await asAdmin(database.superUrl, (admin) => admin.query('alter schema elsewhere rename to stafett'));
    }
  });
});

describe('stafett migrate', () => {
  it('uses the owner’s login, and finds nothing to do the second time', async () => {
    const { applied } = await migrateDatabase(config({ DATABASE_OWNER_URL: database.ownerUrl }));
    expect(applied).toEqual([]);
  });

  it('says what is missing where nobody may migrate', async () => {
    await expect(migrateDatabase(config())).rejects.toThrow(/DATABASE_OWNER_URL/);
  });
});
