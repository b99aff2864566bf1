import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { AgencyKind, Caller } from '../../src/common/access.js';
import type { AgencyId, ControllerId, OrgNumber } from '../../src/common/ids.js';
import { projectFolder } from '../../src/config/load.js';
import type { DirectoryState } from '../../src/directory/directory.diff.js';
import { stateOfFile } from '../../src/directory/directory.diff.js';
import { checkDirectory, type DirectoryFile } from '../../src/directory/directory.file.js';
import type { DirectoryRows } from '../../src/directory/directory.js';

export const opplandText: string = readFileSync(join(projectFolder, 'config/directory/oppland.yaml'), 'utf8');

/** A directory as it may be changed before it is checked. */
export interface Draft {
  counties: {
    number: string;
    name: string;
    regions: Record<string, unknown>[];
    municipalities: Record<string, unknown>[];
    teams: { code: string; name: string; ot: string; members: string[] }[];
  }[];
  controllers: (Record<string, unknown> & { orgNumber: string; kind: string })[];
  agencies: (Record<string, unknown> & { orgNumber: string; kind: AgencyKind; county: string })[];
}

export const draft = (): Draft => parse(opplandText) as Draft;

/** The example directory after a change, checked. */
export function opplandWith(change: (file: Draft) => void): DirectoryFile {
  const file = draft();
  change(file);
  return checkDirectory(file);
}

export const first = (file: Draft, kind: AgencyKind): Draft['agencies'][number] => {
  const agency = file.agencies.find((each) => each.kind === kind);
  if (!agency) throw new Error(`no ${kind}`);
  return agency;
};

/** The file without one county: everything of it is gone, and the controllers that nobody is left of. */
export function withoutCounty(file: Draft, number: string): void {
  file.counties = file.counties.filter((county) => county.number !== number);
  file.agencies = file.agencies.filter((agency) => agency.county !== number);
  const used = new Set(file.agencies.flatMap((agency) => [agency['controller'], agency['secondController']]));
  file.controllers = file.controllers.filter((controller) => used.has(controller.orgNumber));
}

/** Rows as the tables would hold them; an id is the natural key. */
export function rowsOf(state: DirectoryState): DirectoryRows {
  return {
    controllers: [...state.controller.values()].map((each) => ({
      ...each,
      id: each.orgNumber as string as ControllerId,
    })),
    regions: [...state.region].map(([id, each]) => ({ ...each, id })),
    agencies: [...state.agency.values()].map(({ region, controller, secondController, ...each }) => ({
      ...each,
      id: idOf(each.orgNumber),
      regionId: region,
      controllerId: controller as string as ControllerId,
      secondControllerId: secondController as string | null as ControllerId | null,
    })),
    teams: [...state.team].map(([id, { ot, members, ...each }]) => ({
      ...each,
      id,
      otAgencyId: idOf(ot),
      members: members.map(idOf),
    })),
    serviceAreas: [...state['service-area'].values()].map(({ agency, ...each }) => ({
      ...each,
      agencyId: idOf(agency),
    })),
  };
}

const idOf = (number: OrgNumber): AgencyId => number as string as AgencyId;

export const opplandRows = (change: (file: Draft) => void = () => undefined): DirectoryRows =>
  rowsOf(stateOfFile(opplandWith(change)));

export const countyAdmin: Caller = {
  agencyId: '310100013' as AgencyId,
  orgNumber: '310100013' as OrgNumber,
  name: 'Oppland fylkeskommune',
  kind: 'county',
  controllerId: '310000019' as ControllerId,
  county: '05',
  scopes: new Set(['stafett:admin']),
};
