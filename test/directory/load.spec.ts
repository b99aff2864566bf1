import { DataSource } from 'typeorm';
import type { Day } from '../../src/common/days.js';
import type { AgencyId } from '../../src/common/ids.js';
import { loadConfig } from '../../src/config/load.js';
import { appOptions } from '../../src/database/data-source.js';
import { statement, withTx } from '../../src/database/tx.js';
import { AgencyEntity } from '../../src/directory/agency.entity.js';
import { ControllerEntity } from '../../src/directory/controller.entity.js';
import type { Changes, DirectoryChange } from '../../src/directory/directory.changes.js';
import type { DirectoryFile } from '../../src/directory/directory.file.js';
import {
  DirectoryScopeError,
  DirectoryService,
  type RecordChanges,
} from '../../src/directory/directory.service.js';
import { RegionEntity } from '../../src/directory/region.entity.js';
import { ServiceAreaEntity } from '../../src/directory/service-area.entity.js';
import { TeamMemberEntity } from '../../src/directory/team-member.entity.js';
import { TeamEntity } from '../../src/directory/team.entity.js';
import type { Doorbell } from '../../src/queue/doorbell.js';
import { Rechecks } from '../../src/queue/recheck.js';
import { systemClock } from '../../src/common/clock.js';
import { asAdmin, createDatabase, type TestDatabase } from '../support/database.js';
import { first, opplandWith, withoutCounty } from './examples.js';

const entities = [
  ControllerEntity,
  RegionEntity,
  AgencyEntity,
  TeamEntity,
  TeamMemberEntity,
  ServiceAreaEntity,
];
const config = loadConfig({});
const rung: number[] = [];
const bell = { ring: (shards: Iterable<number>) => void rung.push(...shards) } as Doorbell;
const whole = opplandWith(() => undefined);

