import type { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../common/access.js';
import type { RecordChanges } from './directory.service.js';

/** Writes one audit entry a change: by the caller, or by the operator, who loads the file at start or by command. */
export function recordTo(audit: AuditService, caller?: Caller): RecordChanges {
  return (tx, changes) =>
    audit.append(
      tx,
      changes.map(({ act, key, agencyId, controllerId }) => ({
        act: 'directory-changed',
        agencyId: caller?.agencyId,
        controllerId: caller?.controllerId,
        otherAgencyId: agencyId ?? undefined,
        otherControllerId: controllerId ?? undefined,
        detail: { change: act, key },
      })),
    );
}
