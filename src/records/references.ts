import type { Caller } from '../common/access.js';
import type { AgencyId, RecordId, YouthId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Tx } from '../database/tx.js';
import { references } from './intake.sql.js';
import type { Prepared } from './record.js';

/** An event with the caller's own row of the youth, where it has one. */
export interface Referring {
  readonly caller: Pick<Caller, 'agencyId'>;
  readonly prepared: Prepared;
  readonly youth: { readonly id: YouthId } | undefined;
}

interface Reference {
  readonly agencyId: AgencyId;
  readonly id: RecordId;
  readonly type: string;
  readonly as: 'sent' | 'received';
  readonly youthId: YouthId | null;
}

/**
 * The events that answer or cancel a record which their caller may not refer to, by their place in the list. Whether such a
 * record exists for others is not told: it is unknown to this caller.
 */
export async function wrongReferences(tx: Tx, events: readonly Referring[]): Promise<Map<number, Problem>> {
  const wrong = new Map<number, Problem>();
  const asked = events.flatMap(({ caller, prepared }) =>
    [prepared.inReplyTo, prepared.cancels].flatMap((id) => (id === null ? [] : [[id, caller.agencyId]])),
  );
  if (asked.length === 0) return wrong;
  const found = await tx.query<Reference>(references, [
    asked.map(([id]) => id),
    asked.map(([, agencyId]) => agencyId),
  ]);
  events.forEach((event, index) => {
    const own = found.filter(({ agencyId }) => agencyId === event.caller.agencyId);
    const problem = judge(event, own);
    if (problem) wrong.set(index, problem);
  });
  return wrong;
}

/** An answer must concern a record that its sender received, about the same youth; a cancellation, one that it sent. */
function judge({ prepared, youth }: Referring, found: readonly Reference[]): Problem | undefined {
  const { inReplyTo, cancels, type } = prepared;
  if (inReplyTo !== null) {
    const target = found.find((reference) => reference.id === inReplyTo && reference.as === 'received');
    const answers = target && (type.answersTypes?.includes(target.type) ?? true);
    if (!answers) return new Problem('in-reply-to-unknown', [{ pointer: '/inreplyto', code: 'unknown' }]);
    if (youth && target.youthId !== youth.id)
      return new Problem('in-reply-to-unknown', [{ pointer: '/data/youth', code: 'other-youth' }]);
  }
  if (cancels !== null) {
    const target = found.find((reference) => reference.id === cancels && reference.as === 'sent');
    if (target?.type !== 'education-interrupted' || target.youthId !== youth?.id)
      return new Problem('cancels-unknown', [{ pointer: `/data/${type.cancelsField}`, code: 'unknown' }]);
  }
  return undefined;
}
