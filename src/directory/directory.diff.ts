import type { AgencyKind } from '../common/access.js';
import { canonicalJson } from '../common/json.js';
import type { Day } from '../common/days.js';
import type { OrgNumber } from '../common/ids.js';
import type { ControllerKind, DirectoryFile } from './directory.entries.js';
import type { DirectoryRows, ServiceKind } from './directory.js';

/** The directory by natural keys, so that a file and the database can be laid side by side. */
export interface ControllerValue {
  readonly orgNumber: OrgNumber;
  readonly name: string;
  readonly kind: ControllerKind;
  readonly agreementFrom: Day | null;
  readonly agreementTo: Day | null;
  readonly active: boolean;
}

export interface RegionValue {
  readonly county: string;
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
}

export interface AgencyValue {
  readonly orgNumber: OrgNumber;
  readonly kind: AgencyKind;
  readonly name: string;
  readonly unitCode: string | null;
  readonly county: string;
  readonly municipality: string | null;
  /** Key of a region: `<county>/<code>`. */
  readonly region: string | null;
  readonly controller: OrgNumber;
  readonly secondController: OrgNumber | null;
  readonly coordinator: string | null;
  readonly active: boolean;
}

export interface TeamValue {
  readonly county: string;
  readonly code: string;
  readonly name: string;
  readonly ot: OrgNumber;
  /** Sorted. */
  readonly members: readonly OrgNumber[];
  readonly active: boolean;
}

export interface AreaValue {
  readonly municipality: string;
  readonly kind: ServiceKind;
  readonly agency: OrgNumber;
  readonly county: string;
}

interface Values {
  readonly controller: ControllerValue;
  readonly region: RegionValue;
  readonly agency: AgencyValue;
  readonly team: TeamValue;
  readonly 'service-area': AreaValue;
}
export type Entity = keyof Values;
export type DirectoryState = { readonly [E in Entity]: ReadonlyMap<string, Values[E]> };

/** In this order, what is referred to stands before what refers to it. */
export const entities = [
  'controller',
  'region',
  'agency',
  'team',
  'service-area',
] as const satisfies Entity[];

export type Verb = 'added' | 'changed' | 'deactivated' | 'reactivated' | 'removed';
export interface ChangeOf<E extends Entity> {
  readonly entity: E;
  readonly verb: Verb;
  /** Organisation number, `<county>/<code>`, or `<municipality>/<ot|nav>`. */
  readonly key: string;
  readonly before: Values[E] | undefined;
  readonly after: Values[E] | undefined;
}
export type Change = { [E in Entity]: ChangeOf<E> }[Entity];

export const codeKey = (of: { readonly county: string; readonly code: string }): string =>
  `${of.county}/${of.code}`;

/** What the file says, everything in it active. */
export function stateOfFile(file: DirectoryFile): DirectoryState {
  const regionOf = new Map(
    file.counties.flatMap(({ number, municipalities }) =>
      municipalities.map((each) => [each.number, codeKey({ county: number, code: each.region })] as const),
    ),
  );
  return byKeys(
    file.controllers.map(({ orgNumber, name, kind, agreement }) => ({
      orgNumber,
      name,
      kind,
      agreementFrom: agreement?.from ?? null,
      agreementTo: agreement?.to ?? null,
      active: true,
    })),
    file.counties.flatMap(({ number, regions }) =>
      regions.map(({ code, name }) => ({ county: number, code, name, active: true })),
    ),
    file.agencies.map((agency) => ({
      orgNumber: agency.orgNumber,
      kind: agency.kind,
      name: agency.name,
      unitCode: agency.unitCode ?? null,
      county: agency.county,
      municipality: agency.municipality ?? null,
      region: (agency.municipality && regionOf.get(agency.municipality)) ?? null,
      controller: agency.controller,
      secondController: agency.secondController ?? null,
      coordinator: agency.coordinator ?? null,
      active: true,
    })),
    file.counties.flatMap(({ number, teams }) =>
      teams.map(({ code, name, ot, members }) => ({
        county: number,
        code,
        name,
        ot,
        members: [...members].sort(),
        active: true,
      })),
    ),
    file.counties.flatMap(({ number, municipalities }) =>
      municipalities.flatMap((each): AreaValue[] => [
        { municipality: each.number, kind: 'ot', agency: each.ot, county: number },
        { municipality: each.number, kind: 'nav', agency: each.nav, county: number },
      ]),
    ),
  );
}

