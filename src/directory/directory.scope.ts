import type { Change, DirectoryState, Entity } from './directory.diff.js';

/** A change that a county may not make. */
export interface Refusal {
  readonly entity: Entity;
  readonly key: string;
  readonly code: 'not-your-county' | 'controller-not-yours';
}

export interface Scoped {
  readonly kept: readonly Change[];
  readonly refused: readonly Refusal[];
}

/**
 * Sorts the changes that a county's own administrator asks for. Kept: what touches nothing but that county. What the file
 * leaves out of another county is left alone, because a county need not know the others; what it says differently about
 * another county, or about a controller that counties share (Nav), is refused. And no county may give one of its agencies
 * a controller that is not its own: it would speak for it.
 */
export function scopeToCounty(changes: readonly Change[], state: DirectoryState, county: string): Scoped {
  const kept: Change[] = [];
  const refused: Refusal[] = [];
  const owns = (counties: ReadonlySet<string>): boolean => counties.size === 1 && counties.has(county);
  const ownersBefore = ownersOf(state, []);
  const ownersWanted = ownersOf(undefined, changes);

  for (const change of changes) {
    const { entity, key, verb } = change;
    const touched =
      change.entity === 'controller'
        ? (ownersBefore.get(key) ?? ownersWanted.get(key) ?? new Set<string>())
        : countiesOf(change);
    const shared = change.entity === 'controller' && (change.before ?? change.after)?.kind === 'nav-state';
    if (shared || !owns(touched)) {
      if (verb !== 'deactivated' && verb !== 'removed')
        refused.push({ entity, key, code: 'not-your-county' });
    } else if (change.entity === 'agency' && takesForeignController(change)) {
      refused.push({ entity, key, code: 'controller-not-yours' });
    } else kept.push(change);
  }
  return { kept, refused };

  function takesForeignController(change: Extract<Change, { entity: 'agency' }>): boolean {
    const { before, after } = change;
    if (!after?.active) return false;
    const had = before ? [before.controller, before.secondController] : [];
    return [after.controller, after.secondController].some((number) => {
      if (number === null || had.includes(number)) return false;
      const existing = state.controller.get(number);
      return (
        existing !== undefined &&
        (existing.kind === 'nav-state' || !owns(ownersBefore.get(number) ?? new Set()))
      );
    });
  }
}

function countiesOf(change: Exclude<Change, { entity: 'controller' }>): Set<string> {
  return new Set([change.before?.county, change.after?.county].filter((each) => each !== undefined));
}

/** The counties in which a controller has agencies: those of the state, deactivated ones too, and those that changes bring. */
function ownersOf(state: DirectoryState | undefined, changes: readonly Change[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  const brought = changes.flatMap((change) =>
    change.entity === 'agency' && change.after ? [change.after] : [],
  );
  for (const agency of [...(state?.agency.values() ?? []), ...brought]) {
    for (const number of [agency.controller, agency.secondController]) {
      if (number === null) continue;
      const counties = owners.get(number) ?? new Set();
      owners.set(number, counties.add(agency.county));
    }
  }
  return owners;
}
