import type { AgencyKind } from '../common/access.js';
import type { OrgNumber } from '../common/ids.js';
import type {
  AgencyEntry,
  ControllerEntry,
  ControllerKind,
  CountyEntry,
  DirectoryFile,
} from './directory.entries.js';
import type { Issue, Path } from './directory.reader.js';

/** Whose agency it may be. A Nav office's second controller is checked on its own. */
const controllersOfKind: Readonly<Record<AgencyKind, readonly ControllerKind[]>> = {
  school: ['county-authority', 'private-school'],
  ot: ['county-authority'],
  nav: ['nav-state'],
  municipality: ['municipality'],
  'career-centre': ['county-authority'],
  county: ['county-authority'],
};

/** How the sectors write their units: VIGO's school number, Nav's office number. OT units and the rest have no common form. */
const unitCodes: Partial<Record<AgencyKind, { readonly fits: RegExp; readonly allowed: string }>> = {
  school: { fits: /^\d{5}$/, allowed: 'a school number: five digits' },
  nav: { fits: /^\d{4}$/, allowed: 'a Nav office number: four digits' },
};

/** What a directory's values must say about each other. Pure; expects every value to be sound by itself. */
export function checkRules(file: DirectoryFile): Issue[] {
  return new Rules(file).check();
}

class Rules {
  private readonly issues: Issue[] = [];
  private readonly counties: ReadonlyMap<string, CountyEntry>;
  private readonly controllers: ReadonlyMap<OrgNumber, ControllerEntry>;
  private readonly agencies: ReadonlyMap<OrgNumber, AgencyEntry>;

  constructor(private readonly file: DirectoryFile) {
    this.counties = new Map(file.counties.map((county) => [county.number, county]));
    this.controllers = new Map(file.controllers.map((controller) => [controller.orgNumber, controller]));
    this.agencies = new Map(file.agencies.map((agency) => [agency.orgNumber, agency]));
  }

  check(): Issue[] {
    this.checkUnique();
    this.file.controllers.forEach((controller, i) => this.checkController(controller, ['controllers', i]));
    this.file.agencies.forEach((agency, i) => this.checkAgency(agency, ['agencies', i]));
    this.file.counties.forEach((county, i) => this.checkCounty(county, ['counties', i]));
    return this.issues;
  }

  /** A number stands once in the whole file: `from` and `to` of a consent may name an agency or a controller. */
  private checkUnique(): void {
    const numbers: [string, Path][] = [
      ...this.file.controllers.map((each, i): [string, Path] => [
        each.orgNumber,
        ['controllers', i, 'orgNumber'],
      ]),
      ...this.file.agencies.map((each, i): [string, Path] => [each.orgNumber, ['agencies', i, 'orgNumber']]),
    ];
    this.once(numbers, 'a number that no other controller or agency has');
    this.once(
      this.file.counties.map((each, i) => [each.number, ['counties', i, 'number']]),
      'a number that no other county has',
    );
    const nav = this.file.controllers.flatMap((each, i): [string, Path][] =>
      each.kind === 'nav-state' ? [[each.kind, ['controllers', i, 'kind']]] : [],
    );
    this.once(nav, 'nav-state only once: the state part of Nav is one controller');
  }

  private checkController(controller: ControllerEntry, path: Path): void {
    const { from, to } = controller.agreement ?? {};
    if (from && to && to < from)
      this.add([...path, 'agreement', 'to'], 'not-allowed', 'the same day as from, or later');
    const counties = new Set<string>();
    for (const agency of this.file.agencies) {
      if (agency.controller === controller.orgNumber || agency.secondController === controller.orgNumber)
        counties.add(agency.county);
    }
    if (counties.size === 0)
      this.add(path, 'not-allowed', 'the controller of at least one agency of the file');
    if (controller.kind === 'county-authority' && counties.size > 1) {
      this.add(
        path,
        'not-allowed',
        'the controller of agencies in one county only, as every county authority is',
      );
    }
  }

