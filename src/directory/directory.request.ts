import type { Caller } from '../common/access.js';
import { parseJson, pointerStep } from '../common/json.js';
import { Problem, type FieldError } from '../common/problems.js';
import type { DirectoryFile } from './directory.entries.js';
import { checkDirectory, DirectoryFileError, parseDirectory, utf8Of } from './directory.file.js';
import type { Issue } from './directory.reader.js';
import type { Refusal } from './directory.scope.js';

/** A county's directory is some tens of kilobytes. YAML costs a hundred times more to read than JSON, so a large one comes as JSON (docs/directory.md). */
const MAX_BYTES = { 'application/json': 1_000_000, 'application/yaml': 100_000 } as const;
const MAX_ERRORS = 100;
/** Both are UTF-8 (RFC 8259 section 8.1; YAML as this hub takes it). */
const mediaTypes = /^(application\/(?:json|yaml))[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/**
 * Reads the body of PUT /v1/directory and sees to it that the caller does not put itself out.
 * @throws Problem unsupported-media-type, too-large, malformed-json, too-deep, invalid-request
 */
export function readDirectoryBody(
  body: unknown,
  contentType: string | undefined,
  caller: Caller,
): DirectoryFile {
  const type = mediaTypes.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (type !== 'application/json' && type !== 'application/yaml') throw new Problem('unsupported-media-type');
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  if (bytes.length > MAX_BYTES[type]) throw new Problem('too-large');
  try {
    const file = type === 'application/json' ? checkDirectory(parseJson(bytes)) : parseDirectory(utf8(bytes));
    if (!file.counties.some((county) => county.number === caller.county)) {
      throw new Problem('invalid-request', [{ pointer: '/counties', code: 'own-county-missing' }]);
    }
    if (!file.agencies.some((agency) => agency.orgNumber === caller.orgNumber && agency.kind === 'county')) {
      throw new Problem('invalid-request', [{ pointer: '/agencies', code: 'caller-missing' }]);
    }
    return file;
  } catch (error) {
    throw error instanceof DirectoryFileError
      ? new Problem('invalid-request', fieldErrors(error.issues))
      : error;
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return utf8Of(bytes);
  } catch {
    throw new Problem('invalid-request', [{ pointer: '', code: 'encoding' }]);
  }
}

const fieldErrors = (issues: readonly Issue[]): FieldError[] =>
  issues.slice(0, MAX_ERRORS).map(({ path, code }) => ({ pointer: path.map(pointerStep).join(''), code }));

/** Points at what in the file the caller may not change. */
export function scopeProblem(refused: readonly Refusal[], file: DirectoryFile): Problem {
  const places = placesOf(file);
  return new Problem(
    'invalid-request',
    refused
      .slice(0, MAX_ERRORS)
      .map(({ entity, key, code }) => ({ pointer: places.get(`${entity}:${key}`) ?? '', code })),
  );
}

function placesOf({ counties, controllers, agencies }: DirectoryFile): Map<string, string> {
  const places = new Map<string, string>();
  controllers.forEach((each, i) => places.set(`controller:${each.orgNumber}`, `/controllers/${i}`));
  agencies.forEach((each, i) => places.set(`agency:${each.orgNumber}`, `/agencies/${i}`));
  counties.forEach((county, i) => {
    county.regions.forEach((each, j) =>
      places.set(`region:${county.number}/${each.code}`, `/counties/${i}/regions/${j}`),
    );
    county.teams.forEach((each, j) =>
      places.set(`team:${county.number}/${each.code}`, `/counties/${i}/teams/${j}`),
    );
    county.municipalities.forEach((each, j) => {
      places.set(`service-area:${each.number}/ot`, `/counties/${i}/municipalities/${j}/ot`);
      places.set(`service-area:${each.number}/nav`, `/counties/${i}/municipalities/${j}/nav`);
    });
  });
  return places;
}
