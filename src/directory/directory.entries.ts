import type { AgencyKind } from '../common/access.js';
import type { Day } from '../common/days.js';
import type { OrgNumber } from '../common/ids.js';

export const controllerKinds = ['county-authority', 'nav-state', 'municipality', 'private-school'] as const;
export type ControllerKind = (typeof controllerKinds)[number];

/** The processor agreement (GDPR art. 28(3)) between a controller and the operator: first and last day, both included. */
export interface Agreement {
  readonly from: Day;
  readonly to?: Day;
}

export interface ControllerEntry {
  readonly orgNumber: OrgNumber;
  readonly kind: ControllerKind;
  readonly name: string;
  /** Absent: none has been signed. */
  readonly agreement?: Agreement;
}

export interface AgencyEntry {
  readonly orgNumber: OrgNumber;
  readonly kind: AgencyKind;
  readonly name: string;
  /** What its own sector calls it: a school's VIGO number, a Nav office's four digits, an OT unit's code. */
  readonly unitCode?: string;
  readonly county: string;
  /** Where it lies. Only a county agency may leave it out. */
  readonly municipality?: string;
  readonly controller: OrgNumber;
  /** A Nav office has two: Nav (the state part) and the municipality. */
  readonly secondController?: OrgNumber;
  /** OT units only. A role, not a person. */
  readonly coordinator?: string;
}

export interface RegionEntry {
  readonly code: string;
  readonly name: string;
}

export interface MunicipalityEntry {
  readonly number: string;
  readonly name: string;
  readonly region: string;
  /** The OT unit and the Nav office that serve those who live here. */
  readonly ot: OrgNumber;
  readonly nav: OrgNumber;
}

export interface TeamEntry {
  readonly code: string;
  readonly name: string;
  readonly ot: OrgNumber;
  /** The agencies that sit in the team beside the OT unit. */
  readonly members: readonly OrgNumber[];
}

export interface CountyEntry {
  readonly number: string;
  readonly name: string;
  readonly regions: readonly RegionEntry[];
  readonly municipalities: readonly MunicipalityEntry[];
  readonly teams: readonly TeamEntry[];
}

/** A whole directory, checked and frozen. */
export interface DirectoryFile {
  readonly counties: readonly CountyEntry[];
  readonly controllers: readonly ControllerEntry[];
  readonly agencies: readonly AgencyEntry[];
}
