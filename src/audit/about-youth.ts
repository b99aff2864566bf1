import type { Caller } from '../common/access.js';
import { judgeBirthNumber, looksLikeBirthNumber } from '../common/birth-number.js';
import type { Clock } from '../common/clock.js';
import type { Cursors } from '../common/cursor.js';
import type { YouthId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Tx } from '../database/tx.js';
import type { YouthsService } from '../vault/youths.service.js';
import type { ActDetail } from './acts.js';
import type { AuditService } from './audit.service.js';
import { EntryList } from './questions/places.js';

export interface YouthQuestion {
  readonly nationalId: string;
  readonly reason: string;
  readonly after?: string;
}

/** A list of what is known about a youth. */
export interface YouthList<Row> {
  /** What its cursors are bound to, with controller and youth. */
  readonly name: string;
  readonly limit: number;
  readonly detail?: ActDetail;
  read(youth: YouthId, after: string, limit: number): Promise<readonly Row[]>;
  idOf(row: Row): string;
}

export interface YouthPage<Row> {
  readonly rows: readonly Row[];
  readonly cursor: string | null;
  readonly more: boolean;
}

interface Asked {
  readonly clock: Clock;
  readonly youths: YouthsService;
  readonly audit: AuditService;
  readonly cursors: Cursors;
}

/** @throws Problem invalid-request */
export function checkYouthQuestion({ nationalId, reason }: YouthQuestion): void {
  if (judgeBirthNumber(nationalId) === 'invalid')
    throw new Problem('invalid-request', [{ pointer: '/body/nationalId', code: 'birth-number' }]);
  if (looksLikeBirthNumber(reason))
    throw new Problem('invalid-request', [{ pointer: '/body/reason', code: 'birth-number' }]);
}

/** A page about one youth of the caller's controller, and its trace. Whether another controller knows the youth is never told. */
export async function askAboutYouth<Row>(
  { clock, youths, audit, cursors }: Asked,
  tx: Tx,
  caller: Caller,
  { nationalId, reason, after }: YouthQuestion,
  { name, limit, detail, read, idOf }: YouthList<Row>,
): Promise<YouthPage<Row>> {
  const youth = await youths.find(tx, caller.controllerId, nationalId);
  const list = new EntryList(cursors, clock, [name, caller.controllerId, youth?.id ?? 'nobody'], after);
  const found = youth ? await read(youth.id, list.after, limit + 1) : [];
  const rows = found.slice(0, limit);
  audit.append(tx, [
    {
      act: 'audit-searched',
      controllerId: caller.controllerId,
      agencyId: caller.agencyId,
      youthId: youth?.id,
      auditKey: youth?.auditKey,
      detail: { reason, entries: rows.length, ...detail },
    },
  ]);
  const last = rows.at(-1);
  const more = found.length > limit;
  return { rows, cursor: list.cursor(last === undefined ? null : idOf(last), more), more };
}
