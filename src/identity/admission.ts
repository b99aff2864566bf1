import type { Access, Caller } from '../common/access.js';
import type { Day } from '../common/days.js';
import { Problem } from '../common/problems.js';
import type { Agency, Directory } from '../directory/directory.js';
import { heldScopes } from './scopes.js';
import type { Verified } from './token.claims.js';

/** The caller that a verified token and an agency of the directory make. */
export function callerOf({ scopes }: Verified, agency: Agency): Caller {
  const { id: agencyId, orgNumber, name, kind, controllerId, county } = agency;
  return { agencyId, orgNumber, name, kind, controllerId, county, scopes: heldScopes(kind, scopes) };
}

/** What keeps a caller from a route, or undefined. Asked on every call, so that a change acts at once. */
export function obstacle(
  caller: Caller,
  access: Access,
  directory: Directory,
  day: Day,
): Problem | undefined {
  const agency = directory.agencyByNumber(caller.orgNumber);
  if (!agency) return new Problem('agency-unknown');
  if (!agency.active) return new Problem('agency-inactive');
  if (!directory.agreementInForce(agency, day)) return new Problem('no-processor-agreement');
  if ('public' in access || access.anyOf.length === 0) return undefined;
  return access.anyOf.some((scope) => caller.scopes.has(scope))
    ? undefined
    : new Problem('insufficient-scope');
}
