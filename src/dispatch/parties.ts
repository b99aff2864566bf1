import type { Day } from '../common/days.js';
import type { AgencyId } from '../common/ids.js';
import type { Directory } from '../directory/directory.js';
import type { Party } from './gate.js';

/** An agency as the gate asks for it, by the directory of today. */
export function partyOf(directory: Directory, id: AgencyId, today: Day): Party {
  const agency = directory.agencyNamed(id);
  const { kind, controllerId, county, active } = agency;
  return { id, kind, controllerId, county, active, agreement: directory.agreementInForce(agency, today) };
}