describe('loading the directory', () => {
  let database: TestDatabase;
  let db: DataSource;
  let service: DirectoryService;
  const recorded: DirectoryChange[] = [];

  const load = (file: DirectoryFile, county?: string): Promise<Changes> =>
    withTx(db, (tx) => service.load(tx, file, (_, changes) => void recorded.push(...changes), county));
  const rechecks = () =>
    asAdmin(database.ownerUrl, async (owner) => {
      const { rows } = await owner.query<{ shard: number; cause: string; subject: string }>(
        'select shard, cause, subject from stafett.recheck order by no',
      );
      return rows;
    });

  beforeEach(async () => {
    database = await createDatabase();
    db = await new DataSource({ ...appOptions(database.appUrl, config.database), entities }).initialize();
    service = new DirectoryService(db, config, systemClock, new Rechecks(bell, systemClock));
    recorded.length = 0;
    rung.length = 0;
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  it('adds everything the first time and changes nothing the second, with the application’s own rights', async () => {
    const once = await load(whole);
    expect(once).toMatchObject({
      added: 35 + 7 + 83 + 21 + 58,
      changed: 0,
      deactivated: 0,
      reactivated: 0,
      removed: 0,
    });
    expect(recorded.length).toBe(once.added);
    const again = await load(whole);
    expect(again).toMatchObject({
      added: 0,
      changed: 0,
      deactivated: 0,
      reactivated: 0,
      removed: 0,
      list: [],
    });
    expect(recorded.length).toBe(once.added);
    expect(await rechecks()).toEqual([]);
  });

  it('is seen by this process as soon as it is committed', async () => {
    expect((await service.snapshot()).agencies()).toEqual([]);
    await load(whole);
    const directory = await service.snapshot();
    expect([directory.agencies().length, directory.regions().length, directory.teams().length]).toEqual([
      83, 7, 21,
    ]);
    expect(directory.otUnitFor('0502')?.orgNumber).toBe('310300020');
    const [team] = directory.teams().filter((each) => each.code === 'gjovik');
    expect(team?.members.map((id) => directory.agencyById(id)?.kind).sort()).toEqual(['municipality', 'nav']);
    const school = directory.agencyByNumber('310200158');
    expect(school && directory.agreementInForce(school, '2026-11-24' as Day)).toBe(true);
  });

  it('deactivates what has gone, and gives it its old id when it returns', async () => {
    await load(whole);
    const id = (await service.snapshot()).agencyByNumber('310200018')?.id;
    const less = opplandWith(
      (f) => (f.agencies = f.agencies.filter((each) => each.orgNumber !== '310200018')),
    );
    expect(await load(less)).toMatchObject({
      added: 0,
      changed: 0,
      deactivated: 1,
      list: [{ act: 'agency-deactivated', agencyId: id }],
    });
    expect((await service.snapshot()).agencyByNumber('310200018')).toMatchObject({ id, active: false });
    expect(await load(whole)).toMatchObject({
      added: 0,
      reactivated: 1,
      list: [{ act: 'agency-reactivated', agencyId: id }],
    });
    expect((await service.snapshot()).agencyByNumber('310200018')).toMatchObject({ id, active: true });
    expect(await rechecks()).toEqual(Array(2).fill({ shard: 0, cause: 'agency-changed', subject: id }));
    expect(rung).toEqual([0, 0]);
  });

  it('takes a county out and back: its service areas go, its rows stay', async () => {
    await load(whole);
    const gone = await load(opplandWith((file) => withoutCounty(file, '04')));
    expect(gone).toMatchObject({ added: 0, changed: 0, deactivated: 4 + 1 + 10 + 2, removed: 6 });
    expect((await service.snapshot()).countyOf('0401')).toBeUndefined();
    expect(await load(whole)).toMatchObject({ added: 6, changed: 0, reactivated: 17 });
    expect(await load(whole)).toMatchObject({ list: [] });
  });

  it('changes agreements, regions, teams and who serves whom, and tells which agencies an agreement concerns', async () => {
    await load(whole);
    const changes = await load(
      opplandWith((file) => {
        file.controllers[1]!['agreement'] = { from: '2024-08-01', to: '2025-01-31' };
        file.counties[0]!.regions[0]!['name'] = 'Ny region';
        file.counties[0]!.teams[0]!.members = [file.counties[0]!.teams[1]!.members[0]!];
        file.counties[0]!.municipalities[1]!['ot'] = first(file, 'ot').orgNumber;
      }),
    );
    expect(changes).toMatchObject({ added: 0, changed: 4 });
    const directory = await service.snapshot();
    expect(directory.otUnitFor('0502')?.orgNumber).toBe('310300012');
    const office = directory.agencyByNumber('310400017');
    expect(office && directory.agreementInForce(office, '2026-11-24' as Day)).toBe(false);
    const subjects = (await rechecks()).map(
      (row) => directory.agencyById(row.subject as AgencyId)?.orgNumber,
    );
    expect(subjects).toEqual(['310400017', '310500011']);
  });

  it('writes nothing when a county would change another’s, and leaves another’s alone otherwise', async () => {
    await load(whole);
    const foreign = opplandWith((file) => {
      first(file, 'school')['name'] = 'Nytt navn';
      file.counties[1]!.regions[0]!['name'] = 'X';
    });
    await expect(load(foreign, '05')).rejects.toThrow(DirectoryScopeError);
    expect((await service.refresh()).agencyByNumber('310200018')?.name).toBe('Mesnaelva videregående skole');
    expect(
      await load(
        opplandWith((file) => withoutCounty(file, '04')),
        '05',
      ),
    ).toMatchObject({ list: [] });
  });

  it.each<readonly [string, RecordChanges, string]>([
    [
      'before it is sent',
      () => {
        throw new Error('no trace');
      },
      'no trace',
    ],
    ['by the database', (tx) => tx.send(statement('test.no-trace', 'select 1 / 0')), 'division by zero'],
  ])('writes nothing when its trace is refused %s', async (_where, refused, why) => {
    const failing = withTx(db, (tx) => service.load(tx, whole, refused));
    await expect(failing).rejects.toThrow(why);
    expect((await service.refresh()).agencies()).toEqual([]);
  });

  it('lets two loaders in one after the other', async () => {
    const results = await Promise.all([load(whole), load(whole), load(whole)]);
    expect(results.filter((changes) => changes.added > 0).length).toBe(1);
  });

  it('shares one reading among callers, and reads again when the setting’s time is over', async () => {
    await load(whole);
    const [a, b] = await Promise.all([service.snapshot(), service.snapshot()]);
    expect(a).toBe(b);
    await asAdmin(database.ownerUrl, (owner) =>
      owner.query(`update stafett.agency set active = false where org_number = '310200018'`),
    );
    expect(await service.snapshot()).toBe(a);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await service.snapshot()).agencyByNumber('310200018')?.active).toBe(false);
  });

  it('keeps nobody waiting for a reading that a transaction makes behind a lock', async () => {
    await load(whole);
    const locks = statement('test.lock', 'select pg_advisory_xact_lock(1)');
    await asAdmin(database.ownerUrl, async (owner) => {
      await owner.query('select pg_advisory_lock(1)');
      const reading = withTx(db, (tx) => {
        tx.send(locks);
        return service.readIn(tx);
      });
      expect(await Promise.race([service.snapshot(), reading])).toBe(await service.snapshot());
      await owner.query('select pg_advisory_unlock(1)');
      expect((await reading).agencies().length).toBeGreaterThan(0);
    });
  });

  it('answers with a problem, not with an old directory, when the database cannot be reached', async () => {
    await load(whole);
    await service.snapshot();
    await database.drop();
    await expect(service.refresh()).rejects.toMatchObject({ code: expect.any(String) as string });
    await expect(service.snapshot()).rejects.toThrow();
  });
});