  private checkAgency(agency: AgencyEntry, path: Path): void {
    const county = this.counties.get(agency.county);
    if (!county) this.add([...path, 'county'], 'unknown-reference', 'the number of a county of this file');
    if (agency.municipality === undefined) {
      if (agency.kind !== 'county')
        this.add([...path, 'municipality'], 'required', 'the number of a municipality of its county');
    } else if (county && !county.municipalities.some((each) => each.number === agency.municipality)) {
      this.add(
        [...path, 'municipality'],
        'unknown-reference',
        'the number of a municipality of its county in this file',
      );
    }
    this.checkControllerOf([...path, 'controller'], agency.controller, controllersOfKind[agency.kind]);
    if (agency.kind === 'nav') {
      if (agency.secondController)
        this.checkControllerOf([...path, 'secondController'], agency.secondController, ['municipality']);
      else
        this.add(
          [...path, 'secondController'],
          'required',
          'the municipality: a Nav office has two controllers',
        );
    } else if (agency.secondController) {
      this.add(
        [...path, 'secondController'],
        'not-allowed',
        'left out: only a Nav office has two controllers',
      );
    }
    if ((agency.kind === 'ot') !== (agency.coordinator !== undefined)) {
      if (agency.kind === 'ot')
        this.add([...path, 'coordinator'], 'required', 'the role that leads the unit, not a person');
      else this.add([...path, 'coordinator'], 'not-allowed', 'left out: only an OT unit has a coordinator');
    }
    const form = unitCodes[agency.kind];
    if (agency.unitCode !== undefined && form && !form.fits.test(agency.unitCode))
      this.add([...path, 'unitCode'], 'format', form.allowed);
  }

  private checkCounty(county: CountyEntry, path: Path): void {
    const at = (...steps: Path): Path => [...path, ...steps];
    this.once(
      county.regions.map((each, i) => [each.code, at('regions', i, 'code')]),
      'a code that no other region of the county has',
    );
    this.once(
      county.municipalities.map((each, i) => [each.number, at('municipalities', i, 'number')]),
      'a number that no other municipality has',
    );
    this.once(
      county.teams.map((each, i) => [each.code, at('teams', i, 'code')]),
      'a code that no other team of the county has',
    );
    county.municipalities.forEach((each, i) => {
      const here = at('municipalities', i);
      if (!each.number.startsWith(county.number)) {
        this.add([...here, 'number'], 'not-allowed', 'a number that begins with the number of its county');
      }
      if (!county.regions.some((region) => region.code === each.region)) {
        this.add([...here, 'region'], 'unknown-reference', 'the code of a region of this county');
      }
      this.checkAgencyOf([...here, 'ot'], each.ot, county, 'ot');
      this.checkAgencyOf([...here, 'nav'], each.nav, county, 'nav');
    });
    county.teams.forEach((team, i) => {
      this.checkAgencyOf(at('teams', i, 'ot'), team.ot, county, 'ot');
      team.members.forEach((member, j) => {
        this.checkAgencyOf(at('teams', i, 'members', j), member, county);
        if (member === team.ot)
          this.add(at('teams', i, 'members', j), 'duplicate', 'an agency beside the OT unit');
      });
      this.once(
        team.members.map((member, j) => [member, at('teams', i, 'members', j)]),
        'an agency that is named once',
      );
    });
  }

  private checkControllerOf(path: Path, number: OrgNumber, kinds: readonly ControllerKind[]): void {
    const controller = this.controllers.get(number);
    const allowed = `the number of a controller of this file, of kind ${kinds.join(' or ')}`;
    if (!controller) this.add(path, 'unknown-reference', allowed);
    else if (!kinds.includes(controller.kind)) this.add(path, 'not-allowed', allowed);
  }

  private checkAgencyOf(path: Path, number: OrgNumber, county: CountyEntry, kind?: AgencyKind): void {
    const agency = this.agencies.get(number);
    const allowed = `the number of an agency of county ${county.number} in this file${kind ? `, of kind ${kind}` : ''}`;
    if (!agency) this.add(path, 'unknown-reference', allowed);
    else if (agency.county !== county.number || (kind && agency.kind !== kind))
      this.add(path, 'not-allowed', allowed);
  }

  /** Reports every second and later use of a key. */
  private once(keys: readonly (readonly [string, Path])[], allowed: string): void {
    const seen = new Set<string>();
    for (const [key, path] of keys) {
      if (seen.has(key)) this.add(path, 'duplicate', allowed);
      seen.add(key);
    }
  }

  private add(path: Path, code: Issue['code'], allowed: string): void {
    this.issues.push({ path, code, allowed });
  }
}
