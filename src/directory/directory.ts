import type { AgencyKind } from '../common/access.js';
import type { Day } from '../common/days.js';
import type { AgencyId, ControllerId, OrgNumber } from '../common/ids.js';
import type { ControllerKind } from './directory.entries.js';

/** The legal person that answers for its agencies' data, with its processor agreement (both days included). */
export interface Controller {
  readonly id: ControllerId;
  readonly orgNumber: OrgNumber;
  readonly name: string;
  readonly kind: ControllerKind;
  readonly agreementFrom: Day | null;
  readonly agreementTo: Day | null;
  readonly active: boolean;
}

export interface Agency {
  readonly id: AgencyId;
  readonly orgNumber: OrgNumber;
  readonly kind: AgencyKind;
  readonly name: string;
  readonly unitCode: string | null;
  /** Two digits. */
  readonly county: string;
  /** Four digits; null only for a county agency. */
  readonly municipality: string | null;
  readonly regionId: string | null;
  readonly controllerId: ControllerId;
  /** Nav offices only: the municipality. */
  readonly secondControllerId: ControllerId | null;
  readonly coordinator: string | null;
  readonly active: boolean;
}

export interface Region {
  readonly id: string;
  readonly county: string;
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
}

export interface Team {
  readonly id: string;
  readonly county: string;
  readonly code: string;
  readonly name: string;
  readonly otAgencyId: AgencyId;
  readonly members: readonly AgencyId[];
  readonly active: boolean;
}

export type ServiceKind = 'ot' | 'nav';

export interface ServiceArea {
  readonly municipality: string;
  readonly kind: ServiceKind;
  readonly agencyId: AgencyId;
  readonly county: string;
}

/** Everything in the directory's tables at one moment, the deactivated included. */
export interface DirectoryRows {
  readonly controllers: readonly Controller[];
  readonly regions: readonly Region[];
  readonly agencies: readonly Agency[];
  readonly teams: readonly Team[];
  readonly serviceAreas: readonly ServiceArea[];
}

/** The directory at one moment: pure look-ups, no waiting. Never changes; ask the service for a newer one. */
export class Directory {
  private readonly byId: ReadonlyMap<AgencyId, Agency>;
  private readonly byNumber: ReadonlyMap<string, Agency>;
  private readonly sorted: readonly Agency[];
  private readonly controllersById: ReadonlyMap<ControllerId, Controller>;
  private readonly controllersByNumber: ReadonlyMap<string, Controller>;
  private readonly served: ReadonlyMap<string, ServiceArea>;

  constructor(private readonly rows: DirectoryRows) {
    this.byId = new Map(rows.agencies.map((agency) => [agency.id, agency]));
    this.byNumber = new Map(rows.agencies.map((agency) => [agency.orgNumber, agency]));
    this.sorted = [...rows.agencies].sort((a, b) => (a.orgNumber < b.orgNumber ? -1 : 1));
    this.controllersById = new Map(rows.controllers.map((controller) => [controller.id, controller]));
    this.controllersByNumber = new Map(
      rows.controllers.map((controller) => [controller.orgNumber, controller]),
    );
    this.served = new Map(rows.serviceAreas.map((area) => [`${area.municipality}/${area.kind}`, area]));
  }

  /** The agency with this number, deactivated ones too: look at `active`. */
  agencyByNumber(number: string): Agency | undefined {
    return this.byNumber.get(number);
  }

  agencyById(id: AgencyId): Agency | undefined {
    return this.byId.get(id);
  }

  /** One that a row names: none is ever deleted. @throws Error where this is older than the row (DirectoryService.knowing) */
  agencyNamed(id: AgencyId): Agency {
    const agency = this.byId.get(id);
    if (!agency) throw new Error('a row names an agency that is not in the directory');
    return agency;
  }

  /** The active agencies (of a kind) by organisation number. */
  agencies(filter: { readonly kind?: AgencyKind | undefined } = {}): readonly Agency[] {
    return this.sorted.filter((agency) => agency.active && (!filter.kind || agency.kind === filter.kind));
  }

  controllerById(id: ControllerId): Controller | undefined {
    return this.controllersById.get(id);
  }

  controllerByNumber(number: string): Controller | undefined {
    return this.controllersByNumber.get(number);
  }

  /** All controllers of an agency: two for a Nav office, one for every other. */
  controllersOf(agency: Agency): readonly Controller[] {
    const ids = agency.secondControllerId
      ? [agency.controllerId, agency.secondControllerId]
      : [agency.controllerId];
    return ids.flatMap((id) => this.controllersById.get(id) ?? []);
  }

  regions(): readonly Region[] {
    return this.rows.regions.filter((region) => region.active);
  }

  teams(): readonly Team[] {
    return this.rows.teams.filter((team) => team.active);
  }

  /** The OT unit for those who live in a municipality; undefined where the municipality takes no part. */
  otUnitFor(municipality: string): Agency | undefined {
    return this.unitFor(municipality, 'ot');
  }

  navUnitFor(municipality: string): Agency | undefined {
    return this.unitFor(municipality, 'nav');
  }

  /**
   * The unit that serves the agency's own municipality: where a record does not say where the youth lives. An agency
   * without a municipality (the county's own) has one only where its county has one such unit.
   */
  unitForAgency(agency: Agency, kind: ServiceKind): Agency | undefined {
    if (agency.municipality !== null) return this.unitFor(agency.municipality, kind);
    const ofCounty = this.agencies({ kind }).filter((unit) => unit.county === agency.county);
    return ofCounty.length === 1 ? ofCounty[0] : undefined;
  }

  /** The county of a municipality; undefined where it takes no part. */
  countyOf(municipality: string): string | undefined {
    return (this.served.get(`${municipality}/ot`) ?? this.served.get(`${municipality}/nav`))?.county;
  }

  /** Whether all controllers of the agency have a processor agreement in force that day (GDPR art. 28(3)). */
  agreementInForce(agency: Agency, day: Day): boolean {
    const expected = agency.secondControllerId ? 2 : 1;
    const controllers = this.controllersOf(agency);
    return controllers.length === expected && controllers.every((controller) => inForce(controller, day));
  }

  private unitFor(municipality: string, kind: ServiceKind): Agency | undefined {
    const area = this.served.get(`${municipality}/${kind}`);
    return area && this.byId.get(area.agencyId);
  }
}

function inForce({ active, agreementFrom, agreementTo }: Controller, day: Day): boolean {
  return (
    active && agreementFrom !== null && agreementFrom <= day && (agreementTo === null || day <= agreementTo)
  );
}
