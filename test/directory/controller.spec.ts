import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { AuditService } from '../../src/audit/audit.service.js';
import type { Caller } from '../../src/common/access.js';
import { systemClock } from '../../src/common/clock.js';
import { loadConfig } from '../../src/config/load.js';
import { appOptions } from '../../src/database/data-source.js';
import { withTx } from '../../src/database/tx.js';
import { AgencyEntity } from '../../src/directory/agency.entity.js';
import { ControllerEntity } from '../../src/directory/controller.entity.js';
import { recordTo } from '../../src/directory/directory.audit.js';
import { DirectoryController } from '../../src/directory/directory.controller.js';
import { DirectoryService } from '../../src/directory/directory.service.js';
import { RegionEntity } from '../../src/directory/region.entity.js';
import { ServiceAreaEntity } from '../../src/directory/service-area.entity.js';
import { TeamMemberEntity } from '../../src/directory/team-member.entity.js';
import { TeamEntity } from '../../src/directory/team.entity.js';
import type { Doorbell } from '../../src/queue/doorbell.js';
import { Rechecks } from '../../src/queue/recheck.js';
import { VaultService } from '../../src/vault/vault.service.js';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';
import { countyAdmin, draft, first, opplandText, opplandWith } from './examples.js';

const entities = [
  ControllerEntity,
  RegionEntity,
  AgencyEntity,
  TeamEntity,
  TeamMemberEntity,
  ServiceAreaEntity,
];
const config = loadConfig({});
const bell = { ring: () => undefined } as unknown as Doorbell;

describe('the directory’s API', () => {
  let database: TestDatabase;
  let db: DataSource;
  let api: DirectoryController;
  let admin: Caller;
  let school: Caller;

  const acts = () =>
    asAdmin(database.ownerUrl, async (owner) => {
      const { rows } = await owner.query<{
        agency_id: string | null;
        detail: { change: string; key: string };
      }>(`select agency_id, detail from stafett.entry_detail where act = 'directory-changed' order by id`);
      return rows;
    });
  const body = (change: Parameters<typeof opplandWith>[0]): Buffer => {
    const file = draft();
    change(file);
    return Buffer.from(JSON.stringify(file));
  };

  beforeAll(async () => {
    database = await createDatabase();
    db = await new DataSource({ ...appOptions(database.appUrl, config.database), entities }).initialize();
    const [kek, indexRoot, logSeed] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const keyring = { activeKek: '1', keks: new Map([['1', kek]]), indexRoot, logSeed };
    const vault = new VaultService(keyring, db);
    const audit = new AuditService(vault, systemClock);
    const service = new DirectoryService(db, config, systemClock, new Rechecks(bell, systemClock));
    api = new DirectoryController(service, audit, vault, db);
    await withTx(db, (tx) =>
      service.load(
        tx,
        opplandWith(() => undefined),
        recordTo(audit),
      ),
    );
    const directory = await service.snapshot();
    const callerOf = (number: string): Caller => {
      const agency = directory.agencyByNumber(number);
      if (!agency) throw new Error('not in the directory');
      return { ...countyAdmin, ...agency, agencyId: agency.id };
    };
    admin = callerOf('310100013');
    school = callerOf('310200018');
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  it('lists agencies page by page, each once, and a page beyond the end is empty with a cursor', async () => {
    const seen: string[] = [];
    let page = await api.list({ limit: 30 }, school);
    for (;;) {
      seen.push(...page.items.map((each) => each.orgNumber));
      if (!page.more) break;
      page = await api.list({ limit: 30, after: page.cursor }, school);
    }
    expect(seen.length).toBe(83);
    expect(seen).toEqual([...new Set(seen)].sort());
    const beyond = await api.list({ limit: 30, after: page.cursor }, school);
    expect(beyond).toEqual({ items: [], cursor: page.cursor, more: false });
  });

  it('shows of an agency only what stands in the contract', async () => {
    const { items } = await api.list({ kind: 'county', limit: 1 }, school);
    expect(items).toEqual([
      {
        orgNumber: '310100013',
        kind: 'county',
        name: 'Oppland fylkeskommune, videregående opplæring (inntak, fagopplæring, revisjon)',
        county: '05',
        municipality: '0501',
        active: true,
      },
    ]);
  });

  it('binds a cursor to agency and filter', async () => {
    const { cursor } = await api.list({ limit: 1 }, school);
    await expect(api.list({ after: cursor }, admin)).rejects.toMatchObject({ code: 'cursor-foreign' });
    await expect(api.list({ after: cursor, kind: 'ot' }, school)).rejects.toMatchObject({
      code: 'cursor-foreign',
    });
    await expect(api.list({ after: 'x' }, school)).rejects.toMatchObject({ code: 'cursor-invalid' });
  });

  it('takes the same file again and changes nothing', async () => {
    const counts = await api.put(Buffer.from(opplandText), 'application/yaml', admin);
    expect(counts).toEqual({ added: 0, changed: 0, deactivated: 0, reactivated: 0, removed: 0 });
  });

  it('answers the counts and leaves one audit entry a change, with who made it', async () => {
    const before = (await acts()).length;
    const counts = await api.put(
      body((file) => (first(file, 'school')['name'] = 'Nytt navn')),
      'application/json',
      admin,
    );
    expect(counts).toEqual({ added: 0, changed: 1, deactivated: 0, reactivated: 0, removed: 0 });
    const [entry, ...others] = (await acts()).slice(before);
    expect(others).toEqual([]);
    expect(entry).toEqual({
      agency_id: admin.agencyId,
      detail: { change: 'agency-changed', key: '310200018' },
    });
  });

  it('refuses another county’s part with a pointer, and anyone who is no county', async () => {
    const foreign = body((file) => (file.counties[1]!.regions[0]!['name'] = 'X'));
    await expect(api.put(foreign, 'application/json', admin)).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [{ pointer: '/counties/1/regions/0', code: 'not-your-county' }],
    });
    await expect(api.put(foreign, 'application/json', school)).rejects.toMatchObject({
      code: 'insufficient-scope',
    });
  });
});