/** What the tables say. Foreign keys see to it that every id is found. */
export function stateOfRows(rows: DirectoryRows): DirectoryState {
  const controllers = new Map(rows.controllers.map((each) => [each.id, each.orgNumber]));
  const agencies = new Map(rows.agencies.map((each) => [each.id, each.orgNumber]));
  const regions = new Map(rows.regions.map((each) => [each.id, codeKey(each)]));
  return byKeys(
    rows.controllers.map(({ id: _, ...value }) => value),
    rows.regions.map(({ id: _, ...value }) => value),
    rows.agencies.map(({ id: _, controllerId, secondControllerId, regionId, ...value }) => ({
      ...value,
      region: regionId === null ? null : found(regions.get(regionId)),
      controller: found(controllers.get(controllerId)),
      secondController: secondControllerId === null ? null : found(controllers.get(secondControllerId)),
    })),
    rows.teams.map(({ id: _, otAgencyId, members, ...value }) => ({
      ...value,
      ot: found(agencies.get(otAgencyId)),
      members: members.map((id) => found(agencies.get(id))).sort(),
    })),
    rows.serviceAreas.map(({ agencyId, ...value }) => ({ ...value, agency: found(agencies.get(agencyId)) })),
  );
}

function byKeys(
  controllers: readonly ControllerValue[],
  regions: readonly RegionValue[],
  agencies: readonly AgencyValue[],
  teams: readonly TeamValue[],
  areas: readonly AreaValue[],
): DirectoryState {
  return {
    controller: new Map(controllers.map((each) => [each.orgNumber, each])),
    region: new Map(regions.map((each) => [codeKey(each), each])),
    agency: new Map(agencies.map((each) => [each.orgNumber, each])),
    team: new Map(teams.map((each) => [codeKey(each), each])),
    'service-area': new Map(areas.map((each) => [`${each.municipality}/${each.kind}`, each])),
  };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a directory row refers to one that is not there');
  return value;
}

/**
 * What must happen so that the state becomes what is wanted. What has gone is deactivated and keeps its values and its
 * id; a service area, which is only a signpost, is removed. The state after it gives no further changes.
 */
export function diff(state: DirectoryState, wanted: DirectoryState): Change[] {
  return entities.flatMap((entity) => diffOf(entity, state[entity], wanted[entity]) as Change[]);
}

function diffOf<E extends Entity>(
  entity: E,
  state: ReadonlyMap<string, Values[E]>,
  wanted: ReadonlyMap<string, Values[E]>,
): ChangeOf<E>[] {
  const changes: ChangeOf<E>[] = [];
  for (const [key, after] of wanted) {
    const before = state.get(key);
    if (before && canonicalJson(before) === canonicalJson(after)) continue;
    const verb: Verb = !before ? 'added' : isActive(before) ? 'changed' : 'reactivated';
    changes.push({ entity, verb, key, before, after });
  }
  for (const [key, before] of state) {
    if (wanted.has(key) || !isActive(before)) continue;
    if ('active' in before)
      changes.push({ entity, verb: 'deactivated', key, before, after: { ...before, active: false } });
    else changes.push({ entity, verb: 'removed', key, before, after: undefined });
  }
  return changes;
}

const isActive = (value: Values[Entity]): boolean => !('active' in value) || value.active;

/** The state after the changes. */
export function apply(state: DirectoryState, changes: readonly Change[]): DirectoryState {
  const next = Object.fromEntries(
    entities.map((entity) => [entity, new Map<string, unknown>(state[entity])]),
  );
  for (const { entity, key, after } of changes) {
    if (after) next[entity]?.set(key, after);
    else next[entity]?.delete(key);
  }
  return next as unknown as DirectoryState;
}
