import type { EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import type { Clock } from '../common/clock.js';
import { newId, type AgencyId, type ControllerId } from '../common/ids.js';
import type { Tx } from '../database/tx.js';
import { AgencyEntity } from './agency.entity.js';
import { ControllerEntity } from './controller.entity.js';
import {
  codeKey,
  type AgencyValue,
  type Change,
  type ChangeOf,
  type Entity,
  type TeamValue,
} from './directory.diff.js';
import type { DirectoryRows } from './directory.js';
import { RegionEntity } from './region.entity.js';
import { ServiceAreaEntity } from './service-area.entity.js';
import { TeamMemberEntity } from './team-member.entity.js';
import { TeamEntity } from './team.entity.js';

/** Which row has which natural key. Rows are never deleted, so a key that returns finds its old id. */
export class Ids {
  readonly controllers: Map<string, ControllerId>;
  readonly regions: Map<string, string>;
  readonly agencies: Map<string, AgencyId>;
  readonly teams: Map<string, string>;

  constructor(rows: DirectoryRows) {
    this.controllers = new Map(rows.controllers.map((each) => [each.orgNumber, each.id]));
    this.regions = new Map(rows.regions.map((each) => [codeKey(each), each.id]));
    this.agencies = new Map(rows.agencies.map((each) => [each.orgNumber, each.id]));
    this.teams = new Map(rows.teams.map((each) => [codeKey(each), each.id]));
  }
}

/** Writes changes in the order in which rows refer to each other. New rows get their ids in `ids`. */
export async function writeChanges(
  tx: Tx,
  changes: readonly Change[],
  ids: Ids,
  clock: Clock,
): Promise<void> {
  const of = <E extends Entity>(entity: E): ChangeOf<E>[] =>
    changes.filter((change) => change.entity === entity) as unknown as ChangeOf<E>[];
  const manager = await tx.manager();
  await writeControllers(manager, of('controller'), ids, clock);
  await writeRegions(manager, of('region'), ids, clock);
  await writeAgencies(manager, of('agency'), ids, clock);
  await writeTeams(manager, of('team'), ids, clock);
  await writeAreas(manager, of('service-area'), ids);
}

async function writeControllers(
  manager: EntityManager,
  changes: readonly ChangeOf<'controller'>[],
  ids: Ids,
  clock: Clock,
): Promise<void> {
  for (const { verb, key, after } of changes) {
    if (!after) continue;
    if (verb === 'added') {
      const id = newId<ControllerId>(clock);
      ids.controllers.set(key, id);
      await manager.insert(ControllerEntity, { id, ...after });
    } else await manager.update(ControllerEntity, { orgNumber: after.orgNumber }, after);
  }
}

async function writeRegions(
  manager: EntityManager,
  changes: readonly ChangeOf<'region'>[],
  ids: Ids,
  clock: Clock,
): Promise<void> {
  for (const { verb, key, after } of changes) {
    if (!after) continue;
    if (verb === 'added') {
      const id = rowId(clock);
      ids.regions.set(key, id);
      await manager.insert(RegionEntity, { id, ...after });
    } else await manager.update(RegionEntity, { county: after.county, code: after.code }, after);
  }
}

async function writeAgencies(
  manager: EntityManager,
  changes: readonly ChangeOf<'agency'>[],
  ids: Ids,
  clock: Clock,
): Promise<void> {
  for (const { verb, key, after } of changes) {
    if (!after) continue;
    const columns = agencyColumns(after, ids);
    if (verb === 'added') {
      const id = newId<AgencyId>(clock);
      ids.agencies.set(key, id);
      await manager.insert(AgencyEntity, { id, ...columns });
    } else await manager.update(AgencyEntity, { orgNumber: after.orgNumber }, columns);
  }
}

function agencyColumns(
  { region, controller, secondController, ...value }: AgencyValue,
  ids: Ids,
): Omit<AgencyEntity, 'id'> {
  return {
    ...value,
    regionId: region === null ? null : known(ids.regions, region),
    controllerId: known(ids.controllers, controller),
    secondControllerId: secondController === null ? null : known(ids.controllers, secondController),
  };
}

async function writeTeams(
  manager: EntityManager,
  changes: readonly ChangeOf<'team'>[],
  ids: Ids,
  clock: Clock,
): Promise<void> {
  for (const { verb, key, before, after } of changes) {
    if (!after) continue;
    const { ot, members, ...value } = after;
    const columns = { ...value, otAgencyId: known(ids.agencies, ot) };
    if (verb === 'added') {
      const id = rowId(clock);
      ids.teams.set(key, id);
      await manager.insert(TeamEntity, { id, ...columns });
    } else await manager.update(TeamEntity, { county: after.county, code: after.code }, columns);
    await writeMembers(manager, known(ids.teams, key), before?.members ?? [], members, ids);
  }
}

async function writeMembers(
  manager: EntityManager,
  teamId: string,
  before: TeamValue['members'],
  after: TeamValue['members'],
  ids: Ids,
): Promise<void> {
  for (const gone of before.filter((number) => !after.includes(number))) {
    await manager.delete(TeamMemberEntity, { teamId, agencyId: known(ids.agencies, gone) });
  }
  const come = after.filter((number) => !before.includes(number));
  if (come.length === 0) return;
  await manager.insert(
    TeamMemberEntity,
    come.map((number) => ({ teamId, agencyId: known(ids.agencies, number) })),
  );
}

async function writeAreas(
  manager: EntityManager,
  changes: readonly ChangeOf<'service-area'>[],
  ids: Ids,
): Promise<void> {
  for (const { before, after } of changes) {
    if (after) {
      const { agency, ...value } = after;
      await manager.upsert(ServiceAreaEntity, { ...value, agencyId: known(ids.agencies, agency) }, [
        'municipality',
        'kind',
      ]);
    } else if (before) {
      await manager.delete(ServiceAreaEntity, { municipality: before.municipality, kind: before.kind });
    }
  }
}

const rowId = (clock: Clock): string => v7({ msecs: clock.now().getTime() });

function known<Id>(ids: ReadonlyMap<string, Id>, key: string): Id {
  const id = ids.get(key);
  if (id === undefined) throw new Error('the directory refers to a row that was not written');
  return id;
}
