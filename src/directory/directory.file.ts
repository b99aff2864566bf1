import { agencyKinds } from '../common/access.js';
import { looksLikeBirthNumber } from '../common/birth-number.js';
import { isDay, type Day } from '../common/days.js';
import { isOrgNumber, type OrgNumber } from '../common/ids.js';
import {
  controllerKinds,
  type AgencyEntry,
  type Agreement,
  type ControllerEntry,
  type CountyEntry,
  type DirectoryFile,
  type MunicipalityEntry,
  type RegionEntry,
  type TeamEntry,
} from './directory.entries.js';
import { list, object, oneOf, showPath, text, type Issue } from './directory.reader.js';
import { checkRules } from './directory.rules.js';
import { readYaml } from './directory.yaml.js';

export type { DirectoryFile } from './directory.entries.js';

/** A directory that cannot be used, with everything that is wrong with it. */
export class DirectoryFileError extends Error {
  override readonly name = 'DirectoryFileError';

  constructor(readonly issues: readonly Issue[]) {
    const shown = issues.slice(0, 20).map((issue) => `${showPath(issue.path)}: must be ${issue.allowed}`);
    if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
    super(shown.join('\n'));
  }
}

const orgNumber = text<OrgNumber>(
  'an organisation number: nine digits with a valid check digit',
  isOrgNumber,
);
const day = text<Day>('a day that exists, YYYY-MM-DD', isDay);
const unprintable = /[\u0000-\u001f\u007f]/;
const name = text(
  '1 to 120 characters on one line, without space at the ends and without a birth number',
  (value) =>
    value.length >= 1 &&
    value.length <= 120 &&
    value.trim() === value &&
    value.isWellFormed() &&
    !unprintable.test(value) &&
    !looksLikeBirthNumber(value),
);
const code = text('1 to 40 of a-z, 0-9 and -, beginning with a letter', (value) =>
  /^[a-z][a-z0-9-]{0,39}$/.test(value),
);
const unitCode = text('1 to 10 of A-Z, 0-9 and -', (value) => /^[A-Z0-9-]{1,10}$/.test(value));
const countyNumber = text('a county number: two digits', (value) => /^\d{2}$/.test(value));
const municipalityNumber = text('a municipality number: four digits', (value) => /^\d{4}$/.test(value));

const readFile = object<DirectoryFile>({
  counties: list(
    object<CountyEntry>({
      number: countyNumber,
      name,
      regions: list(object<RegionEntry>({ code, name })),
      municipalities: list(
        object<MunicipalityEntry>({
          number: municipalityNumber,
          name,
          region: code,
          ot: orgNumber,
          nav: orgNumber,
        }),
      ),
      teams: list(object<TeamEntry>({ code, name, ot: orgNumber, members: list(orgNumber) })),
    }),
  ),
  controllers: list(
    object<ControllerEntry>(
      {
        orgNumber,
        kind: oneOf(controllerKinds),
        name,
        agreement: object<Agreement>({ from: day, to: day }, ['to']),
      },
      ['agreement'],
    ),
  ),
  agencies: list(
    object<AgencyEntry>(
      {
        orgNumber,
        kind: oneOf(agencyKinds),
        name,
        unitCode,
        county: countyNumber,
        municipality: municipalityNumber,
        controller: orgNumber,
        secondController: orgNumber,
        coordinator: name,
      },
      ['unitCode', 'municipality', 'secondController', 'coordinator'],
    ),
  ),
});

/**
 * Checks a parsed directory: first its shape; when every value is sound, what the values say about each other.
 * @throws DirectoryFileError
 */
export function checkDirectory(value: unknown): DirectoryFile {
  const unsound: Issue[] = [];
  const file = readFile(value, [], unsound);
  const issues = file ? unsound.concat(checkRules(file)) : unsound;
  if (!file || issues.length > 0) throw new DirectoryFileError(issues);
  return file;
}

/** A file's text. @throws TypeError (ERR_ENCODING_INVALID_ENCODED_DATA) where it is not UTF-8: names would be broken for good */
export const utf8Of = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * Reads a directory from YAML, of which JSON is a part. Anchors are refused: a short text could grow without end.
 * @throws DirectoryFileError
 */
export function parseDirectory(yaml: string): DirectoryFile {
  let value: unknown;
  try {
    value = readYaml(yaml);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : 'unknown';
    throw new DirectoryFileError([{ path: [], code: 'syntax', allowed: `YAML without anchors (${why})` }]);
  }
  return checkDirectory(value);
}
