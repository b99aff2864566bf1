import type { Day } from '../common/days.js';
import type { AgencyId } from '../common/ids.js';
import type { Directory } from '../directory/directory.js';
import type { Party } from './gate.js';

/** An agency as the gate asks for it, by the directory of today. Every agency that a row names is in the directory: none is ever deleted. */
export function partyOf(directory: Directory, id: AgencyId, today: Day): Party {
  const agency = directory.agencyById(id);
  if (!agency) throw new Error('a row names an agency that is not in the directory');
  const { kind, controllerId, county, active } = agency;
  return { id, kind, controllerId, county, active, agreement: directory.agreementInForce(agency, today) };
}
