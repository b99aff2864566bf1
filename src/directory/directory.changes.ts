import type { AgencyId, ControllerId } from '../common/ids.js';
import type { Change, DirectoryState, Entity, Verb } from './directory.diff.js';
import type { Ids } from './directory.store.js';

/** One change that was made, as the audit log tells it: codes and ids only. */
export interface DirectoryChange {
  readonly act: `${Entity}-${Verb}`;
  /** Organisation number, `<county>/<code>`, or `<municipality>/<ot|nav>`. */
  readonly key: string;
  /** The agency that was changed, or that a team or a service area now has. */
  readonly agencyId: AgencyId | null;
  /** The legal person that the change concerns. */
  readonly controllerId: ControllerId | null;
}

/** What a load did: how many of each, and each one. */
export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly deactivated: number;
  readonly reactivated: number;
  readonly removed: number;
  readonly list: readonly DirectoryChange[];
}

export function tellChanges(changes: readonly Change[], ids: Ids): Changes {
  const count = (verb: Verb): number => changes.filter((change) => change.verb === verb).length;
  return {
    added: count('added'),
    changed: count('changed'),
    deactivated: count('deactivated'),
    reactivated: count('reactivated'),
    removed: count('removed'),
    list: changes.map((change) => tell(change, ids)),
  };
}

function tell(change: Change, ids: Ids): DirectoryChange {
  const act = `${change.entity}-${change.verb}` as const;
  const agency = (number: string | undefined): AgencyId | null =>
    (number && ids.agencies.get(number)) || null;
  const controller = (number: string | undefined): ControllerId | null =>
    (number && ids.controllers.get(number)) || null;
  const { key } = change;
  switch (change.entity) {
    case 'controller':
      return { act, key, agencyId: null, controllerId: controller(key) };
    case 'agency':
      return {
        act,
        key,
        agencyId: agency(key),
        controllerId: controller((change.after ?? change.before)?.controller),
      };
    case 'team':
      return { act, key, agencyId: agency((change.after ?? change.before)?.ot), controllerId: null };
    case 'service-area':
      return { act, key, agencyId: agency((change.after ?? change.before)?.agency), controllerId: null };
    case 'region':
      return { act, key, agencyId: null, controllerId: null };
  }
}

/**
 * The agencies that dispatch must look at again: those that came back or went, or whose controllers or whose controllers'
 * agreements are others now. A new agency is none of them: nothing can have waited for it.
 */
export function agenciesToRecheck(changes: readonly Change[], after: DirectoryState): string[] {
  const numbers = new Set<string>();
  const controllers = new Set<string>();
  for (const change of changes) {
    if (change.entity === 'agency' && change.before && change.after) {
      const { before, after: now } = change;
      const same = (['active', 'kind', 'controller', 'secondController'] as const).every(
        (key) => before[key] === now[key],
      );
      if (!same) numbers.add(change.key);
    }
    if (change.entity === 'controller' && change.before && change.after) {
      const { before, after: now } = change;
      const same = (['active', 'agreementFrom', 'agreementTo'] as const).every(
        (key) => before[key] === now[key],
      );
      if (!same) controllers.add(change.key);
    }
  }
  const added = new Set(
    changes
      .filter((change) => change.entity === 'agency' && change.verb === 'added')
      .map((change) => change.key),
  );
  for (const agency of after.agency.values()) {
    if (added.has(agency.orgNumber)) continue;
    const second = agency.secondController;
    if (controllers.has(agency.controller) || (second && controllers.has(second)))
      numbers.add(agency.orgNumber);
  }
  return [...numbers].sort();
}
